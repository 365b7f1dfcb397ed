package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/proxy"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// patient is an answer of a connection whose deadlines are seen.
type patient struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (p *patient) SetReadDeadline(at time.Time) error {
	p.deadlines = append(p.deadlines, at)
	return nil
}

func TestACallerMayBeSilentForAMinuteWithinABodyAndAsLongAsItLikesAfterIt(t *testing.T) {
	vendor := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer vendor.Close()
	to, err := url.Parse(vendor.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := proxy.New(nil, "test/1.0")
	defer p.Close()
	for name, body := range map[string]io.Reader{"of a known length": strings.NewReader("body"), "that is a stream": io.MultiReader(strings.NewReader("body"))} {
		w := &patient{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/voice/api/v1/x", body)
		e := &proxy.Exchange{Target: proxy.Target{Origin: to, Source: ringcx.APIToken("x")}, Token: &ringcx.Token{AccessToken: "x"}}
		to, r, b := p.Receive(w, r)
		if bad := p.Read(r, b, e); bad != nil {
			t.Fatalf("a body %s: %v", name, bad)
		}
		e.Forward(to)
		if b.Leave(); w.Code != http.StatusOK {
			t.Fatalf("a body %s: %d", name, w.Code)
		}
		if n := len(w.deadlines); n < 2 || !w.deadlines[n-1].IsZero() || !slices.ContainsFunc(w.deadlines, func(at time.Time) bool {
			return time.Until(at) > p.Silence/2 && time.Until(at) <= p.Silence
		}) {
			t.Errorf("a body %s: %v", name, w.deadlines)
		}
	}
}

func TestATokenTravelsAsItsKindAndItsOperationWant(t *testing.T) {
	var got *http.Request
	vendor := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	defer vendor.Close()
	to, err := url.Parse(vendor.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := proxy.New(nil, "test/1.0")
	defer p.Close()
	cookie := &apispec.Operation{Auth: apispec.Cookie}
	for _, c := range []struct {
		token *ringcx.Token
		op    *apispec.Operation
		path  string
		name  string
		value string
	}{
		{&ringcx.Token{AccessToken: "x"}, nil, "/voice/api/v1/x", "Authorization", "Bearer x"},
		{&ringcx.Token{AccessToken: "x"}, cookie, "/voice/api/v1/x", "Cookie", "access_token=x"},
		{&ringcx.Token{AccessToken: "x", TokenType: "X-Auth-Token"}, cookie, "/voice/api/v1/x", "X-Auth-Token", "x"},
		{&ringcx.Token{AccessToken: "x", TokenType: "X-Auth-Token", Idle: time.Hour}, nil, "/api/v1/x", "X-Auth-Token", "x"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/voice/api/v1/x", nil)
		e := &proxy.Exchange{Target: proxy.Target{Origin: to, Source: ringcx.APIToken("x")}, Token: c.token, Operation: c.op}
		if bad := p.Read(r, nil, e); bad != nil {
			t.Fatal(bad)
		}
		e.Forward(w)
		n := len(got.Header["Authorization"]) + len(got.Header["Cookie"]) + len(got.Header["X-Auth-Token"])
		if got.Header.Get(c.name) != c.value || n != 1 || got.URL.Path != c.path {
			t.Errorf("%q at %s", got.Header, got.URL.Path)
		}
	}
}
