package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/broker/internal/proxy"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// moving is a gate behind which there is another target from its n-th call on.
type moving struct {
	exchange *proxy.Exchange
	to       proxy.Target
	token    *ringcx.Token
	n        int
}

func (m *moving) Enter() *problem.Problem {
	if m.n--; m.n == 0 {
		m.exchange.Target, m.exchange.Token = m.to, m.token
	}
	return nil
}

func (m *moving) Leave(*http.Response, error) {}

func TestARequestGoesWhereTheGateSaysAndTakesNothingOfWhereItWentBefore(t *testing.T) {
	var seen []*http.Request
	server := func(handle http.HandlerFunc) *url.URL {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Header.Set("Body", string(body))
			seen = append(seen, r)
			handle(w, r)
		}))
		t.Cleanup(web.Close)
		to, err := url.Parse(web.URL)
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	before := server(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "token expired")
	})
	now := server(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	p := proxy.New(nil, "test/1.0")
	defer p.Close()
	kinds := map[string]*ringcx.Token{
		"bearer": {AccessToken: "x"}, "legacy": {AccessToken: "x", TokenType: "X-Auth-Token", Idle: time.Hour}, "another": {AccessToken: "y"},
	}
	for from, first := range kinds {
		for to, second := range kinds {
			for _, n := range []int{1, 2} { // before it is sent at all, and before it is sent again
				seen = nil
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/voice/api/v1/x", strings.NewReader("body"))
				e := &proxy.Exchange{Target: proxy.Target{Origin: before, Source: new(ringcx.Config).NewSession(nil, nil)}, Token: first, Operation: &apispec.Operation{}}
				again := *second
				e.Gate = &moving{exchange: e, to: proxy.Target{Origin: now, Source: ringcx.APIToken("x")}, token: &again, n: n}
				got, r, body := p.Receive(w, r)
				if bad := p.Read(r, body, e); bad != nil {
					t.Fatal(bad)
				}
				e.Forward(got)
				last := seen[len(seen)-1]
				h, path := last.Header, map[bool]string{true: "/api/v1/x", false: "/voice/api/v1/x"}[again.Idle > 0]
				if w.Code != http.StatusCreated || len(seen) != n || last.URL.Path != path || h.Get("Body") != "body" {
					t.Errorf("from %s to %s, call %d: %d after %d requests, the last to %s", from, to, n, w.Code, len(seen), last.URL)
				}
				if bearer := h.Get("Authorization") == "Bearer "+again.AccessToken; bearer == (again.Idle > 0) || len(h["X-Auth-Token"])+len(h["Authorization"]) != 1 {
					t.Errorf("from %s to %s, call %d: %v", from, to, n, h)
				}
			}
		}
	}
}
