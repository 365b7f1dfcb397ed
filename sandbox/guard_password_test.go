package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// locked is a server with a password, and a clock of its own that no Advance moves.
func locked(t *testing.T) (v *vendor, later func(time.Duration)) {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return newVendor(t, sandbox.Options{ConsolePassword: "open sesame", Now: func() time.Time { return now }}),
		func(d time.Duration) { now = now.Add(d) }
}

// knock asks for something at an address, with a password or, if it is "", without.
func (v *vendor) knock(peer, method, target, password string) reply {
	v.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = peer
	if password != "" {
		r.SetBasicAuth("anybody", password)
	}
	return v.send(r)
}

const (
	thisMachine  = "127.0.0.1:5000"
	otherMachine = "192.0.2.7:5000"
)

func TestAPasswordThatWasSetIsAlwaysNeeded(t *testing.T) {
	v, _ := locked(t)
	for _, peer := range []string{thisMachine, "[::1]:5000", "[::ffff:127.0.0.1]:5000", otherMachine, "@", ""} {
		for _, target := range []string{
			"http://localhost/_sandbox/state", "http://127.0.0.1:8787/_sandbox/state", "http://box.example/_sandbox/state",
			"http://a.localhost/_sandbox/state", "http://localhost/_ns/a/_sandbox/state",
		} {
			r := v.knock(peer, http.MethodGet, target, "").want(http.StatusUnauthorized)
			if got := r.header.Get("WWW-Authenticate"); got != `Basic realm="ringcx sandbox"` {
				t.Errorf("challenge %q", got)
			}
		}
		v.knock(peer, http.MethodGet, "http://localhost/console/", "").want(http.StatusSeeOther)
	}
	v.wantUntouched("without the password")
	for _, target := range []string{
		"http://localhost/_sandbox/state", "http://evil.example:8787/_sandbox/state", "http://localhost/_ns/a/_sandbox/state",
	} {
		for range 20 {
			v.knock(otherMachine, http.MethodGet, target, "open sesame").want(http.StatusOK)
		}
	}
	v.knock(otherMachine, http.MethodGet, "http://box.example/restapi", "").want(http.StatusOK) // the vendors know nothing of it
	v.knock(otherMachine, http.MethodGet, "http://box.example/_ns/a/restapi", "").want(http.StatusOK)

	free := newVendor(t, sandbox.Options{})
	free.knock(otherMachine, http.MethodGet, "http://192.0.2.1:8787/_sandbox/state", "").want(http.StatusOK)
}

func TestOnlyWhoKnowsThePasswordBeginsANamespace(t *testing.T) {
	v, _ := locked(t)
	for _, peer := range []string{thisMachine, otherMachine} {
		for _, target := range []string{
			"http://localhost/_ns/new/restapi", "http://new.localhost/restapi/oauth/token", "http://NEW.localhost./restapi",
			"http://localhost/_ns/new/_sandbox/state", "http://new.localhost/_sandbox/state", "http://new.localhost/console/",
			"http://localhost/_ns/new/console/", "http://new.localhost/console/sign-in", "http://localhost/_ns/new/_ns/x",
		} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if got := v.knock(peer, method, target, "").status; got != http.StatusUnauthorized && got != http.StatusForbidden {
					t.Errorf("%s %s: status %d", method, target, got)
				}
			}
		}
	}
	for range 9 { // the Basic header of an app is no password
		v.knock(thisMachine, http.MethodPost, "http://localhost/_ns/new/restapi/oauth/token", "secret of an app").want(http.StatusForbidden)
	}
	v.wantUntouched("without the password")
	v.knock(thisMachine, http.MethodGet, "http://new.localhost/_sandbox/state", "open sesame").want(http.StatusOK)
	v.wantUntouched("with it", "new")
	v.knock(otherMachine, http.MethodGet, "http://new.localhost/restapi", "").want(http.StatusOK)
	v.knock(otherMachine, http.MethodGet, "http://new.localhost/console/", "").want(http.StatusSeeOther)
}

func TestWrongPasswordsAreCountedForTheWholeProcess(t *testing.T) {
	v, later := locked(t)
	for _, name := range []string{"a", "b"} {
		v.knock(thisMachine, http.MethodGet, "http://"+name+".localhost/_sandbox/state", "open sesame").want(http.StatusOK)
	}
	targets := []string{
		"http://localhost/_sandbox/state", "http://a.localhost/_sandbox/state", "http://localhost/_ns/b/_sandbox/state",
		"http://box.example/_sandbox/reset", "http://localhost/_ns/new/_sandbox/state",
	}
	for _, places := range [][]string{
		{thisMachine, "127.9.9.9:1", "[::1]:7", "[::ffff:127.0.0.1]:1"},
		{otherMachine, "192.0.2.7:6000", "[::ffff:192.0.2.7]:1"},
		{"[2001:db8::1]:1", "[2001:db8::ffff:1]:2"},
	} {
		for n, target := range targets {
			v.knock(places[n%len(places)], http.MethodGet, target, fmt.Sprint("guess ", n)).want(http.StatusUnauthorized)
		}
		for n := range 300 { // nobody who goes on is kept out for longer
			later(100 * time.Millisecond)
			password := map[bool]string{true: "open sesame", false: "guess"}[n%2 == 0]
			if got := v.knock(places[n%len(places)], http.MethodGet, targets[n%len(targets)], password).want(429); got.header.Get("Retry-After") == "" {
				t.Error("it does not say for how long")
			}
		}
	}
	v.knock("192.0.2.8:5000", http.MethodGet, targets[0], "open sesame").want(http.StatusOK)
	v.knock("[2001:db8:0:1::1]:1", http.MethodGet, targets[0], "open sesame").want(http.StatusOK)
	later(31 * time.Second)
	v.knock(thisMachine, http.MethodGet, targets[0], "open sesame").want(http.StatusOK)

	for range 4 {
		v.knock(thisMachine, http.MethodGet, targets[0], "guess").want(http.StatusUnauthorized)
	}
	v.knock(thisMachine, http.MethodGet, targets[0], "open sesame").want(http.StatusOK) // gives nobody more tries
	v.knock(thisMachine, http.MethodGet, targets[1], "guess").want(http.StatusUnauthorized)
	v.knock(thisMachine, http.MethodGet, targets[2], "guess").want(http.StatusTooManyRequests)
	later(time.Minute)
	v.knock(thisMachine, http.MethodGet, targets[0], "open sesame").want(http.StatusOK)
	v.wantUntouched("tries", "a", "b")
}

func TestTheConsoleAndTheControlPlaneCountTogether(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	inside := d.at("a.localhost:8787")
	d.v.knock(d.peer, http.MethodGet, "http://a.localhost/_sandbox/state", "open sesame").want(http.StatusOK)
	for range 2 {
		d.submit("sign-in", "sign-in", "password", "guess").want(http.StatusForbidden)
		inside.submit("sign-in", "sign-in", "password", "guess").want(http.StatusForbidden)
	}
	d.v.knock(d.peer, http.MethodGet, "http://localhost/_sandbox/state", "guess").want(http.StatusUnauthorized)
	for _, console := range []*developer{d, inside} {
		console.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusTooManyRequests)
	}
	d.v.knock(d.peer, http.MethodGet, "http://localhost/_sandbox/state", "open sesame").want(http.StatusTooManyRequests)
}

func TestManyTriesAtOnceAreCountedOneByOne(t *testing.T) {
	v, _ := locked(t)
	var wrong atomic.Int32
	var all sync.WaitGroup
	for n := range 100 {
		all.Go(func() {
			r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("http://n%d.localhost/_sandbox/state", n%7), nil)
			r.RemoteAddr = otherMachine
			r.SetBasicAuth("", "guess")
			w := httptest.NewRecorder()
			if v.ServeHTTP(w, r); w.Code == http.StatusUnauthorized {
				wrong.Add(1)
			}
		})
	}
	all.Wait()
	if got := wrong.Load(); got != 5 {
		t.Errorf("%d wrong passwords were looked at", got)
	}
	v.wantUntouched("tries at once")
}

func TestManyAddressesTogetherTryNoMorePasswordsThanFew(t *testing.T) {
	v, later := locked(t)
	crowd := func(home string) (wrong int) {
		for n := range 200 {
			target := fmt.Sprintf("http://n%d.localhost/_sandbox/state", n)
			switch v.knock(fmt.Sprintf(home, n), http.MethodGet, target, fmt.Sprint("guess ", n)).status {
			case http.StatusUnauthorized:
				wrong++
			case http.StatusTooManyRequests:
			default:
				t.Fatalf("%s is let in", target)
			}
		}
		return wrong
	}
	if got := crowd("198.51.100.%d:1"); got != 30 {
		t.Errorf("200 addresses tried %d passwords", got)
	}
	if got := crowd("[2001:db8:0:%x::1]:1"); got != 0 {
		t.Errorf("and 200 networks %d more", got)
	}
	v.knock("198.51.100.77:1", http.MethodGet, "http://localhost/_sandbox/state", "open sesame").want(http.StatusTooManyRequests)
	later(time.Minute)
	if got := crowd("[2001:db8:0:%x::1]:1"); got != 30 {
		t.Errorf("a minute later they tried %d", got)
	}
	later(time.Minute)
	if got := crowd("[2001:db8::%x]:1"); got != 5 {
		t.Errorf("one network tried %d", got)
	}
	v.wantUntouched("the crowd")
}

func TestStrangersDoNotKeepOutWhoWasThere(t *testing.T) {
	const state = "http://localhost/_sandbox/state"
	v, later := locked(t)
	owners := []string{otherMachine, "[2001:db8::1]:5000"}
	for _, owner := range owners {
		v.knock(owner, http.MethodGet, state, "open sesame").want(http.StatusOK)
	}
	for range 30 {
		for n := range 40 {
			for _, stranger := range []string{"198.51.100.%d:1", "[2001:db8:1:%x::1]:1", "[2001:db8::fff:%x]:1"} {
				v.knock(fmt.Sprintf(stranger, n), http.MethodGet, state, "guess")
			}
		}
		for _, owner := range append(owners, thisMachine) { // who is at this machine need not have been there
			v.knock(owner, http.MethodGet, state, "open sesame").want(http.StatusOK)
		}
		later(10 * time.Minute)
	}
	for range 5 { // but nobody tries more than others
		v.knock(owners[0], http.MethodGet, state, "guess").want(http.StatusUnauthorized)
		v.knock(owners[1], http.MethodGet, state, "guess").want(http.StatusUnauthorized)
	}
	v.knock(owners[0], http.MethodGet, state, "open sesame").want(http.StatusTooManyRequests)
	v.knock(owners[1], http.MethodGet, state, "open sesame").want(http.StatusTooManyRequests)
	v.knock(thisMachine, http.MethodGet, state, "open sesame").want(http.StatusOK)
}

func TestWhoComesThroughAForwarderIsToldApartByIt(t *testing.T) {
	v, later := locked(t)
	knock := func(password string, client ...string) int {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/_sandbox/state", nil)
		r.RemoteAddr = thisMachine
		r.Header["X-Forwarded-For"] = client
		r.SetBasicAuth("", password)
		return v.send(r).status
	}
	if got := knock("open sesame", "198.51.100.1"); got != http.StatusOK {
		t.Fatalf("the owner is answered %d", got)
	}
	wrong := 0
	for n := range 100 {
		for _, client := range [][]string{
			{fmt.Sprintf("192.0.2.%d", n)},
			{"198.51.100.1, " + fmt.Sprintf("192.0.2.%d", n)},
			{"198.51.100.1", "203.0.113.9"},
			{"127.0.0.1"},
			{"this machine"},
			{"198.51.100.1,"},
			{"[2001:db8::1]:80"},
			{fmt.Sprintf("2001:db8::%x", n)},
		} {
			if knock("guess", client...) == http.StatusUnauthorized {
				wrong++
			}
		}
	}
	if wrong != 30 {
		t.Errorf("strangers tried %d passwords", wrong)
	}
	if got := knock("open sesame", "198.51.100.1"); got != http.StatusOK {
		t.Errorf("the owner is answered %d", got)
	}
	if got := knock("open sesame", "192.0.2.1, 198.51.100.1"); got != http.StatusOK {
		t.Errorf("over two forwarders the owner is answered %d", got)
	}
	v.knock(thisMachine, http.MethodGet, "http://localhost/_sandbox/state", "open sesame").want(http.StatusOK)
	r := httptest.NewRequest(http.MethodGet, "http://localhost/_sandbox/state", nil)
	r.RemoteAddr = otherMachine // what comes from elsewhere is not asked for whom
	r.Header.Set("X-Forwarded-For", "198.51.100.1")
	r.SetBasicAuth("", "open sesame")
	v.send(r).want(http.StatusTooManyRequests)
	later(time.Minute)
}

func TestAllWhoWereThereTogetherTryNoMorePasswordsThanFew(t *testing.T) {
	const state = "http://localhost/_sandbox/state"
	v, _ := locked(t)
	friend := func(n int) string { return fmt.Sprintf("203.0.113.%d:1", n) }
	for n := range 50 {
		v.knock(friend(n), http.MethodGet, state, "open sesame").want(http.StatusOK)
	}
	wrong := 0
	for n := range 50 {
		if v.knock(friend(n), http.MethodGet, state, "guess").status == http.StatusUnauthorized {
			wrong++
		}
	}
	if wrong != 30 {
		t.Errorf("they tried %d passwords", wrong)
	}
}

func TestASignedInConsoleNeedsNoTries(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	d.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusSeeOther)
	for range 20 {
		d.v.knock(d.peer, http.MethodGet, "http://localhost/_sandbox/state", "guess")
	}
	d.v.knock(d.peer, http.MethodGet, "http://localhost/_sandbox/state", "open sesame").want(http.StatusTooManyRequests)
	d.page("requests")
	d.submit("apps/new", "apps/new", appFields()...).want(http.StatusSeeOther)
}

func TestStrangersDoNotPushOutWhoGaveThePassword(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	d.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusSeeOther)
	for range 2_500 {
		d.at(d.host).open("")
	}
	d.open("").want(http.StatusOK)
}

func TestAPageUsesUpNoTriesButItsOwn(t *testing.T) {
	v, _ := locked(t)
	send := func(target, password string, headers ...string) reply {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.RemoteAddr = thisMachine
		r.SetBasicAuth("x", password) // as an address with a password in it has it sent
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return v.send(r)
	}
	const state = "http://127.0.0.1:8787/_sandbox/state"
	for name, page := range map[string][]string{
		"an old browser":                 {state, "User-Agent", "Mozilla/5.0"},
		"one that tells the page":        {state, "User-Agent", "Mozilla/5.0", "Referer", "https://evil.example/"},
		"a name of the page's own":       {"http://evil.example:8787/_sandbox/state", "User-Agent", "Mozilla/5.0", "Referer", "http://evil.example:8787/"},
		"a browser without a known name": {state, "User-Agent", "x", "Referer", "https://evil.example/"},
	} {
		for range 10 {
			if got := send(page[0], "wrong", page[1:]...).status; got != http.StatusUnauthorized && got != http.StatusTooManyRequests {
				t.Errorf("%s: status %d", name, got)
			}
		}
		send(page[0], "wrong", page[1:]...).want(http.StatusTooManyRequests)
		send(state, "open sesame").want(http.StatusOK)
	}
	for range 5 {
		send(state, "wrong", "User-Agent", "curl/8").want(http.StatusUnauthorized)
	}
	send(state, "open sesame").want(http.StatusTooManyRequests) // programs have theirs
}
