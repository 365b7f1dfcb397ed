package broker_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

// refuses tells whether a status is of a broker that lets something not through, and answers it not either.
func refuses(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusRequestURITooLong
}

func TestWhatMayIsJudgedAsRequestsAre(t *testing.T) {
	others := []string{
		"/", "/foo", "/voice", "/voice/api", "/token", "/token?min_ttl=9", "/token/", "/metrics", "/healthz", "/readyz", "/healthz/x", "/oauth2/x", "/.well-known/oauth-authorization-server", "/.well-known/x",
		accounts, accounts + "/", accounts + "?a=b", accounts + "?token=x", "/voice/api/v1/admin/token", "/voice/api/v1/%2525", "/restapi/v1.0/account/~", "/restapi/v1.0/client-info/sip-provision",
		"/restapi/oauth/authorize", "/api/auth/token/digitaljwt", "/api/auth/whatever", "/api/v1/admin/accounts", "/platform/api/x",
	}
	for name, rules := range map[string][]broker.Rule{
		"none": nil, "what denies the token": {{Deny: true, Path: "/token"}, {Path: "/**"}}, "some": {{Method: "GET", Path: "/voice/**"}, {Operation: "getDigitalJwt"}, {Path: "/metrics"}},
		"what names a credential": {{Path: "/restapi/v1.0/client-info/sip-provision"}, {Path: "/token"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
				if signsIn := strings.HasPrefix(r.URL.Path, "/restapi/oauth/") || strings.HasPrefix(r.URL.Path, "/api/auth/login"); signsIn {
					return false
				}
				w.WriteHeader(http.StatusNoContent)
				return true
			}, metered, func(o *broker.Options) { o.Rules = rules })
			seen := map[bool]int{}
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodDelete, http.MethodTrace, "get"} {
				for _, target := range append(others, hostile...) {
					status := p.raw(t, strings.Replace(p.get(target, "Content-Length: 0"), "GET", method, 1))
					allowed, why := p.broker.May("worker", "", method, target)
					if target == "/metrics" && status == http.StatusOK {
						continue // of a process of this machine no rule is asked
					}
					seen[allowed]++
					if allowed == refuses(status) {
						t.Errorf("%s %.60q is answered %d, and judged %v: %s", method, target, status, allowed, why)
					}
				}
			}
			if seen[true] < 10 || seen[false] < 100 {
				t.Errorf("%v: the test shows nothing", seen)
			}
		})
	}
}

func TestTheTokenByOAuthIsJudgedAsTheTokenIs(t *testing.T) {
	p := start(t, metered, func(o *broker.Options) {
		o.Rules = []broker.Rule{{Deny: true, Caller: "worker", Path: "/token"}, {Path: "/**"}}
	})
	other, err := p.broker.CreateKey(t.Context(), "other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]string{"worker": p.key, "other": other} {
		status := p.form("/oauth2/token", "grant_type=client_credentials", basic(name, key)).status
		if allowed, why := p.broker.May(name, "", http.MethodPost, "/oauth2/token"); allowed != (status == http.StatusOK) || !strings.HasSuffix(why, " it, as it does GET /token") {
			t.Errorf("%s is answered %d, and judged %v: %s", name, status, allowed, why)
		}
	}
	for target, want := range map[string]string{
		"/oauth2/introspect": "true the broker answers it itself", "/api/auth/token/refresh": "true the broker answers it itself", "/oauth2/token": "false the method",
	} {
		method := http.MethodPost
		if strings.HasPrefix(want, "false") {
			method = http.MethodGet
		}
		allowed, why := p.broker.May("worker", "", method, target)
		if got := map[bool]string{true: "true ", false: "false "}[allowed] + why; !strings.HasPrefix(got, want) {
			t.Errorf("%s %s: %s", method, target, got)
		}
	}
	if allowed, why := p.broker.May("worker", "typo", http.MethodGet, accounts); allowed || why != "there is no such profile" {
		t.Errorf("a profile that is not served: %v, %s", allowed, why)
	}
}
