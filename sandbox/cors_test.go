package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const otherOrigin = "https://app.example"

// fromPage sends a request as a web page of another origin does.
func (v *vendor) fromPage(r *http.Request) reply {
	v.t.Helper()
	r.Header.Set("Origin", otherOrigin)
	return v.send(r)
}

func (v *vendor) preflight(path, method, headers string) reply {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodOptions, path, nil)
	r.Header.Set("Access-Control-Request-Method", method)
	if headers != "" {
		r.Header.Set("Access-Control-Request-Headers", headers)
	}
	return v.fromPage(r)
}

// corsHeaders are the headers of r that speak to browsers about other origins.
func (r reply) corsHeaders() map[string]string {
	out := map[string]string{}
	for name := range r.header {
		if strings.HasPrefix(name, "Access-Control-") {
			out[name] = r.header.Get(name)
		}
	}
	return out
}

func TestAPageOfAnotherOriginMayCallBothVendors(t *testing.T) {
	v := codeVendor(t)
	cx := v.exchange()
	for _, c := range []struct{ method, path, token string }{
		{http.MethodPost, tokenPath, ""},
		{http.MethodGet, accountPath, str(v.login(), "access_token")},
		{http.MethodPost, exchangePath, ""},
		{http.MethodGet, usersPath, str(cx, "accessToken")},
		{http.MethodGet, usersPath, ""}, // refusals can be read too
		{http.MethodGet, "/.well-known/openid-configuration", ""},
	} {
		asked := v.preflight(c.path, c.method, "authorization,content-type").want(http.StatusNoContent)
		if got := asked.corsHeaders(); got["Access-Control-Allow-Origin"] != "*" ||
			!strings.Contains(got["Access-Control-Allow-Methods"], c.method) ||
			got["Access-Control-Allow-Headers"] != "authorization,content-type" || got["Access-Control-Max-Age"] == "" {
			t.Errorf("preflight of %s %s: %v", c.method, c.path, got)
		}
		r := httptest.NewRequest(c.method, c.path, nil)
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		answer := v.fromPage(r)
		got := answer.corsHeaders()
		if got["Access-Control-Allow-Origin"] != "*" || got["Access-Control-Allow-Credentials"] != "" {
			t.Errorf("%s %s: %v", c.method, c.path, got)
		}
		if exposed := got["Access-Control-Expose-Headers"]; !strings.Contains(exposed, "X-Rate-Limit-Remaining") ||
			strings.Contains(exposed, "Retry-After") {
			t.Errorf("%s %s exposes %q", c.method, c.path, exposed)
		}
		if !strings.Contains(answer.header.Get("Vary"), "Origin") {
			t.Errorf("%s %s: Vary is %q", c.method, c.path, answer.header.Get("Vary"))
		}
	}
}

func TestWhoIsNoPageIsToldNothingAboutOrigins(t *testing.T) {
	v := codeVendor(t)
	for _, path := range []string{accountPath, usersPath, "/.well-known/openid-configuration"} {
		if got := v.get(path, "").corsHeaders(); len(got) != 0 {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestPagesForPeopleAndTheSandboxItselfAreClosedToOtherOrigins(t *testing.T) {
	v := codeVendor(t)
	for _, path := range []string{
		"/restapi/oauth/authorize", signInPath, consentPath, "/_sandbox/state", "/_sandbox/reset", "/console/",
		"/console/apps/new", "/oauthcallback", "/oauthredirect",
	} {
		for name, r := range map[string]reply{
			"preflight": v.preflight(path, http.MethodPost, ""),
			"GET":       v.fromPage(httptest.NewRequest(http.MethodGet, path, nil)),
			"POST":      v.fromPage(httptest.NewRequest(http.MethodPost, path, nil)),
		} {
			if got := r.corsHeaders(); len(got) != 0 {
				t.Errorf("%s of %s: %v", name, path, got)
			}
		}
	}
}

func TestAPreflightCountsForNothingAndMeetsNoFault(t *testing.T) {
	v := newVendor(t, defaultOptions)
	v.control("faults", fmt.Sprintf(`{"path":%q,"kind":"status","status":500}`, tokenPath))
	for range 20 {
		v.preflight(tokenPath, http.MethodPost, "authorization").want(http.StatusNoContent)
	}
	r := formRequest(tokenPath, "grant_type", jwtGrant)
	if got := v.fromPage(r).want(500).corsHeaders(); got["Access-Control-Allow-Origin"] != "*" {
		t.Errorf("a page cannot read what the fault says: %v", got)
	}
	for range 5 {
		v.login()
	}
	v.demoForm(tokenPath, "grant_type", jwtGrant).want(http.StatusTooManyRequests)
}

func TestAPreflightOfNothingIsNotAnswered(t *testing.T) {
	v := codeVendor(t)
	v.preflight("/restapi/v1.0/nothing", http.MethodGet, "").want(http.StatusNotFound)
}
