package client_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/client"
)

func TestWhatReadsGoesToTheVendorWhereABalancerSaysThatThereIsNoBroker(t *testing.T) {
	p := start(t)
	at := p.vendor.Config().Endpoint
	c := p.client(t, func(o *client.Options) { o.Fallback, o.Endpoint = p.session, at })
	post := func(kind string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.RingCX+accounts, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Client().Do(req)
		if err != nil {
			t.Fatal(kind, err)
		}
		return statusOf(t, resp)
	}
	for kind, want := range map[string]int{"text/html": http.StatusOK, "": http.StatusOK, "application/json": http.StatusBadGateway} {
		p.instead(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			w.WriteHeader(http.StatusBadGateway)
		})
		if status, body, err := get(t, c, at.RingCX+accounts); err != nil || status != want {
			t.Errorf("%q: %d %s, %v", kind, status, body, err)
		}
		if got := post(kind); got != http.StatusBadGateway { // it may have reached the vendor
			t.Errorf("%q: what changes something was answered %d", kind, got)
		}
	}
}

// statusOf is the status of an answer, of which nothing more is wanted.
func statusOf(t testing.TB, resp *http.Response) int {
	t.Helper()
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}

func TestAClientWithoutAKeyIsToldThatNoneIsSet(t *testing.T) {
	p := start(t)
	for key, want := range map[string]string{"": "no key is set", "rcxb_nobodys": "the key has ended"} {
		_, err := p.client(t, func(o *client.Options) { o.Key = key }).Token(t.Context())
		var e *client.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), want) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestManyGoroutinesAskTheBrokerOnce(t *testing.T) {
	p := start(t)
	c := p.client(t)
	want, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			got, err := c.Token(t.Context())
			if err != nil || got.AccessToken != want.AccessToken || got.RefreshToken != "" {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	wg.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Errorf("the broker was asked %d times", n)
	}
	got, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := got.RenewAt().Sub(want.RenewAt()).Abs().Seconds(); d > 2 {
		t.Errorf("it says that another is due %v s off", d)
	}
}

func TestRequestsToTheVendorGoToTheBrokerWithTheKeyAlone(t *testing.T) {
	p := start(t)
	c := p.client(t)
	for _, host := range []string{ringcx.Production.RingCX, p.web.URL} {
		status, body, err := get(t, c, host+accounts)
		if err != nil || status != 200 || !strings.Contains(body, "accountId") {
			t.Errorf("%s: %d %s %v", host, status, body, err)
		}
	}
	if got := p.seen.Load().Header.Get("Authorization"); got != "Bearer "+p.key {
		t.Error("the key was not sent")
	}
}

func TestAnAnswerThatIsNoBrokersIsAnErrorAndNoToken(t *testing.T) {
	p := start(t)
	var all sync.WaitGroup
	for what, f := range map[string]http.HandlerFunc{
		"a web page":        func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html><p>Welcome") },
		"garbage":           answering("application/json", "{]"),
		"nothing":           answering("application/json", ""),
		"no token":          answering("application/json", `{"expires_in":300}`),
		"a token that ends": answering("application/json", `{"access_token":"x","expires_in":0}`),
		"no end":            answering("application/json", `{"access_token":"x"}`),
		"a token of lines":  answering("application/json", `{"access_token":"x\r\nCookie: y","expires_in":300}`),
		"a huge answer":     answering("application/json", `{"access_token":"`+strings.Repeat("x", 1<<20)+`","expires_in":300}`),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/voice/api/token", http.StatusFound)
		},
		"a failure": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusBadGateway) },
	} {
		web := httptest.NewServer(f)
		t.Cleanup(web.Close)
		all.Go(func() {
			token, err := p.client(t, func(o *client.Options) { o.URL = web.URL }).Token(t.Context())
			var e *client.Error
			if token != nil || !errors.As(err, &e) || strings.Contains(err.Error(), p.key) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%s: %v, %v", what, token, err)
			}
		})
	}
	all.Wait()
	if _, err := p.client(t).Token(t.Context()); err != nil { // the control
		t.Error(err)
	}
}

func answering(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

func TestAProgramThatCallsTheVendorItselfTakesTokensAlone(t *testing.T) {
	p := start(t)
	config := &ringcx.Config{Endpoint: p.vendor.Config().Endpoint}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.vendor.URL+accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := config.Client(p.client(t)).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK || p.asked.Load() != 1 || p.seen.Load().URL.Path != "/token" {
		t.Errorf("%s after %d requests for tokens", resp.Status, p.asked.Load())
	}
}
