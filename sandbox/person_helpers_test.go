package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	authorizePath = "/restapi/oauth/authorize"
	signInPath    = "/restapi/oauth/sign-in"
	consentPath   = "/restapi/oauth/consent"

	loopback = "http://127.0.0.1:45678/callback"
	verifier = "a-verifier-of-forty-three-characters-or-more"
)

// s256 is the code challenge of a verifier.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// encoded are pairs of names and values as a query.
func encoded(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

// nativeRequest is an authorize request of the demo's native app with PKCE; more pairs replace or, with the value "",
// remove parameters.
func (v *vendor) nativeRequest(pairs ...string) string {
	return authorizePath + "?" + changed(url.Values{
		"response_type": {"code"}, "client_id": {v.Demo().NativeClientID}, "redirect_uri": {loopback}, "state": {"s t&"},
		"code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"},
	}, pairs)
}

// webRequest is an authorize request of the demo's web app, without PKCE.
func (v *vendor) webRequest(pairs ...string) string {
	return authorizePath + "?" + changed(url.Values{
		"response_type": {"code"}, "client_id": {v.Demo().WebClientID}, "state": {"s"},
	}, pairs)
}

func changed(values url.Values, pairs []string) string {
	for i := 0; i < len(pairs); i += 2 {
		if values.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			values.Del(pairs[i])
		}
	}
	return values.Encode()
}

// person is somebody with a web browser.
type person struct {
	v       *vendor
	cookies map[string]string
}

func (v *vendor) person() *person { return &person{v, map[string]string{}} }

// ask sends one request with the cookies, and keeps those of the answer.
func (p *person) ask(r *http.Request) reply {
	p.v.t.Helper()
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got := p.v.send(r)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		p.cookies[c.Name] = c.Value
	}
	return got
}

// open goes to a page, over the redirects inside the sandbox.
func (p *person) open(target string) reply {
	p.v.t.Helper()
	return p.follow(p.ask(httptest.NewRequest(http.MethodGet, target, nil)))
}

// follow goes where r leads, until there is a page or the way leads out of the sandbox.
func (p *person) follow(r reply) reply {
	p.v.t.Helper()
	for strings.HasPrefix(r.header.Get("Location"), "/") {
		r = p.ask(httptest.NewRequest(http.MethodGet, r.header.Get("Location"), nil))
	}
	return r
}

var (
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// hidden are the hidden fields of a page.
func (r reply) hidden() map[string]string {
	r.t.Helper()
	out := map[string]string{}
	for _, m := range hiddenField.FindAllStringSubmatch(r.body, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// submit sends the form of a page with what is typed into it, and follows.
func (p *person) submit(page reply, pairs ...string) reply {
	p.v.t.Helper()
	action := formAction.FindStringSubmatch(page.body)
	if action == nil {
		p.v.t.Fatalf("no form in the answer %d: %s", page.status, page.body)
	}
	for name, value := range page.hidden() {
		pairs = append(pairs, name, value)
	}
	return p.follow(p.ask(formRequest("/restapi/oauth/"+action[1], pairs...)))
}

// signIn goes to a page that asks for a sign-in, and answers as the demo user; the consent page is next.
func (p *person) signIn(target string) reply {
	p.v.t.Helper()
	demo := p.v.Demo()
	return p.submit(p.open(target), "username", demo.Email, "password", demo.Password).wantPage("Allow ")
}

// code goes the whole way and gives the code that arrives at the app.
func (p *person) code(target string) string {
	p.v.t.Helper()
	code := p.submit(p.signIn(target), "decision", "allow").callback().Get("code")
	if code == "" {
		p.v.t.Fatal("no code arrived")
	}
	return code
}

// wantPage wants a page whose heading begins with h1.
func (r reply) wantPage(h1 string) reply {
	r.t.Helper()
	if r.status != http.StatusOK || !strings.Contains(r.body, "<h1>"+h1) {
		r.t.Fatalf("status %d, want a page %q; to %q; body %s", r.status, h1, r.header.Get("Location"), r.body)
	}
	return r
}

// wantRefusal wants a page that refuses, which leads nowhere.
func (r reply) wantRefusal(status int, code string) reply {
	r.t.Helper()
	r.want(status)
	if r.header.Get("Location") != "" || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
		r.t.Fatalf("not a page: %v", r.header)
	}
	if !strings.Contains(r.body, "<code>"+code+"</code>") {
		r.t.Fatalf("%s is not named in %s", code, r.body)
	}
	return r
}

// callback is what r sends to the app.
func (r reply) callback() url.Values {
	r.t.Helper()
	r.want(http.StatusFound)
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil || u.Host == "" {
		r.t.Fatalf("location %q leads to no app", r.header.Get("Location"))
	}
	return u.Query()
}

// wantCallbackError wants an error of this kind at the app.
func (r reply) wantCallbackError(kind string) reply {
	r.t.Helper()
	got := r.callback()
	if got.Get("error") != kind || got.Get("error_description") == "" || got.Get("code") != "" {
		r.t.Fatalf("the app got %v, want %s", got, kind)
	}
	return r
}

// redeem sends a code of the native app to the token endpoint.
func (v *vendor) redeem(code string, pairs ...string) reply {
	v.t.Helper()
	values, err := url.ParseQuery(changed(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {v.Demo().NativeClientID},
		"redirect_uri": {loopback}, "code_verifier": {verifier},
	}, pairs))
	if err != nil {
		v.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

// redeemWeb sends a code of the web app to the token endpoint, with its secret.
func (v *vendor) redeemWeb(code string, pairs ...string) reply {
	v.t.Helper()
	demo := v.Demo()
	return v.formAs(demo.WebClientID, demo.WebClientSecret, tokenPath,
		append([]string{"grant_type", "authorization_code", "code", code}, pairs...)...)
}

func codeVendor(t testing.TB) *vendor {
	t.Helper()
	return newVendor(t, sandboxOptions)
}

// sandboxOptions keep limits out of tests that are about something else.
var sandboxOptions = sandbox.Options{NoLimits: true}

// defaultOptions have the vendor's limits.
var defaultOptions = sandbox.Options{}
