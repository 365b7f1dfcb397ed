package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
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
// [http.DefaultClient]. baseURL is where paths such as /voice/api/v1/admin/users begin, "" is [Production]; no call is sent with one
// that has a query or a fragment.
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

// Do sends a request that no method is for. The path begins with a slash, is encoded, and may have a query; no secrets belong
// into it. body is written as JSON unless it is nil or a *File, which is uploaded and never sent twice; out is nil or points to where the answer is put: JSON into what
// [json.Unmarshal] takes, all else into a [Download]. GET, HEAD, PUT and DELETE are repeated after status 429.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) error {
	r := c.call(method, path)
	r.repeats = method == http.MethodGet || method == http.MethodHead || method == http.MethodPut || method == http.MethodDelete
	r.path, r.query, _ = strings.Cut(path, "?")
	r.shown = strings.Trim(strconv.Quote(r.path), `"`)
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "#") {
		r.err = errPath
	}
	if file, ok := body.(*File); ok {
		r.body = file
	} else if body != nil {
		data, err := json.Marshal(body) // of any type, and ours write themselves
		if err != nil {
			return r.failed(err)
		}
		r.body = json.RawMessage(data)
	}
	if _, ok := out.(*Download); ok || out == nil {
		return r.send(ctx, out)
	}
	var answer page
	if err := r.send(ctx, &answer); err != nil || len(answer) == 0 {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return r.failed(err)
	}
	return nil
}
