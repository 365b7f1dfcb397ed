package broker_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

const accounts = "/voice/api/v1/admin/accounts"

// place is a broker before a vendor, both at real listeners.
type place struct {
	t       testing.TB
	vendor  *ringcxtest.Server
	session *ringcx.Session
	store   *ringcx.Memory
	broker  *broker.Broker
	url     string
	key     string // of the caller "worker"
}

// start starts a broker; change changes its options before.
func start(t testing.TB, change ...func(*broker.Options)) *place {
	t.Helper()
	vendor := ringcxtest.NewServer(t, nil)
	return startAt(t, vendor, vendor.Session(nil), change...)
}

func startAt(t testing.TB, vendor *ringcxtest.Server, session *ringcx.Session, change ...func(*broker.Options)) *place {
	t.Helper()
	p := &place{t: t, vendor: vendor, session: session, store: new(ringcx.Memory)}
	opts := &broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: session, Endpoint: vendor.Config().Endpoint}},
		Store:    p.store,
	}
	for _, f := range change {
		f(opts)
	}
	b, err := broker.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	p.broker = b
	web := httptest.NewUnstartedServer(nil)
	web.Config = b.Server()
	web.Start()
	t.Cleanup(func() {
		web.Close()
		b.Close()
	})
	p.url = web.URL
	if p.key, err = b.CreateKey(t.Context(), "worker", "", 0); err != nil {
		t.Fatal(err)
	}
	return p
}

// lines is what is written to a log.
type lines struct {
	mu      sync.Mutex
	text    bytes.Buffer
	err     error
	written chan struct{} // closed with the next line; nil: nobody waits
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.text.Write(p)
}

// wait waits until the log is as done wants it.
func (l *lines) wait(t testing.TB, done func([]map[string]any) bool) {
	t.Helper()
	for {
		l.mu.Lock()
		next := make(chan struct{})
		l.written = next
		l.mu.Unlock()
		if done(l.entries(t)) {
			return
		}
		select {
		case <-next:
		case <-t.Context().Done():
			t.Fatal("the log does not become so")
		}
	}
}

func (l *lines) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *lines) entries(t testing.TB) (all []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, e)
	}
	return all
}

// answered is an answer that was read.
type answered struct {
	status int
	header http.Header
	body   string
}

func (a *answered) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("%q: %v", a.body, err)
	}
	return m
}

// direct follows no redirect and asks for no compression.
var direct = &http.Client{
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// ask asks the broker as "worker"; change changes the request before.
func (p *place) ask(method, path, body string, change ...func(*http.Request)) *answered {
	p.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, content)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	for _, f := range change {
		f(req)
	}
	resp, err := direct.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return &answered{resp.StatusCode, resp.Header, string(text)}
}

// form sends a form without a key.
func (p *place) form(path, body string, change ...func(*http.Request)) *answered {
	p.t.Helper()
	return p.ask(http.MethodPost, path, body, append([]func(*http.Request){with("Authorization", ""), with("Content-Type", "application/x-www-form-urlencoded")}, change...)...)
}

// with sets a header, or takes it away.
func with(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if r.Header.Del(name); value != "" {
			r.Header.Set(name, value)
		}
	}
}

// want checks the status of an answer.
func (a *answered) want(t testing.TB, status int, what string) *answered {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: %d, want %d: %s", what, a.status, status, a.body)
	}
	return a
}

// tap is a vendor whose requests are seen as they arrive, and of which some are answered by handle in place of the sandbox.
type tap struct {
	mu     sync.Mutex
	seen   []*http.Request
	handle func(w http.ResponseWriter, r *http.Request) bool
	url    string
}

// startTapped starts a broker before a tapped vendor.
func startTapped(t testing.TB, handle func(w http.ResponseWriter, r *http.Request) bool, change ...func(*broker.Options)) (*place, *tap) {
	t.Helper()
	vendor := ringcxtest.NewServer(t, nil)
	out := &tap{handle: handle}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/restapi/oauth/") && !strings.HasPrefix(r.URL.Path, "/api/auth/") {
			out.mu.Lock()
			out.seen = append(out.seen, r.Clone(r.Context()))
			out.mu.Unlock()
		}
		if out.handle == nil || !out.handle(w, r) {
			vendor.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(web.Close)
	out.url = web.URL
	c := vendor.Config()
	c.Endpoint = ringcx.Endpoint{RingCentral: web.URL, RingCX: web.URL}
	session := c.NewSession(c.JWT(vendor.Demo().JWT), nil)
	return startAt(t, vendor, session, append([]func(*broker.Options){func(o *broker.Options) { o.Profiles[0].Endpoint = c.Endpoint }}, change...)...), out
}

// last is the last request that arrived, nil if none did.
func (v *tap) last() *http.Request {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.seen) == 0 {
		return nil
	}
	return v.seen[len(v.seen)-1]
}

func (v *tap) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.seen)
}

// configOf is a configuration at the servers of a profile.
func configOf(p broker.Profile) *ringcx.Config {
	return &ringcx.Config{ClientID: "id", ClientSecret: "secret", Endpoint: p.Endpoint}
}
