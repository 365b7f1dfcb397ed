package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/client"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

const accounts = "/voice/api/v1/admin/accounts"

// place is a broker before a vendor, both at real listeners, and what was asked of the broker.
type place struct {
	vendor  *ringcxtest.Server
	session *ringcx.Session
	broker  *broker.Broker
	web     *httptest.Server
	key     string
	revoked atomic.Value // the header with the key that the broker does not know any more

	asked  atomic.Int64                     // requests for /token
	answer atomic.Pointer[http.HandlerFunc] // in place of the broker; nil: the broker
	seen   atomic.Pointer[http.Request]     // the last request
}

func start(t testing.TB, rules ...broker.Rule) *place {
	t.Helper()
	p := &place{vendor: ringcxtest.NewServer(t, nil)}
	p.revoked.Store("nobody's")
	p.session = p.vendor.Session(nil)
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: p.session, Endpoint: p.vendor.Config().Endpoint}}, Store: new(ringcx.Memory), Rules: rules,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.broker = b
	p.web = httptest.NewUnstartedServer(nil)
	p.web.Config = b.Server()
	p.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			p.asked.Add(1)
		}
		p.seen.Store(r)
		if p.revoked.Load() == r.Header.Get("Authorization") {
			r.Header.Set("Authorization", "Bearer rcxb_revoked") // which the broker refuses in its own words
		}
		if f := p.answer.Load(); f != nil {
			(*f)(w, r)
			return
		}
		b.ServeHTTP(w, r)
	})
	p.web.Start()
	t.Cleanup(func() {
		p.web.Close()
		b.Close()
	})
	p.key = p.newKey(t)
	return p
}

func (p *place) newKey(t testing.TB) string {
	t.Helper()
	key, err := p.broker.CreateKey(t.Context(), "worker", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// instead has f answer in place of the broker; nil: the broker again.
func (p *place) instead(f http.HandlerFunc) {
	if f == nil {
		p.answer.Store(nil)
		return
	}
	p.answer.Store(&f)
}

// client is one of the broker; change changes its options before.
func (p *place) client(t testing.TB, change ...func(*client.Options)) *client.Client {
	t.Helper()
	o := &client.Options{URL: p.web.URL, Key: p.key}
	for _, f := range change {
		f(o)
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// get reads an answer through c.
func get(t testing.TB, c *client.Client, address string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Client().Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}
