package api

import (
	"context"
	"net/http"
	"strings"
)

// Production is the host that a client calls unless it is told otherwise.
const Production = "https://ringcx.ringcentral.com"

// service is what all services are: the client, and the account of those that belong to one.
type service struct {
	client  *Client
	account string
}

// New makes a client. What client adds to requests is who calls: the one of a session of package ringcx adds its token. nil is
// [http.DefaultClient]. baseURL is where paths such as /voice/api/v1/admin/users begin, "" is [Production].
//
// Give a client whose redirects are those of the API alone, and no Timeout if you download recordings: contexts end calls.
func New(client *http.Client, baseURL string) *Client {
	if client == nil {
		client = http.DefaultClient
	}
	if baseURL == "" {
		baseURL = Production
	}
	c := &Client{http: client, base: strings.TrimRight(baseURL, "/")}
	c.serve(&service{client: c})
	return c
}

// Account is the sub-account with an ID, as Accounts.List gives it. Nothing is sent.
func (c *Client) Account(id string) *Account {
	a := &Account{ID: id}
	a.serve(&service{c, id})
	return a
}

// Do sends a request that no method is for. The path begins with a slash, is encoded, and may have a query. body is written as
// JSON unless it is nil; out is nil or points to where the answer is put, *[Download] for what is not JSON. Reads, PUT and
// DELETE are repeated after status 429, as all methods do that have the same effect each time.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) error {
	r := c.call(method, path)
	r.path, r.query, _ = strings.Cut(path, "?")
	r.shown = r.path
	if !strings.HasPrefix(path, "/") {
		r.err = errPath
	}
	r.body = body
	return r.send(ctx, out)
}
