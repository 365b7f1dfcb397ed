package callback_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/callback"
)

const (
	state  = "state-of-this-login"
	issuer = "https://vendor.example"
	code   = "U0pDMTFQMDFQQVMwMHxBQURf"
)

func listen(t *testing.T) *callback.Listener {
	t.Helper()
	l, err := callback.Listen(t.Context(), "http://127.0.0.1:0/callback", callback.Expected{State: state, Issuer: issuer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { finish(l, nil) })
	return l
}

// finish does not wait for a browser.
func finish(l *callback.Listener, failure error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	l.Finish(ctx, failure)
}

// open goes where a browser goes, without following redirects.
func open(t *testing.T, method, url string, edit func(*http.Request)) (reply, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(req)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Status, resp.Header}, string(body)
}

// reply is what a browser was answered.
type reply struct {
	StatusCode int
	Status     string
	Header     http.Header
}

func answer(t *testing.T, l *callback.Listener) callback.Answer {
	t.Helper()
	select {
	case a := <-l.Answers:
		return a
	case <-time.After(10 * time.Second):
		t.Fatal("no answer")
	}
	return callback.Answer{}
}

func wantNone(t *testing.T, l *callback.Listener) {
	t.Helper()
	select {
	case a := <-l.Answers:
		t.Fatalf("taken for the answer: %+v", a)
	default:
	}
}

func TestTheAnswerOfTheSignInPageBringsTheCodeAndTheBrowserTheOutcome(t *testing.T) {
	l := listen(t)
	pages := make(chan string, 1)
	go func() {
		jar, _ := cookiejar.New(nil)
		resp, err := (&http.Client{Jar: jar}).Get(l.RedirectURI() + "?" + url.Values{"code": {code}, "state": {state}, "iss": {issuer}}.Encode())
		if err != nil {
			pages <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		pages <- resp.Request.URL.String() + "\n" + resp.Header.Get("Content-Security-Policy") + "\n" + string(body)
	}()
	if a := answer(t, l); a.Err != nil || a.Code != code {
		t.Fatalf("%+v", a)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	l.Finish(ctx, nil)
	page := <-pages
	for _, want := range []string{"/callback/done\n", "default-src 'none'", "You are signed in", "prefers-color-scheme: dark"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for _, secret := range []string{code, state} {
		if strings.Contains(page, secret) {
			t.Errorf("the page or its address holds %q", secret)
		}
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimSuffix(l.RedirectURI(), "/callback"), "http://")); err == nil {
		t.Error("it still listens")
	}
}

func TestAPageOfFailureShowsTheVendorsWordsAsText(t *testing.T) {
	l := listen(t)
	resp, _ := open(t, "GET", l.RedirectURI()+"?error=access_denied&error_description=The+user+said+%3Cb%3Eno%3C/b%3E%0A&state="+state, nil)
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatal(resp.Status)
	}
	a := answer(t, l)
	var refused *callback.Refused
	if !errors.As(a.Err, &refused) || a.Err.Error() != "the sign-in page answered access_denied: The user said <b>no</b>" {
		t.Fatalf("%v", a.Err)
	}
	pages := make(chan string, 1)
	go func() {
		_, page := open(t, "GET", l.RedirectURI()+"/done", nil)
		pages <- page
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	l.Finish(ctx, a.Err)
	if page := <-pages; !strings.Contains(page, "You are not signed in") || !strings.Contains(page, "<bdi>The sign-in page answered access_denied: The user said &lt;b&gt;no&lt;/b&gt;.</bdi>") {
		t.Error(page)
	}
}

func TestWhatIsNotTheAnswerIsRefusedAndTheWaitGoesOn(t *testing.T) {
	l := listen(t)
	good := "?code=" + code + "&state=" + state
	origin := strings.TrimSuffix(l.RedirectURI(), "/callback")
	for _, c := range []struct {
		name, method, url string
		edit              func(*http.Request)
		status            int
	}{
		{"a favicon", "GET", origin + "/favicon.ico", nil, 404},
		{"the root", "GET", origin + "/", nil, 404},
		{"the outcome before there is one", "GET", origin + "/callback/done", nil, 404},
		{"another host", "GET", l.RedirectURI() + good, func(r *http.Request) { r.Host = "rebound.example" }, 421},
		{"another name of this host", "GET", l.RedirectURI() + good, func(r *http.Request) { r.Host = "localhost" }, 421},
		{"a post", "POST", l.RedirectURI() + good, nil, 405},
		{"a look ahead", "HEAD", l.RedirectURI() + good, nil, 405},
		{"no state", "GET", l.RedirectURI() + "?code=" + code, nil, 400},
		{"another state", "GET", l.RedirectURI() + "?code=" + code + "&state=" + state + "x", nil, 400},
		{"an empty state", "GET", l.RedirectURI() + "?code=" + code + "&state=", nil, 400},
		{"two states", "GET", l.RedirectURI() + good + "&state=other", nil, 400},
		{"two codes", "GET", l.RedirectURI() + good + "&code=other", nil, 400},
		{"a foreign error", "GET", l.RedirectURI() + "?error=access_denied&state=other", nil, 400},
		{"nothing", "GET", l.RedirectURI(), nil, 400},
	} {
		if resp, _ := open(t, c.method, c.url, c.edit); resp.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", c.name, resp.Status, c.status)
		}
		wantNone(t, l)
	}
	if resp, _ := open(t, "GET", l.RedirectURI()+good, nil); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/callback/done" {
		t.Errorf("%s", resp.Status)
	}
	if a := answer(t, l); a.Code != code {
		t.Errorf("%+v", a)
	}
}

func TestAnAnswerIsTakenOnce(t *testing.T) {
	l := listen(t)
	good := l.RedirectURI() + "?code=" + code + "&state=" + state
	open(t, "GET", good, nil)
	answer(t, l)
	if resp, page := open(t, "GET", good, nil); resp.StatusCode != http.StatusGone || !strings.Contains(page, "has been answered") {
		t.Errorf("%s %s", resp.Status, page)
	}
	wantNone(t, l)
}

func TestAnAnswerOfAnotherIssuerEndsTheLoginWithoutACode(t *testing.T) {
	l := listen(t)
	open(t, "GET", l.RedirectURI()+"?code="+code+"&state="+state+"&iss=https://attacker.example", nil)
	if a := answer(t, l); a.Code != "" || a.Err == nil || !strings.Contains(a.Err.Error(), `from "https://attacker.example"`) {
		t.Errorf("%+v", a)
	}
}

func TestARedirectURIOfThisMachineIsListenedAt(t *testing.T) {
	for uri, local := range map[string]bool{
		"http://127.0.0.1/callback": true, "http://localhost:0/x": true, "http://127.0.0.1:0": true,
		"http://LOCALHOST/x": true, "http://LocalHost:0": true, "http://127.9.9.9/x": true, "http://[::ffff:127.0.0.1]/x": true,
		"http://x.localhost/": false, "http://localhost./": false, "http://localho\u017ft/": false, "http://[::1%25lo]/": false, "http://0.0.0.0/": false,
		"http://[::]/": false, "http://2130706433/": false, "http://0x7f.1/": false, "http://localhost.example.com/": false, "http:///": false,
		"https://127.0.0.1/callback": false, "http://example.com/": false, "http://u@localhost/": false, "myapp:/x": false, "": false, "%": false,
	} {
		if callback.Local(uri) != local {
			t.Errorf("Local(%q) is %v", uri, !local)
		}
		l, err := callback.Listen(t.Context(), uri, callback.Expected{State: state})
		if (err == nil) != local {
			t.Errorf("Listen(%q): %v", uri, err)
		}
		if err == nil {
			if resp, _ := open(t, "GET", l.RedirectURI()+"?state="+state+"&code=12345678", nil); resp.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: %s", l.RedirectURI(), resp.Status)
			}
			finish(l, nil)
		}
	}
	taken := listen(t)
	if _, err := callback.Listen(t.Context(), taken.RedirectURI(), callback.Expected{}); err == nil {
		t.Error("two listeners at one port")
	}
}
