package control

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
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

// changeUser switches a user on or off, links it to RingCX, gives it another role, or another password, which also ends a
// lock; what is not given stays.
func (c *control) changeUser(r *http.Request) (any, error) {
	var in struct {
		Enabled  *bool   `json:"enabled"`
		RingCX   *bool   `json:"ringcx"`
		Role     *string `json:"role"`
		Password *string `json:"password"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Password != nil && *in.Password == "" {
		return nil, errors.New("the password is empty")
	}
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	c.Lock.Lock()
	defer c.Lock.Unlock()
	u := c.World.User(c.Lock.Tx, id)
	if u == nil {
		return nil, fmt.Errorf("%w: user %s", admin.ErrNoSuchThing, r.PathValue("id"))
	}
	if in.Role != nil {
		as, err := permission.FindRole(*in.Role)
		if err != nil {
			return nil, err
		}
		u.RoleName = as.Name
	}
	if in.Enabled != nil {
		u.Enabled = *in.Enabled
	}
	if in.RingCX != nil {
		u.Linked = *in.RingCX
	}
	if in.Password != nil {
		u.Password, u.Wrong, u.Locked = *in.Password, 0, time.Time{}
	}
	c.World.PutUser(c.Lock.Tx, u)
	return userView(u), nil
}
