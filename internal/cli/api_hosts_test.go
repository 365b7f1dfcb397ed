package cli_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// before puts a server before the person's vendor that answers some paths itself.
func before(p *person, answer func(w http.ResponseWriter, r *http.Request) bool) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer(w, r) {
			p.box.ServeHTTP(w, r)
		}
	}))
	p.t.Cleanup(server.Close)
	p.env["RC_SERVER_URL"], p.env["RINGCX_SERVER_URL"] = server.URL, server.URL
	return server.URL
}

func TestACallThatIsRedirectedElsewhereSaysWhereAndSendsNothingThere(t *testing.T) {
	p := newPerson(t)
	var strangers atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer other.Close()
	var body string
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		status := map[string]int{"/voice/away": 302, "/voice/away7": 307, "/voice/away8": 308, "/voice/near": 307}[r.URL.Path]
		to := other.URL
		switch {
		case r.URL.Path == "/voice/near":
			to = "/voice/there"
		case r.URL.Path == "/voice/there":
			b, _ := io.ReadAll(r.Body)
			body = string(b) + r.Header.Get("Authorization")[:7]
			return true
		case status == 0:
			return false
		}
		w.Header().Set("Location", to)
		w.WriteHeader(status)
		return true
	})
	for _, path := range []string{"/voice/away", "/voice/away7", "/voice/away8"} {
		for _, args := range [][]string{{"GET", path}, {"POST", path, "-f", "a=b"}, {"GET", path, "--paginate"}, {"DELETE", path, "-i"}} {
			out, errs := p.types(1, append([]string{"api"}, args...)...)
			if out != "" || !strings.Contains(errs, "redirects to another host, "+other.URL) || !strings.Contains(errs, "\nhint: ") {
				t.Errorf("%q: %q, %q", args, out, errs)
			}
		}
	}
	if n := strangers.Load(); n != 0 {
		t.Errorf("another host was asked %d times", n)
	}
	p.types(0, "api", "POST", "/voice/near", "-f", "a=b")
	if body != `{"a":"b"}Bearer ` {
		t.Errorf("within the host a redirect is followed with %q", body)
	}
}

func TestWhatTheAPISaysInErrorsIsHarmless(t *testing.T) {
	p := newPerson(t)
	answer := ""
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/voice/bad" {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, answer)
		return true
	})
	long := strings.Repeat("ü", 600)
	for _, answer = range []string{
		"{\"errorCode\":\"a\\u001b[31m\",\"generalMessage\":\"b\\u009b31m\\r\\nc\",\"details\":\"" + long + "\"}",
		"b\x1b]0;x\x07\u009b31m\xffc" + long,
	} {
		_, errs := p.types(1, "api", "GET", "/voice/bad")
		if strings.ContainsAny(errs, "\x1b\x07\r\u009b") || !utf8.ValidString(errs) || strings.Count(errs, "\n") != 2 || len(errs) > 800 || !strings.Contains(errs, "400 ") {
			t.Errorf("%q", errs)
		}
	}
}

func TestTheCommandReachesThisMachineWithoutAProxy(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		p := newPerson(t)
		u, err := url.Parse(before(p, func(http.ResponseWriter, *http.Request) bool { return false }))
		if err != nil {
			t.Fatal(err)
		}
		here := "http://x.LocalHost:" + u.Port()
		var mu sync.Mutex // guards dialled: the doctor asks several at once
		var dialled []string
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			dialled = append(dialled, what)
		}
		client := &http.Client{Transport: &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) {
				note("proxy for " + r.URL.Host)
				return nil, nil
			},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				note(address)
				return new(net.Dialer).DialContext(ctx, network, u.Host)
			},
			DisableKeepAlives: true,
		}}
		for _, args := range [][]string{{"api", "GET", "/voice/api/v1/admin/accounts"}, {"accounts", "list"}, {"whoami"}, {"doctor"}} {
			var out, errs bytes.Buffer
			code := cli.Main(&cli.Env{
				Args: append([]string{"--server-url", here, "--ringcx-server-url", here}, args...), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
				Context: t.Context(), Getenv: func(name string) string { return p.env[name] }, ErrTerminal: terminal, HTTPClient: client,
			})
			if code != 0 {
				t.Errorf("%q: exit code %d, %s%s", args, code, &out, &errs)
			}
		}
		for _, d := range dialled {
			if d != "127.0.0.1:"+u.Port() {
				t.Errorf("on a terminal %v: %q", terminal, dialled)
				break
			}
		}
		if len(dialled) == 0 {
			t.Error("nothing was sent, so this test shows nothing")
		}
	}
}
