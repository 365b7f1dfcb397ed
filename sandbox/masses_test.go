//go:build !race

package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Tests of very many: with the race detector each takes as long as hundreds of others.

func TestALimiterForgetsWhomItNeedNotRemember(t *testing.T) {
	const names = 20_000
	s, err := sandbox.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &vendor{Server: s, t: t, base: "http://127.0.0.1"}
	v.control("switches", `{"limitPasswordLogins":true}`)
	try := func(n int) {
		r := httptest.NewRequest(http.MethodPost, "/api/auth/login/admin",
			strings.NewReader(fmt.Sprintf("platformId=sbx01&username=nobody%d&password=wrong", n)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		v.ServeHTTP(&discarded{header: http.Header{}}, r)
	}
	for n := range 10_000 {
		try(n) // fills the log
	}
	v.Advance(3 * time.Minute)
	try(-1)
	before := heapInUse()
	for n := range names {
		try(n)
	}
	if grown := heapInUse() - before; grown < 50*names {
		t.Errorf("%d bytes for %d names, so nobody was remembered", grown, names)
	}
	v.Advance(3 * time.Minute)
	try(-2)
	if grown := heapInUse() - before; grown > 10*names {
		t.Errorf("%d bytes for %d names that mean nothing any more", grown, names)
	}
	runtime.KeepAlive(s)
}

func TestAnAccessTokenOutlivesTheMemoryOfTheServer(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true, Algorithm: "EdDSA"})
	rc := str(v.login(), "access_token")
	first := str(v.exchangeToken(rc).want(http.StatusOK).json(), "accessToken")
	for range 8_001 {
		v.form(exchangePath, "rcAccessToken", rc).want(http.StatusOK)
	}
	for range 2 {
		v.get(usersPath, first).want(http.StatusOK)
	}
	parts := strings.Split(first, ".")
	v.get(usersPath, parts[0]+"."+parts[1]+"."+strings.Repeat("A", 86)).wantGateway("Jwt verification fails")
	v.Advance(5 * time.Minute)
	v.get(usersPath, first).wantGateway("Jwt is expired")
}

func TestTokensOfAnEndedSignInAreRefusedAlsoOnceTheirSignatureWasForgotten(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true, Settings: map[string]string{"ringcxLogoutEndsAccess": "true"}})
	access, refresh := v.cx()
	alive, other := v.cx()
	for range 8_200 { // more than are remembered
		other = str(v.cxRefresh(other).want(http.StatusOK).json(), "refreshToken")
	}
	v.call(http.MethodDelete, "/api/auth/logout/"+refresh, "").want(http.StatusOK)
	v.get(accountsPath, access).wantGateway("Jwt verification fails")
	v.get(accountsPath, alive).want(http.StatusOK)
}

func TestASignInStaysEndedOnceItsSessionIsForgotten(t *testing.T) {
	const sessions = 512 * 512 // that are remembered
	v := newVendor(t, sandbox.Options{NoLimits: true, Settings: map[string]string{"sessionEndTakesRingcx": "true"}})
	login := v.login()
	seen, cx := str(v.exchange(), "accessToken"), v.exchangeToken(str(login, "access_token")).want(http.StatusOK).json()
	unseen, refresh := str(cx, "accessToken"), str(cx, "refreshToken")
	alive := str(v.signIn(adminLogin).want(http.StatusOK).json(), "accessToken")
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	head, rest, _ := strings.Cut(saved, `"session":{`)
	last := rest[strings.LastIndex(rest[:strings.Index(rest, "}}")], `":{`)+2 : strings.Index(rest, "}}")+1]
	var many strings.Builder
	for n := 100; n < 100+sessions-4; n++ {
		fmt.Fprintf(&many, `"%d":%s,`, n, last)
	}
	if err := v.Restore(strings.NewReader(head + `"session":{` + many.String() + rest)); err != nil {
		t.Fatal(err)
	}
	v.get(usersPath, seen).want(http.StatusOK)
	v.login() // ends the others of its user
	v.login() // has those forgotten
	if got := v.controlRaw(http.MethodGet, "state", "").json()["counts"].(map[string]any)["sessions"].(float64); got > 100 {
		t.Errorf("%v sessions", got)
	}
	v.refresh(str(login, "refresh_token")).want(http.StatusBadRequest)
	for range 2 {
		v.get(usersPath, seen).wantGateway("Jwt verification fails")
		v.get(usersPath, unseen).wantGateway("Jwt verification fails")
		v.get(usersPath, alive).want(http.StatusOK)
	}
	v.form(refreshPath, "refresh_token", refresh).want(http.StatusUnauthorized)
}

// costs are the bytes of each page, and how long all of them take.
func (d *developer) costs() (bytes map[string]int, all time.Duration) {
	d.t.Helper()
	bytes = map[string]int{}
	for _, path := range append(consolePages, "accounts?find=sam", "credentials?find=field", "choices?of=user&find=sam", "choices?of=account&find=comp") {
		best := time.Hour
		for range 3 {
			begin := time.Now()
			bytes[path] = len(d.open(path).want(http.StatusOK).body)
			best = min(best, time.Since(begin))
		}
		all += best
	}
	return bytes, all
}

func TestNoPageGrowsWithWhatThereIs(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.populate(0, 60, 1)
	few, before := d.costs()
	d.populate(60, 5000, 10)
	many, after := d.costs()
	t.Logf("all pages take %v with 60 users, and %v with 5,000", before, after)
	if after > 20*before {
		t.Errorf("all pages take %v with 5,000 users, and %v with 60", after, before)
	}
	for path := range many {
		if many[path] > few[path]*5/4 {
			t.Errorf("%s has %d bytes with 5,000 users, and %d with 60", path, many[path], few[path])
		}
	}
}
