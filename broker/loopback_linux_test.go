package broker_test

import (
	"net"
	"net/http"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ringcx-go/ringcx/broker"
)

// ours is a broker that serves the user of the tests at addresses of this machine.
func ours(o *broker.Options) {
	o.Users, o.Loopback = map[uint32]string{uint32(os.Geteuid()): "me"}, true
}

// noKey asks without one.
var noKey = with("Authorization", "")

func TestAUserNeedsNoKeyWhereTheKernelTells(t *testing.T) {
	p := start(t, ours)
	p.ask(http.MethodGet, accounts, "", noKey).want(t, http.StatusOK, "without a key")
	p.ask(http.MethodGet, "/token", "", noKey).want(t, http.StatusOK, "the token")
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "with a key")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer x")).want(t, http.StatusUnauthorized, "with a wrong key")

	p = start(t)
	p.ask(http.MethodGet, accounts, "", noKey).want(t, http.StatusUnauthorized, "where only keys count")
	p = start(t, func(o *broker.Options) { ours(o); o.Loopback = false })
	p.ask(http.MethodGet, accounts, "", noKey).want(t, http.StatusUnauthorized, "where users are those of unix sockets")
}

func TestNoPageOfABrowserIsServedWithoutAKey(t *testing.T) {
	p := start(t, ours)
	for what, change := range map[string]func(*http.Request){
		"of another site":         with("Sec-Fetch-Site", "cross-site"),
		"typed by its user":       with("Sec-Fetch-Site", "none"),
		"of what the vendor sent": with("Sec-Fetch-Site", "same-origin"),
		"of an old browser":       with("Referer", "http://example.com/"),
		"with a cookie":           with("Cookie", "a=b"),
		"with an origin":          with("Origin", "http://example.com"),
		"by 0.0.0.0":              func(r *http.Request) { r.Host = "0.0.0.0" },
		"by another address":      func(r *http.Request) { r.Host = "192.0.2.1" },
		"by a name that is bound": func(r *http.Request) { r.Host = "attacker.example" },
		"by a name below":         func(r *http.Request) { r.Host = "a.localhost" },
	} {
		a := p.ask(http.MethodGet, accounts, "", noKey, change)
		if a.status != http.StatusUnauthorized && a.status != http.StatusForbidden && a.status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d", what, a.status)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.2:80", "[::1]:80"} {
		p.ask(http.MethodGet, accounts, "", noKey, func(r *http.Request) { r.Host = host }).want(t, http.StatusOK, host)
	}
}

// dialAs connects with sockets of another user.
func dialAs(uid int) func(network, address string) (net.Conn, error) {
	type dialed struct {
		conn net.Conn
		err  error
	}
	return func(network, address string) (net.Conn, error) {
		made := make(chan dialed, 1)
		go func() {
			runtime.LockOSThread() // the thread ends with the goroutine, and its user with it
			if err := unix.Setfsuid(uid); err != nil {
				made <- dialed{err: err}
				return
			}
			conn, err := net.Dial(network, address) //nolint:noctx // at once
			made <- dialed{conn, err}
		}()
		d := <-made
		return d.conn, d.err
	}
}

func TestAnotherUserIsRefusedWithAKeyToo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root is several users")
	}
	other := &http.Client{Transport: &http.Transport{Dial: dialAs(65533), DisableKeepAlives: true}} //nolint:staticcheck // there is no context
	ask := func(p *place, key string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+accounts, nil)
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		resp, err := other.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	p := start(t, ours)
	if got := ask(p, ""); got != http.StatusForbidden {
		t.Errorf("without a key: %d", got)
	}
	if got := ask(p, p.key); got != http.StatusForbidden {
		t.Errorf("with a key: %d", got)
	}
	p.ask(http.MethodGet, accounts, "", noKey).want(t, http.StatusOK, "this user meanwhile")
	if p = start(t); ask(p, p.key) != http.StatusOK {
		t.Error("where keys count another user's key does not")
	}
	p = start(t, func(o *broker.Options) { ours(o); o.Users[65533] = "worker" })
	if got := ask(p, ""); got != http.StatusOK {
		t.Errorf("a user who has a name: %d", got)
	}
}
