package cli

import (
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/timeout"
)

// client is the client of the environment, with hosts of this machine reached as package ringcx says, and with limits.
func (a *app) client() *http.Client {
	client := &http.Client{}
	if a.HTTPClient != nil {
		*client = *a.HTTPClient
	}
	client.Transport = a.limited(&ringcx.Transport{Base: client.Transport, AllowHTTP: a.Variable("RINGCX_ALLOW_HTTP")})
	return client
}

// limited is base with limits.
func (a *app) limited(base http.RoundTripper) http.RoundTripper {
	return &timeout.Transport{Base: base, Silence: timeout.Silence, Whole: func() time.Duration { return a.Timeout }, Tell: a.Teller}
}

// by is a client of base with limits.
func (a *app) by(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: a.limited(base)}
}
