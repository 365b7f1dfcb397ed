package ringcx

import "net/http"

// Client is an http.Client that sends the tokens of source to the RingCX host, and to no other. It follows no redirect to
// another origin: that is an error which names it. HTTPClient.CheckRedirect is asked about all redirects first. An answer
// has to begin within a minute after the last of a request was sent; HTTPClient.Timeout and contexts may ask for less, and a
// program that needs more makes a [Transport] of its own, which has no limit.
// [Session.Client] is the usual way to one; this one is for an [APIToken] or a source of the program's own.
func (c *Config) Client(source TokenSource) *http.Client {
	t := &Transport{Source: source, Host: c.ringCX(), UserAgent: c.userAgent(), AllowHTTP: c.AllowHTTP, limited: true}
	client := http.Client{}
	if c.HTTPClient != nil {
		client, t.Base = *c.HTTPClient, c.HTTPClient.Transport
	}
	client.Transport = t
	client.CheckRedirect = sameOrigin(client.CheckRedirect)
	return &client
}

// Client is an http.Client that is always signed in: it sends the token to the RingCX host, and to no other.
func (s *Session) Client() *http.Client { return s.renewer.config.Client(s) }
