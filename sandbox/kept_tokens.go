package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Kinds of records about sign-ins at both vendors.
const (
	recordSession = "session"
	recordSignIn  = "sign-in"
)

type savedSession struct {
	App        string       `json:"app"`
	User       int64        `json:"user"`
	Credential string       `json:"credential,omitempty"`
	Scope      []string     `json:"scope,omitzero"` // null: that of the app
	Endpoint   string       `json:"endpoint,omitempty"`
	Turn       uint32       `json:"turn"`
	State      sessionState `json:"state,omitempty"`
	Issued     moment       `json:"issued"`
	Ends       moment       `json:"ends"`
	Renewal    moment       `json:"renewal,omitempty"`
	Used       moment       `json:"used,omitempty"`
}

func (s *session) recordKey() recordKey {
	return recordKey{recordSession, strconv.FormatUint(s.number, 10)}
}

func (s *session) recordValue() any {
	out := savedSession{
		App: s.app.id, User: s.user.id, Turn: s.turn, State: s.state.Load(), Issued: s.issued,
		Ends: s.ends, Renewal: s.renewal, Used: s.used,
	}
	if s.credential != nil {
		out.Credential = s.credential.id
	}
	if s.wishes != nil {
		out.Scope, out.Endpoint = s.wishes.scope, s.wishes.endpoint
	}
	return out
}

// restorePlatform makes the sign-ins that records tell of.
func restorePlatform(in *archive, w *world, p *platform) error {
	var all []*session
	err := each(in, recordSession, func(key string, v *savedSession) error {
		number, err := strconv.ParseUint(key, 10, 64)
		a, u := w.apps[v.App], w.users[v.User]
		if err != nil || a == nil || u == nil {
			return fmt.Errorf("there is no app %q or no user %d", v.App, v.User)
		}
		s := p.sessions.place(number)
		*s = session{
			number: number, app: a, user: u, credential: w.credentials[v.Credential],
			turn: v.Turn, issued: v.Issued, ends: v.Ends, renewal: v.Renewal, used: v.Used,
		}
		s.state.Store(v.State)
		if v.Scope != nil || v.Endpoint != "" {
			s.wishes = &wishes{v.Scope, v.Endpoint}
		}
		all = append(all, s)
		return nil
	})
	slices.SortFunc(all, func(a, b *session) int { return cmp.Compare(a.number, b.number) })
	for _, s := range all {
		if s.state.Load() == sessionOpen {
			key := sessionKey{s.app, s.user}
			s.older, p.open[key] = p.open[key], s
		}
	}
	return err
}

type savedSignIn struct {
	App     string `json:"app"`
	User    int64  `json:"user,omitempty"`  // 0: an agent
	Agent   int32  `json:"agent,omitempty"` // 0: a user
	Turn    uint32 `json:"turn,omitempty"`
	XTurn   uint16 `json:"xturn,omitempty"`
	Ended   bool   `json:"ended,omitempty"`
	Cut     bool   `json:"cut,omitempty"`
	From    uint64 `json:"from,omitempty"` // session of RingCentral; 0: none
	SSO     bool   `json:"sso,omitempty"`
	Renewal moment `json:"renewal,omitempty"`
	XEnds   moment `json:"xends,omitempty"`
	XLife   uint32 `json:"xlife,omitempty"`
}

func (s *signIn) recordKey() recordKey {
	return recordKey{recordSignIn, strconv.FormatUint(s.number, 10)}
}

func (s *signIn) recordValue() any {
	out := savedSignIn{
		App: s.who.app.String(), Turn: s.turn, XTurn: s.xturn, Ended: s.ended, Cut: s.cut.Load(), Renewal: s.renewal, XEnds: s.xends, XLife: s.xlife, SSO: s.sso,
	}
	if s.from != nil {
		out.From = s.from.number
	}
	if s.who.seat != nil {
		out.Agent = s.who.seat.agent.id
	} else {
		out.User = s.who.user.id
	}
	return out
}

// loadSignIns makes the sign-ins that records tell of.
func (x *ringcx) loadSignIns(in *archive, w *world, p *platform) error {
	return each(in, recordSignIn, func(key string, v *savedSignIn) error {
		number, err := strconv.ParseUint(key, 10, 64)
		who := principal{app: cxAppNamed(v.App), user: w.cxUser(v.User)}
		if v.Agent != 0 {
			who = principal{app: cxAppNamed(v.App), seat: w.agents[v.Agent]}
		}
		if err != nil || who.user == nil && who.seat == nil {
			return fmt.Errorf("there is no user %d and no agent %d", v.User, v.Agent)
		}
		s := x.signIns.place(number)
		*s = signIn{
			number: number, who: who, from: p.sessions.get(v.From), turn: v.Turn, xturn: v.XTurn, ended: v.Ended,
			renewal: v.Renewal, xends: v.XEnds, xlife: v.XLife, sso: v.SSO || v.From != 0,
		}
		s.cut.Store(v.Cut)
		return nil
	})
}

// parts are the records of x.
func (x *ringcx) parts(yield func(kept)) {
	for in := range x.signIns.all() {
		yield(in)
	}
}
