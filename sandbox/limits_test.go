package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/sandbox"
)

// failingLogin is a request that fails and counts.
func (v *vendor) failingLogin() reply { return v.demoForm(tokenPath, "grant_type", "nonsense") }

func TestTheSixthTokenRequestWithinAMinuteIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for i := range 5 {
		r := v.failingLogin().want(http.StatusBadRequest)
		if got, want := r.header.Get("X-Rate-Limit-Remaining"), string(rune('4'-i)); got != want {
			t.Errorf("request %d leaves %s, want %s", i+1, got, want)
		}
		v.wantVerdicts()
		v.Advance(11 * time.Second)
	}
	r := v.failingLogin().wantAPI(429, "CMN-301", "CMN-301")
	v.wantVerdicts("sixth request in a minute")
	for name, want := range map[string]string{
		"Retry-After": "60", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Group": "auth",
		"WWW-Authenticate": `Bearer realm="RingCentral REST API", error="CMN-301", ` +
			`error_description="Request rate exceeded"`,
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestTheWindowSlides(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.failingLogin().want(400)
	v.Advance(59 * time.Second)
	for range 4 {
		v.failingLogin().want(400)
	}
	v.Advance(time.Second)
	v.failingLogin().want(400)
	v.failingLogin().want(429)
}

func TestEveryRequestInsideThePenaltyStartsItAgain(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 5 {
		v.failingLogin().want(400)
	}
	v.failingLogin().want(429)
	for range 3 {
		v.Advance(time.Minute - 1)
		v.failingLogin().want(429)
		v.wantVerdicts("request inside a penalty")
	}
	v.Advance(time.Minute)
	v.failingLogin().want(400)
	v.wantVerdicts()
}

func TestTheAuthLimitIsSharedByTokenRevokeAndUserinfoOfOneApp(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.login(), "access_token")
	v.get("/restapi/oauth/userinfo", token).want(http.StatusOK)
	v.demoForm(revokePath, "token", "unknown").want(http.StatusOK)
	v.formAs(v.Demo().ClientID, "wrong secret", tokenPath).want(http.StatusUnauthorized)
	v.form(tokenPath, "client_id", v.Demo().ClientID).want(http.StatusBadRequest)
	v.get("/restapi/oauth/userinfo", token).wantAPI(429, "CMN-301", "CMN-301")

	other := v.control("apps", `{}`)
	v.formAs(str(other, "clientId"), str(other, "clientSecret"), tokenPath, "grant_type", jwtGrant,
		"assertion", v.Demo().JWT).want(http.StatusOK)
}

func TestTheAuthLimitCanBeSwitchedToUserAndApp(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("switches", `{"authLimitCountedBy":"app-and-user"}`)
	users := v.get(usersPath+"?flatten=true", str(v.exchange(), "accessToken")).want(http.StatusOK).list()
	ben := str(v.control("credentials", `{"user":`+jsonNumber(users[1]["rcUserId"])+`}`), "jwt")
	for range 4 {
		v.login()
	}
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(http.StatusTooManyRequests)
	pair := v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", ben).want(http.StatusOK).json()
	for range 4 {
		v.refresh(str(pair, "refresh_token")).want(http.StatusOK)
	}
	v.demoForm(revokePath, "token", str(pair, "refresh_token")).want(http.StatusTooManyRequests)
}

func TestAnUnknownClientCountsForNobody(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 20 {
		if r := v.formAs("nobody", "x", tokenPath).want(400); r.header.Get("X-Rate-Limit-Limit") != "" {
			t.Fatal("it has limit headers")
		}
	}
	v.login()
}

func TestTheSixthExchangeWithinAMinuteIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.login(), "access_token")
	for range 10 {
		v.exchangeToken("not a token").want(http.StatusUnauthorized)
	}
	for range 5 {
		v.exchangeToken(token).want(http.StatusOK)
	}
	r := v.exchangeToken(token).want(http.StatusTooManyRequests)
	v.wantVerdicts("sixth request in a minute")
	if r.header.Get("Retry-After") != "60" || r.header.Get("X-Rate-Limit-Remaining") != "0" || r.body != "rate" {
		t.Errorf("headers %v, body %q", r.header, r.body)
	}
	v.Advance(time.Minute - 1)
	v.exchangeToken(token).want(http.StatusTooManyRequests)
	v.wantVerdicts("request inside a penalty")
	v.Advance(time.Minute)
	v.exchangeToken(token).want(http.StatusOK)
}

func TestRefreshingAtRingCXIsNotLimited(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	for range 30 {
		token = str(v.form(refreshPath, "refresh_token", token).want(http.StatusOK).json(), "refreshToken")
	}
}

func TestAccountInformationIsInTheLightGroup(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.login(), "access_token")
	for range 50 {
		v.get(accountPath, token).want(http.StatusOK)
	}
	r := v.get(accountPath, token).wantAPI(429, "CMN-301", "CMN-301")
	if r.header.Get("X-Rate-Limit-Group") != "light" {
		t.Errorf("group %q", r.header.Get("X-Rate-Limit-Group"))
	}
	v.wantVerdicts("request over the limit")
}

func TestNoLimitsLeavesOnlyTheHeaders(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	for range 50 {
		if r := v.failingLogin().want(400); r.header.Get("X-Rate-Limit-Remaining") != "5" {
			t.Fatalf("remaining %q", r.header.Get("X-Rate-Limit-Remaining"))
		}
	}
}

func TestTheLimitMatchesItsDefinitionForAnySequence(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v := newVendor(t, sandbox.Options{})
		var admitted []time.Time
		var quiet time.Time
		for range rapid.IntRange(1, 40).Draw(rt, "requests") {
			v.Advance(time.Duration(rapid.IntRange(0, 70).Draw(rt, "seconds")) * time.Second)
			now := v.Now()
			inWindow := 0
			for _, at := range admitted {
				if now.Sub(at) < time.Minute {
					inWindow++
				}
			}
			want := 400
			if now.Before(quiet) || inWindow >= 5 {
				want, quiet = 429, now.Add(time.Minute)
			} else {
				admitted = append(admitted, now)
			}
			if got := v.failingLogin().status; got != want {
				rt.Fatalf("at %v: %d, want %d", now, got, want)
			}
		}
	})
}

func TestTheStateTheConsoleAndSnapshotsKnowTheSameLimits(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.v.control("switches", `{"limitPasswordLogins":true,"mediumLimit":7,"ringcxRefreshLimit":9}`)
	for _, c := range []struct {
		change  string
		enabled bool
		records int
	}{{"", true, 0}, {"off", false, 8}, {"on", true, 0}} {
		if c.change != "" {
			d.do("controls", "controls/limits", "change", c.change)
		}
		limits := d.v.get("/_sandbox/state", "").json()["limits"].(map[string]any)
		if len(limits) != 8 || limits["medium"] == nil || limits["ringcxPasswordLogin"] == nil {
			t.Errorf("the state has %v", limits)
		}
		page := d.page("controls")
		if n := strings.Count(page, `"Counted">`); n != len(limits) {
			t.Errorf("the console knows %d limits", n)
		}
		for name, one := range limits {
			if one.(map[string]any)["enabled"] != c.enabled {
				t.Errorf("after %q: %s is %v", c.change, name, one)
			}
			if figure := fmt.Sprintf(`"Requests">%v in `, one.(map[string]any)["limit"]); !strings.Contains(page, figure) {
				t.Errorf("the console does not know %s: %s", name, figure)
			}
		}
		if n := len(records(t, []byte(d.v.get("/_sandbox/snapshot", "").body))["limiter"]); n != c.records {
			t.Errorf("after %q: %d limits in a snapshot", c.change, n)
		}
	}
}
