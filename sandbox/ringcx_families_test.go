package sandbox_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAnotherUseOfARefreshTokenHarmsNobodyUnlessItIsToEndItsSignIn(t *testing.T) {
	for mode, want := range map[string]struct{ again, access, later int }{
		"reject":        {401, 200, 200},
		"revoke-family": {401, 401, 401},
		"accept":        {200, 200, 200},
	} {
		t.Run(mode, func(t *testing.T) {
			v := newVendor(t, sandbox.Options{NoLimits: true, Settings: map[string]string{"ringcxRefreshReuse": mode}})
			_, bystander := v.cx()
			first, refresh := v.cx()
			next := v.cxRefresh(refresh).want(http.StatusOK).json()
			again := v.cxRefresh(refresh).want(want.again)
			v.wantVerdicts("refresh token replayed")
			if want.again != http.StatusOK {
				again.wantCX(want.again, "unauthorized.exception")
			}
			for _, token := range []string{first, str(next, "accessToken")} {
				v.get(accountsPath, token).want(want.access)
			}
			v.cxRefresh(str(next, "refreshToken")).want(want.later)
			v.cxRefresh(bystander).want(http.StatusOK)
		})
	}
}

func TestTheEndOfARingCentralSessionTakesItsRingCXTokensAlongIfSwitched(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	rc, _ := v.pair()
	access := str(v.exchangeToken(rc).want(http.StatusOK).json(), "accessToken")
	for range 5 { // one more than fits: the first session is ended
		v.login()
	}
	v.get(accountPath, rc).want(http.StatusUnauthorized)
	v.get(accountsPath, access).want(http.StatusOK)
	v.control("switches", `{"sessionEndTakesRingcx":true}`)
	v.get(accountsPath, access).want(http.StatusUnauthorized)
	direct := str(v.signIn(adminLogin).want(http.StatusOK).json(), "accessToken")
	v.get(accountsPath, direct).want(http.StatusOK)
}

func TestReadsOfUsersHaveTheStandardRate(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token, _ := v.cx()
	other := str(v.signIn(adminLogin).want(http.StatusOK).json(), "accessToken")
	for i := range 120 {
		r := v.get(usersPath, token).want(http.StatusOK)
		if i == 0 && (r.header.Get("X-Rate-Limit-Limit") != "120" || r.header.Get("X-Rate-Limit-Remaining") != "119") {
			t.Errorf("headers %v", r.header)
		}
		v.Advance(100 * time.Millisecond)
	}
	r := v.get(usersPath, token).want(http.StatusTooManyRequests)
	v.wantVerdicts("request over the limit")
	if r.body != "rate" || r.header.Get("Retry-After") != "48" {
		t.Errorf("%v: %s", r.header, r.body)
	}
	for range 130 { // other paths, and other users, go on
		v.get(accountsPath, token).want(http.StatusOK)
	}
	v.get(usersPath, other).want(http.StatusOK)
	v.Advance(48 * time.Second)
	v.get(usersPath, token).want(http.StatusOK)
	v.get(usersPath, "nonsense").want(http.StatusUnauthorized)
}

func TestNoReadIsAnsweredOnceTheEndOfItsSignInIs(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true, Settings: map[string]string{
		"ringcxLogoutEndsAccess": "true", "sessionEndTakesRingcx": "true",
	}})
	alive := str(v.signIn(adminLogin).want(http.StatusOK).json(), "refreshToken")
	for round := range 20 {
		rc := v.login()
		cx := v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
		access := str(cx, "accessToken")
		var ended atomic.Bool
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for more := true; more; {
					more = !ended.Load()
					if got := v.get(accountsPath, access).status; !more && got != http.StatusUnauthorized {
						t.Errorf("round %d: status %d after the end", round, got)
					}
				}
			})
		}
		if round%2 == 0 {
			v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
		} else {
			v.demoForm(revokePath, "token", str(rc, "refresh_token")).want(http.StatusOK)
		}
		ended.Store(true)
		readers.Wait()
		alive = str(v.cxRefresh(alive).want(http.StatusOK).json(), "refreshToken") // another's goes on
	}
}
