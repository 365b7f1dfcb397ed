package control

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// createAccount makes an account with one user, who is linked to RingCX if the account has it.
func (c *control) createAccount(r *http.Request) (any, error) {
	var in struct {
		Name       string `json:"name"`
		Production bool   `json:"production"`
		RingCX     bool   `json:"ringcx"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	acct, u := c.World.OpenAccount(c.Lock.Tx, admin.NameOr(in.Name, "Another Account"), in.Production, in.RingCX)
	return map[string]any{"accountId": acct.ID, "userId": u.ID, "email": u.Email, "password": u.Password}, nil
}

// userView is what answers tell of a user.
func userView(u *model.User) map[string]any {
	return map[string]any{
		"userId": u.ID, "email": u.Email, "enabled": u.Enabled, "ringcx": u.Linked, "role": u.RoleName,
	}
}

// createUser makes a user of an account. Without a role it is a standard user, without ringcx RingCX does not know it.
func (c *control) createUser(r *http.Request) (any, error) {
	var in admin.UserRequest
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	u, err := c.CreateUser(&in)
	if err != nil {
		return nil, err
	}
	out := userView(u)
	out["accountId"], out["extension"], out["password"] = u.Account, u.Extension, u.Password
	if at := c.World.AgentOf(c.Lock.Tx, u.ID); at != nil {
		out["agentId"] = at.Agent.ID
	}
	return out, nil
}

// changeUser changes a user; what is not given stays.
func (c *control) changeUser(r *http.Request) (any, error) {
	var in admin.UserChange
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	c.Lock.Lock()
	defer c.Lock.Unlock()
	u := c.World.User(c.Lock.Tx, id)
	if u == nil {
		return nil, fmt.Errorf("%w: user %s", admin.ErrNoSuchThing, r.PathValue("id"))
	}
	if err := c.ChangeUser(u, &in); err != nil {
		return nil, err
	}
	return userView(u), nil
}
