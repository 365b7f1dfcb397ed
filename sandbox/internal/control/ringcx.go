package control

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// What follows is about people and things that only RingCX knows.

// createAdmin makes an administrator who has no RingCentral user. Without an account it is one of the demo account.
func (c *control) createAdmin(r *http.Request) (any, error) {
	var in struct {
		Username   string   `json:"username"`
		Password   string   `json:"password"`
		PlatformID string   `json:"platformId"`
		Enabled    *bool    `json:"enabled"`
		Account    admin.ID `json:"account"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Username == "" || in.Password == "" {
		return nil, errors.New(`give "username" and "password"`)
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	acct, err := c.Account(int64(in.Account))
	switch {
	case err != nil:
		return nil, err
	case c.World.MainOf(c.Lock.Tx, acct.ID) == nil:
		return nil, fmt.Errorf("account %d has no RingCX", acct.ID)
	case c.World.AdminNamed(c.Lock.Tx, in.Username, equal) != nil:
		return nil, fmt.Errorf("there is an administrator %q already", in.Username)
	}
	u := c.World.AddAdmin(c.Lock.Tx, acct.ID, c.World.Label(c.Lock.Tx, "administrator"), in.Username,
		model.Login{Password: in.Password, Platform: cmp.Or(in.PlatformID, model.PlatformID)})
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
		c.World.PutUser(c.Lock.Tx, u)
	}
	return adminView(u), nil
}

// adminView is what answers tell of an administrator.
func adminView(u *model.User) map[string]any {
	return map[string]any{
		"id": u.ID, "userId": u.AdminID, "username": u.Email, "platformId": u.Login.Platform, "enabled": u.Enabled,
	}
}

// changeAdmin switches such an administrator on or off, or sets the password; what is not given stays. The id
// may be the username.
func (c *control) changeAdmin(r *http.Request) (any, error) {
	var in struct {
		Password string `json:"password"`
		Enabled  *bool  `json:"enabled"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	u := c.World.Member(c.Lock.Tx, id)
	if u == nil || u.Login == nil {
		u = c.World.AdminNamed(c.Lock.Tx, r.PathValue("id"), equal)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: administrator %s", admin.ErrNoSuchThing, r.PathValue("id"))
	}
	u.Login = &model.Login{Password: cmp.Or(in.Password, u.Login.Password), Platform: u.Login.Platform}
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
	}
	c.World.PutUser(c.Lock.Tx, u)
	return adminView(u), nil
}

// changeAgent switches an agent on or off, or sets the password; what is not given stays.
func (c *control) changeAgent(r *http.Request) (any, error) {
	var in struct {
		Password string `json:"password"`
		Enabled  *bool  `json:"enabled"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	seat := c.World.AgentNumbered(c.Lock.Tx, r.PathValue("id"))
	if seat == nil {
		return nil, fmt.Errorf("%w: agent %s", admin.ErrNoSuchThing, r.PathValue("id"))
	}
	a := *seat.Agent
	a.Password = cmp.Or(in.Password, a.Password)
	if in.Enabled != nil {
		a.Disabled = !*in.Enabled
	}
	c.World.ChangeAgent(c.Lock.Tx, a.ID, func(row *model.Agent) { *row = a })
	return map[string]any{"agentId": a.ID, "username": a.Username, "enabled": !a.Disabled}, nil
}

// createCode makes a one-time code or, with kind "tenfold", such a token. Without a user it is the demo
// administrator's.
func (c *control) createCode(r *http.Request) (any, error) {
	var in struct {
		Kind string   `json:"kind"`
		User admin.ID `json:"user"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Kind = cmp.Or(in.Kind, ringcx.CodeOnce); in.Kind != ringcx.CodeOnce && in.Kind != ringcx.CodeTenfold {
		return nil, fmt.Errorf("kind is %q; it can be %q or %q", in.Kind, ringcx.CodeOnce, ringcx.CodeTenfold)
	}
	demo := c.Demo()
	c.Lock.Lock()
	defer c.Lock.Unlock()
	u := c.World.Member(c.Lock.Tx, int64(in.User))
	if in.User == 0 {
		u = c.World.AdminNamed(c.Lock.Tx, demo.AdminUsername, equal)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: user %d", admin.ErrNoSuchThing, in.User)
	}
	code := token.RandomText(32)
	c.RingCX.Codes.Put(c.Lock.Tx, code, ringcx.LoginCode{User: u.ID, Kind: in.Kind, Expires: c.Now().Add(c.Rules.Load().LoginCodeTTL)})
	return map[string]string{"code": code}, nil
}

// putSummary writes what is known about a segment of a call.
func (c *control) putSummary(r *http.Request) (any, error) {
	var in struct {
		Account string `json:"account"`
		Segment string `json:"segment"`
		Agent   string `json:"agent"`
		Auto    string `json:"auto"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Account == "" || in.Segment == "" {
		return nil, errors.New(`give "account", the id of a sub-account, and "segment"`)
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	c.RingCX.Summaries.Put(c.Lock.Tx, ringcx.SummaryKey(in.Account, in.Segment), ringcx.Summary{Agent: in.Agent, Auto: in.Auto})
	return map[string]string{"account": in.Account, "segment": in.Segment}, nil
}

// passwordMail is a message about a password that the vendor would have sent.
type passwordMail struct {
	Time  time.Time `json:"time"`
	To    string    `json:"to"`
	Token string    `json:"token"`
	Link  string    `json:"link"`
}

// listMail lists the unanswered mails, oldest first.
func (c *control) listMail(r *http.Request) (any, error) {
	c.Lock.Lock()
	defer c.Lock.Unlock()
	all := []passwordMail{}
	for token, p := range c.RingCX.Resets.All(c.Lock.Tx) {
		if !p.Open(&endpoint.Call{Now: c.Now(), Rules: c.Rules.Load()}) {
			continue
		}
		u := c.World.Member(c.Lock.Tx, p.User)
		link := fmt.Sprintf("%s/password/reset/%s/%s", endpoint.BaseURL(r), u.Login.Platform, token)
		all = append(all, passwordMail{p.Made, u.Email, token, link})
	}
	slices.SortFunc(all, func(a, b passwordMail) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Token, b.Token)) })
	return map[string][]passwordMail{"mail": all}, nil
}

// equal compares names letter for letter.
func equal(a, b string) bool { return a == b }
