package control

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
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
