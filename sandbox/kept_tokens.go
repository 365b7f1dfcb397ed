package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds of records about sign-ins at both vendors.
const (
	recordSession   = "session"
	recordSignIn    = "sign-in"
	recordAPITokens = "api-tokens"
	recordHashcode  = "hashcode"
	recordLoginCode = "login-code"
	recordReset     = "password-reset"
	recordSummary   = "summary"
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

// keptTokens are the API tokens of a user, oldest first.
type keptTokens struct {
	user *user
	of   *ringcx
}

func (t keptTokens) recordKey() recordKey { return recordKey{recordAPITokens, decimal(t.user.id)} }

func (t keptTokens) recordValue() any {
	if tokens := t.of.issued[t.user]; len(tokens) > 0 {
		return tokens
	}
	return nil
}

// keptHashcode is what signs an agent in again.
type keptHashcode struct {
	agent *agent
	of    *ringcx
}

func (h keptHashcode) recordKey() recordKey {
	return recordKey{recordHashcode, decimal(int64(h.agent.id))}
}
func (h keptHashcode) recordValue() any { return h.of.hashcodes[h.agent] }

type savedLoginCode struct {
	User    int64     `json:"user"`
	Kind    string    `json:"kind"`
	Expires time.Time `json:"expires"`
	Used    bool      `json:"used"`
}

func (c *loginCode) recordKey() recordKey { return recordKey{recordLoginCode, c.code} }
func (c *loginCode) recordValue() any {
	return savedLoginCode{c.user.id, c.kind, c.expires, c.used}
}

type savedReset struct {
	User     int64     `json:"user"`
	ReturnTo string    `json:"returnTo,omitempty"`
	Made     time.Time `json:"made"`
	Used     bool      `json:"used"`
}

func (p *passwordReset) recordKey() recordKey { return recordKey{recordReset, p.token} }
func (p *passwordReset) recordValue() any {
	return savedReset{p.user.id, p.returnTo, p.made, p.used}
}

// keptSummary is what was written about a segment of a call.
type keptSummary struct {
	of  summaryKey
	all map[summaryKey]summary
}

type savedSummary struct {
	Agent string `json:"agent,omitempty"`
	Auto  string `json:"auto,omitempty"`
}

func (k keptSummary) recordKey() recordKey {
	return recordKey{recordSummary, k.of.subAccount + " " + k.of.segment}
}

func (k keptSummary) recordValue() any {
	s := k.all[k.of]
	return savedSummary{s.agent, s.auto}
}

// restoreRingCX makes the sign-ins that records tell of.
func restoreRingCX(in *archive, w *world, p *platform, x *ringcx) error {
	if err := x.loadSignIns(in, w, p); err != nil {
		return err
	}
	for _, load := range []func(*archive, *world) error{
		x.loadTokens, x.loadHashcodes, x.loadLoginCodes, x.loadResets, x.loadSummaries,
	} {
		if err := load(in, w); err != nil {
			return err
		}
	}
	return nil
}

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

// someUser finds a user of either vendor.
func (w *world) someUser(id int64) (*user, error) {
	if u := w.cxUser(id); u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("user %d does not exist", id)
}

func (x *ringcx) loadTokens(in *archive, w *world) error {
	return each(in, recordAPITokens, func(key string, v *[]string) error {
		id, _ := strconv.ParseInt(key, 10, 64)
		u, err := w.someUser(id)
		if err != nil {
			return err
		}
		x.issued[u] = *v
		for _, token := range *v {
			x.apiTokens[token] = u
		}
		return nil
	})
}

func (x *ringcx) loadHashcodes(in *archive, w *world) error {
	return each(in, recordHashcode, func(key string, v *string) error {
		at := w.agentNumbered(key)
		if at == nil {
			return fmt.Errorf("agent %s does not exist", key)
		}
		x.hashcodes[at.agent] = *v
		return nil
	})
}

func (x *ringcx) loadLoginCodes(in *archive, w *world) error {
	return each(in, recordLoginCode, func(key string, v *savedLoginCode) error {
		u, err := w.someUser(v.User)
		x.codes.put(key, &loginCode{code: key, user: u, kind: v.Kind, expires: v.Expires, used: v.Used})
		return err
	})
}

func (x *ringcx) loadResets(in *archive, w *world) error {
	return each(in, recordReset, func(key string, v *savedReset) error {
		u, err := w.someUser(v.User)
		x.resets.put(key, &passwordReset{token: key, user: u, returnTo: v.ReturnTo, made: v.Made, used: v.Used})
		return err
	})
}

func (x *ringcx) loadSummaries(in *archive, _ *world) error {
	return each(in, recordSummary, func(key string, v *savedSummary) error {
		account, segment, _ := strings.Cut(key, " ")
		x.summaries[summaryKey{account, segment}] = summary{v.Agent, v.Auto}
		return nil
	})
}

// parts are the records of x.
func (x *ringcx) parts(yield func(kept)) {
	for in := range x.signIns.all() {
		yield(in)
	}
	for u := range x.issued {
		yield(keptTokens{u, x})
	}
	for a := range x.hashcodes {
		yield(keptHashcode{a, x})
	}
	for _, c := range x.codes.all() {
		yield(c)
	}
	for _, p := range x.resets.all() {
		yield(p)
	}
	for key := range x.summaries {
		yield(keptSummary{key, x.summaries})
	}
}
