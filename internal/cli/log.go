package cli

import (
	"net/http"

	"github.com/ringcx-go/ringcx"
)

// client is the client of the environment, with hosts of this machine reached as package ringcx says, and with limits.
func (a *app) client() *http.Client {
	client := &http.Client{}
	if a.HTTPClient != nil {
		*client = *a.HTTPClient
	}
	client.Transport = &limited{a, &ringcx.Transport{Base: client.Transport, AllowHTTP: a.variable("RINGCX_ALLOW_HTTP")}, silence}
	return client
}
