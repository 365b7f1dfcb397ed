package control

import (
	"fmt"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
)

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
