package client_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/client"
)

// reply is an answer, whose body is closed when the test ends.
type reply struct {
	StatusCode int
	Host       string // of the request that it answers
	Body       io.Reader
}

// send sends a request through c, with what a program may have put in by itself.
func send(t testing.TB, c http.RoundTripper, method, address string, body io.Reader, change ...func(*http.Request)) (*reply, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(req)
	}
	resp, err := (&http.Client{Transport: c}).Do(req)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return &reply{resp.StatusCode, resp.Request.URL.Host, resp.Body}, nil
}

func TestOnlyTheKeyGoesToTheBroker(t *testing.T) {
	p := start(t)
	resp, err := send(t, p.client(t), http.MethodGet, ringcx.Production.RingCX+accounts, nil, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer own")
		r.Header.Set("X-Auth-Token", "own")
		r.Header.Set("Cookie", "access_token=own")
	})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	if h := p.seen.Load().Header; h.Get("Authorization") != "Bearer "+p.key || h.Get("X-Auth-Token") != "" || h.Get("Cookie") != "" {
		t.Errorf("the broker got %v", h)
	}
	if resp.Host != "ringcx.ringcentral.com" {
		t.Errorf("the answer is one to %s", resp.Host)
	}
}

func TestAKeyInAFileIsReadAgainWhenTheBrokerRefusesIt(t *testing.T) {
	p := start(t)
	file := filepath.Join(t.TempDir(), "key")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(p.key + "\n")
	c := p.client(t, func(o *client.Options) { o.Key, o.KeyFile = "", file })
	if _, err := c.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	revoke := func(key string) (next string) {
		p.revoked.Store("Bearer " + key)
		next = p.newKey(t)
		write(next + "\n")
		return next
	}
	last := revoke(p.key)
	for _, do := range []func() (*reply, error){
		func() (*reply, error) {
			return send(t, c, http.MethodGet, ringcx.Production.RingCX+accounts, nil)
		},
		func() (*reply, error) {
			revoke(last)
			return send(t, c, http.MethodPost, ringcx.Production.RingCX+accounts, strings.NewReader("{}"))
		},
	} {
		if resp, err := do(); err != nil || resp.StatusCode == http.StatusUnauthorized {
			t.Errorf("with the next key: %v, %v", resp, err)
		}
	}
	for what, text := range map[string]string{"nothing": "", "two lines": "a\nb", "much": strings.Repeat("x", 5<<10), "another's": "rcxb_x_y"} {
		write(text)
		c := p.client(t, func(o *client.Options) { o.Key, o.KeyFile = "", file })
		var e *client.Error
		if _, err := c.Token(t.Context()); !errors.As(err, &e) || e.Hint() == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatTheBrokerRefusesIsAnErrorInItsWordsAndWhatTheVendorDoesIsAnAnswer(t *testing.T) {
	p := start(t, broker.Rule{Operation: "getAllAccounts"})
	own := &source{}
	c := p.client(t, func(o *client.Options) { o.Fallback = own })
	var e *client.Error
	_, err := send(t, c, http.MethodGet, ringcx.Production.RingCX+"/voice/api/v1/admin/users", nil)
	if !errors.As(err, &e) || e.StatusCode != http.StatusForbidden || e.Detail != "no rule allows it" || e.Temporary() {
		t.Errorf("what no rule allows: %v", err)
	}
	if _, err := c.Token(t.Context()); !errors.As(err, &e) || e.StatusCode != http.StatusForbidden || own.asked.Load() != 0 {
		t.Errorf("the token: %v; the fallback was asked %d times", err, own.asked.Load())
	}
	if _, err := send(t, p.client(t, func(o *client.Options) { o.Key = "wrong" }), http.MethodGet, ringcx.Production.RingCX+accounts, nil); !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong key: %v", err)
	}
	if _, err := p.client(t, func(o *client.Options) { o.Profile = "other" }).Token(t.Context()); !errors.As(err, &e) || e.Detail != "there is no such profile" {
		t.Errorf("another profile: %v", err)
	}
	p.instead(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, `{"detail":"the vendor was\n\u001b[2Jnot reached"}`)
	})
	if _, err := send(t, c, http.MethodGet, ringcx.Production.RingCX+accounts, nil); !errors.As(err, &e) || e.StatusCode != http.StatusBadGateway || strings.ContainsAny(err.Error(), "\n\x1b") || e.Hint() == "" {
		t.Errorf("a vendor that is away: %q", err)
	}
	p.instead(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"detail":"the budget is used up"}`)
	})
	if resp, err := send(t, c, http.MethodGet, ringcx.Production.RingCX+accounts, nil); err != nil || resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("patience: %v, %v", resp, err)
	}
	if _, err := p.client(t).Token(t.Context()); !errors.As(err, &e) || !e.Busy() || !e.Temporary() || e.RetryAfter != 7*time.Second {
		t.Errorf("patience for a token: %v", err)
	}
	p.instead(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
	})
	if resp, err := send(t, c, http.MethodGet, ringcx.Production.RingCX+accounts, nil); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("the vendor's own refusal: %v, %v", resp, err)
	}
}

func TestNoRedirectIsFollowedToAnotherHost(t *testing.T) {
	p := start(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was asked, with %v", r.URL, r.Header)
	}))
	t.Cleanup(elsewhere.Close)
	n := 0
	for _, to := range []string{elsewhere.URL + accounts, "https://example.com" + accounts} {
		p.instead(func(w http.ResponseWriter, r *http.Request) {
			n++
			http.Redirect(w, r, to, http.StatusFound)
		})
		if resp, err := send(t, p.client(t), http.MethodGet, ringcx.Production.RingCX+accounts, nil); err == nil {
			t.Errorf("%s: %v", to, resp)
		}
		if _, err := p.client(t).Token(t.Context()); err == nil {
			t.Error("a token of a redirect")
		}
	}
	p.instead(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == accounts {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		http.Redirect(w, r, accounts, http.StatusFound)
	})
	if resp, err := send(t, p.client(t), http.MethodGet, ringcx.Production.RingCX+"/voice/api/x", nil); err != nil || resp.StatusCode != http.StatusNoContent {
		t.Errorf("the control, a path of the vendor's: %v, %v", resp, err)
	}
}

func TestBodiesStreamBothWaysAtOnce(t *testing.T) {
	p := start(t)
	p.instead(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		buf := make([]byte, 16)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(bytes.ToUpper(buf[:n]))
			_ = control.Flush()
			if err != nil {
				return
			}
		}
	})
	body, more := io.Pipe()
	go func() { _, _ = io.WriteString(more, "a") }()
	resp, err := send(t, p.client(t), http.MethodPost, ringcx.Production.RingCX+accounts, body)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	for _, want := range []string{"A", "B", "C"} {
		if _, err := io.ReadFull(resp.Body, one); err != nil || string(one) != want {
			t.Fatalf("%q, %v", one, err)
		}
		go func() { _, _ = io.WriteString(more, strings.ToLower(string(rune(want[0]+1)))) }()
	}
	_ = more.Close()
}

func TestABrokerIsReachedByASocketAndByTLSWithItsOwnCA(t *testing.T) {
	p := start(t)
	path := filepath.Join(t.TempDir(), "b.sock")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Skip("this system has no unix sockets: ", err)
	}
	server := p.broker.Server()
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	for _, address := range []string{"unix:" + path, "unix://" + path} {
		c := p.client(t, func(o *client.Options) { o.URL = address })
		if _, err := c.Token(t.Context()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if status, _, err := get(t, c, ringcx.Production.RingCX+accounts); status != http.StatusOK {
			t.Errorf("%s: %d %v", address, status, err)
		}
	}
	web := httptest.NewUnstartedServer(p.broker)
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	var unknown x509.UnknownAuthorityError
	if _, _, err := get(t, p.client(t, func(o *client.Options) { o.URL = web.URL }), ringcx.Production.RingCX+accounts); !errors.As(err, &unknown) {
		t.Errorf("a CA that nobody knows: %v", err)
	}
	c := p.client(t, func(o *client.Options) { o.URL, o.Transport = web.URL, web.Client().Transport.(*http.Transport) })
	if status, _, err := get(t, c, ringcx.Production.RingCX+accounts); status != http.StatusOK {
		t.Errorf("its own CA: %d %v", status, err)
	}
}

func TestWithoutTheBrokerRequestsGoToTheVendorIfThereIsAFallback(t *testing.T) {
	p := start(t)
	with := func(o *client.Options) { o.Fallback, o.Endpoint = p.session, p.vendor.Config().Endpoint }
	c := p.client(t, with)
	none := p.client(t)
	if _, err := c.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.web.Close()
	c.CloseIdleConnections()
	for range 2 {
		resp, err := send(t, c, http.MethodPost, p.vendor.URL+accounts, strings.NewReader("{}"))
		if err != nil || resp.StatusCode == http.StatusUnauthorized {
			t.Errorf("%v, %v", resp, err)
		}
	}
	status, body, err := get(t, c, p.vendor.URL+accounts)
	if status != http.StatusOK || !strings.Contains(body, "accountId") {
		t.Errorf("%d %s %v", status, body, err)
	}
	var e *client.Error
	for what, do := range map[string]func() (*reply, error){
		"another host": func() (*reply, error) { return send(t, c, http.MethodGet, "https://example.com"+accounts, nil) },
		"a body that is gone": func() (*reply, error) {
			return send(t, c, http.MethodPost, p.vendor.URL+accounts, io.MultiReader(strings.NewReader("{}")))
		},
		"no fallback": func() (*reply, error) { return send(t, none, http.MethodGet, p.vendor.URL+accounts, nil) },
	} {
		if resp, err := do(); !errors.As(err, &e) || e.StatusCode != 0 || !e.Temporary() || e.Hint() == "" {
			t.Errorf("%s: %v, %v", what, resp, err)
		}
	}
}

func TestWhatABrokerCannotServeGoesToTheVendorIfItOnlyReads(t *testing.T) {
	p := start(t, broker.Rule{Operation: "getAllAccounts"}) // a fallback is no matter of rules, which do not allow /token here
	status, wait := http.StatusServiceUnavailable, "1"
	p.instead(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		if wait != "" {
			w.Header().Set("Retry-After", wait)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"detail":"the broker has no token, and did not get one"}`)
	})
	c := p.client(t, func(o *client.Options) { o.Fallback, o.Endpoint = p.session, p.vendor.Config().Endpoint })
	for _, wait = range []string{"1", ""} {
		if got, body, err := get(t, c, p.vendor.URL+accounts); got != http.StatusOK || !strings.Contains(body, "accountId") {
			t.Errorf("Retry-After %q: %d %s %v", wait, got, body, err)
		}
	}
	var e *client.Error
	if resp, err := send(t, c, http.MethodPost, p.vendor.URL+accounts, strings.NewReader("{}")); !errors.As(err, &e) || e.StatusCode != status {
		t.Errorf("one that changes something: %v, %v", resp, err)
	}
	if resp, err := send(t, c, http.MethodGet, "https://example.com"+accounts, nil); !errors.As(err, &e) || e.StatusCode != status {
		t.Errorf("another host: %v, %v", resp, err)
	}
	wait = "1"
	if got, _, err := get(t, p.client(t), p.vendor.URL+accounts); got != status {
		t.Errorf("no fallback: %d, %v", got, err)
	}
	status = http.StatusTooManyRequests
	if got, _, err := get(t, c, p.vendor.URL+accounts); got != status {
		t.Errorf("a limit that is used up: %d, %v", got, err)
	}
}

func TestAddressesAreUnderstoodOrRefused(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://127.0.0.1:8788": true, "http://[::1]:8788/": true, "http://localhost": true, "https://broker.example:8443": true, "unix:/run/b.sock": true, "http://a.localhost": true,
		"": false, "127.0.0.1:8788": false, "http://broker.example": false, "http://10.0.0.1:8788": false, "https://u:p@broker.example": false, "https://broker.example/x": false,
		"https://broker.example?x=y": false, "unix:": false, "ftp://127.0.0.1": false, "http://localhost.example": false,
		"http://127.0.0.1:65535": true, "http://127.0.0.1:99999": false, "http://127.0.0.1:0": false, "https://broker.example:": false, "http://%zz": false, "https://": false,
	} {
		c, err := client.New(&client.Options{URL: address, Getenv: func(string) string { return "" }})
		if (err == nil) != ok || err != nil && strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: %v, %v", address, c, err)
		}
	}
	if _, err := client.New(&client.Options{URL: "https://broker.example", Key: "a b"}); err == nil {
		t.Error("a key with a blank")
	}
}

func TestNothingShowsTheKey(t *testing.T) {
	o := client.Options{URL: "https://broker.example", Key: "rcxb_secret"}
	c, err := client.New(&o)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		text := fmt.Sprintf(strings.Repeat(verb+" ", 3), o, &o, c)
		if strings.Contains(text, "secret") || strings.Contains(text, fmt.Sprintf("%x", "secret")) {
			t.Errorf("%s: %s", verb, text)
		}
	}
	if text := fmt.Sprint(o, c); strings.Count(text, "broker.example") != 2 {
		t.Errorf("the address is not told: %s", text)
	}
}

func TestAFallbackMayHaveAMinimumOrNot(t *testing.T) {
	p := start(t)
	p.web.Close()
	plain := p.client(t, func(o *client.Options) { o.Fallback = &source{} })
	if token, err := plain.TokenFor(t.Context(), 30*time.Second); err != nil || token.AccessToken != "fallback" {
		t.Error(token, err)
	}
	var e *client.Error
	if token, err := plain.TokenFor(t.Context(), 2*time.Minute); token != nil || !errors.As(err, &e) {
		t.Error("two minutes of one that lives a minute:", token, err)
	}
	ever := p.client(t, func(o *client.Options) { o.Fallback = ringcx.APIToken("aws80:c2353445-0000-0000-0000-000000000000") })
	if _, err := ever.TokenFor(t.Context(), time.Hour); err != nil {
		t.Error(err)
	}
	session := p.client(t, func(o *client.Options) { o.Fallback = p.session })
	if _, err := session.TokenFor(t.Context(), 4*time.Minute); err != nil {
		t.Error(err)
	}
}

func TestTheEnvironmentCountsAsAWholeOrNotAtAll(t *testing.T) {
	p := start(t)
	env := map[string]string{"RINGCX_BROKER": p.web.URL, "RINGCX_BROKER_KEY": p.key}
	c, err := client.New(&client.Options{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Token(t.Context()); err != nil {
		t.Error(err)
	}
	c, err = client.New(&client.Options{URL: p.web.URL, Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	var e *client.Error
	if _, err := c.Token(context.Background()); !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized || p.seen.Load().Header.Get("Authorization") != "" {
		t.Errorf("the key of the environment went to another broker: %v", err)
	}
}
