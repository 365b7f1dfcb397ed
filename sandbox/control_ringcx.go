package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// controlRingCX are the routes about people and things that only RingCX knows.
func (s *Server) controlRingCX(handle func(pattern string, do func(*http.Request) (any, error))) {
	handle("POST /_sandbox/admins", s.controlAdmin)
	handle("POST /_sandbox/admins/{id}", s.controlChangeAdmin)
	handle("POST /_sandbox/agents/{id}", s.controlAgent)
	handle("POST /_sandbox/codes", s.controlCode)
	handle("POST /_sandbox/summaries", s.controlSummary)
	handle("GET /_sandbox/mail", s.controlMail)
}

// controlAdmin makes an administrator who has no RingCentral user. Without an account it is one of the demo account.
func (s *Server) controlAdmin(r *http.Request) (any, error) {
	var in struct {
		Username   string `json:"username"`
		Password   string `json:"password"`
		PlatformID string `json:"platformId"`
		Enabled    *bool  `json:"enabled"`
		Account    jsonID `json:"account"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Username == "" || in.Password == "" {
		return nil, errors.New(`give "username" and "password"`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	acct, err := s.account(int64(in.Account))
	switch {
	case err != nil:
		return nil, err
	case s.world.MainOf(s.mu.Tx, acct.ID) == nil:
		return nil, fmt.Errorf("account %d has no RingCX", acct.ID)
	case s.world.AdminNamed(s.mu.Tx, in.Username, equal) != nil:
		return nil, fmt.Errorf("there is an administrator %q already", in.Username)
	}
	u := s.world.AddAdmin(s.mu.Tx, acct.ID, s.world.Label(s.mu.Tx, "administrator"), in.Username,
		model.Login{Password: in.Password, Platform: cmp.Or(in.PlatformID, model.PlatformID)})
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
		s.world.PutUser(s.mu.Tx, u)
	}
	return adminView(u), nil
}

func adminView(u *model.User) map[string]any {
	return map[string]any{
		"id": u.ID, "userId": u.AdminID, "username": u.Email, "platformId": u.Login.Platform, "enabled": u.Enabled,
	}
}

// controlChangeAdmin switches such an administrator on or off, or sets the password; what is not given stays. The id
// may be the username.
func (s *Server) controlChangeAdmin(r *http.Request) (any, error) {
	var in struct {
		Password string `json:"password"`
		Enabled  *bool  `json:"enabled"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	u := s.world.Member(s.mu.Tx, id)
	if u == nil || u.Login == nil {
		u = s.world.AdminNamed(s.mu.Tx, r.PathValue("id"), equal)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: administrator %s", errNoSuchThing, r.PathValue("id"))
	}
	u.Login = &model.Login{Password: cmp.Or(in.Password, u.Login.Password), Platform: u.Login.Platform}
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
	}
	s.world.PutUser(s.mu.Tx, u)
	return adminView(u), nil
}

// controlAgent switches an agent on or off, or sets the password; what is not given stays.
func (s *Server) controlAgent(r *http.Request) (any, error) {
	var in struct {
		Password string `json:"password"`
		Enabled  *bool  `json:"enabled"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	seat := s.world.AgentNumbered(s.mu.Tx, r.PathValue("id"))
	if seat == nil {
		return nil, fmt.Errorf("%w: agent %s", errNoSuchThing, r.PathValue("id"))
	}
	a := *seat.Agent
	a.Password = cmp.Or(in.Password, a.Password)
	if in.Enabled != nil {
		a.Disabled = !*in.Enabled
	}
	s.world.ChangeAgent(s.mu.Tx, a.ID, func(row *model.Agent) { *row = a })
	return map[string]any{"agentId": a.ID, "username": a.Username, "enabled": !a.Disabled}, nil
}

// controlCode makes a one-time code or, with kind "tenfold", such a token. Without a user it is the demo
// administrator's.
func (s *Server) controlCode(r *http.Request) (any, error) {
	var in struct {
		Kind string `json:"kind"`
		User jsonID `json:"user"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Kind = cmp.Or(in.Kind, ringcx.CodeOnce); in.Kind != ringcx.CodeOnce && in.Kind != ringcx.CodeTenfold {
		return nil, fmt.Errorf("kind is %q; it can be %q or %q", in.Kind, ringcx.CodeOnce, ringcx.CodeTenfold)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.Member(s.mu.Tx, int64(in.User))
	if in.User == 0 {
		u = s.world.AdminNamed(s.mu.Tx, s.demo.AdminUsername, equal)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: user %d", errNoSuchThing, in.User)
	}
	code := token.RandomText(32)
	s.ringcx.Codes.Put(s.mu.Tx, code, ringcx.LoginCode{User: u.ID, Kind: in.Kind, Expires: s.Now().Add(s.rules.Load().LoginCodeTTL)})
	return map[string]string{"code": code}, nil
}

// controlSummary writes what is known about a segment of a call.
func (s *Server) controlSummary(r *http.Request) (any, error) {
	var in struct {
		Account string `json:"account"`
		Segment string `json:"segment"`
		Agent   string `json:"agent"`
		Auto    string `json:"auto"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Account == "" || in.Segment == "" {
		return nil, errors.New(`give "account", the id of a sub-account, and "segment"`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ringcx.Summaries.Put(s.mu.Tx, ringcx.SummaryKey(in.Account, in.Segment), ringcx.Summary{Agent: in.Agent, Auto: in.Auto})
	return map[string]string{"account": in.Account, "segment": in.Segment}, nil
}

// passwordMail is a message about a password that the vendor would have sent.
type passwordMail struct {
	Time  time.Time `json:"time"`
	To    string    `json:"to"`
	Token string    `json:"token"`
	Link  string    `json:"link"`
}

// controlMail lists the unanswered mails, oldest first.
func (s *Server) controlMail(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []passwordMail{}
	for token, p := range s.ringcx.Resets.All(s.mu.Tx) {
		if !p.Open(&endpoint.Call{Now: s.Now(), Rules: s.rules.Load()}) {
			continue
		}
		u := s.world.Member(s.mu.Tx, p.User)
		link := fmt.Sprintf("%s/password/reset/%s/%s", endpoint.BaseURL(r), u.Login.Platform, token)
		all = append(all, passwordMail{p.Made, u.Email, token, link})
	}
	slices.SortFunc(all, func(a, b passwordMail) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Token, b.Token)) })
	return map[string][]passwordMail{"mail": all}, nil
}

// equal compares names letter for letter.
func equal(a, b string) bool { return a == b }
