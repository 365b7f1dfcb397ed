package control

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// createApp makes an app.
func (c *control) createApp(r *http.Request) (any, error) {
	var in admin.AppRequest
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	a, err := c.RegisterApp(&in)
	if err != nil {
		return nil, err
	}
	return map[string]string{"clientId": a.ID, "clientSecret": a.Secret}, nil
}

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

// createCredential mints a JWT credential. Without a user it is for the demo user, without clientIds for every app of
// the user's account, without expires for ever.
func (c *control) createCredential(r *http.Request) (any, error) {
	var in struct {
		User      admin.ID  `json:"user"`
		ClientIDs []string  `json:"clientIds"`
		Expires   time.Time `json:"expires"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	c.Lock.Lock()
	defer c.Lock.Unlock()
	u := c.World.User(c.Lock.Tx, int64(in.User))
	if in.User == 0 {
		u = c.World.DemoUser(c.Lock.Tx)
	}
	if u == nil {
		return nil, fmt.Errorf("%w: user %d", admin.ErrNoSuchThing, in.User)
	}
	cred, err := c.World.AddCredential(c.Lock.Tx, u.ID, in.ClientIDs, in.Expires)
	if err != nil {
		return nil, err
	}
	return map[string]string{"jwt": cred.JWT, "id": cred.ID}, nil
}

// deleteCredential deletes one: nobody signs in with it any more.
func (c *control) deleteCredential(r *http.Request) (any, error) {
	c.Lock.Lock()
	defer c.Lock.Unlock()
	cred := c.World.Credential(c.Lock.Tx, r.PathValue("id"))
	if cred == nil {
		return nil, fmt.Errorf("%w: credential %s", admin.ErrNoSuchThing, r.PathValue("id"))
	}
	c.DeleteCredential(cred)
	return map[string]string{"id": cred.ID}, nil
}
