package sandbox_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheTimelineShowsWhatBecameOfTokens(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	wantText(t, d.page("timeline"), "No token was asked for yet")
	rc := d.v.login("access_token_ttl", "600")
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.Advance(4 * time.Minute)
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	d.v.refresh(str(rc, "refresh_token")).want(http.StatusOK)
	d.v.Advance(2 * time.Minute)
	d.v.get(usersPath, str(cx, "accessToken")).want(http.StatusUnauthorized)
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusUnauthorized)
	d.v.get("/restapi", "")
	page := d.page("timeline")
	wantText(t, page, "2 issued, 2 refreshed, 2 refused, 1 expired", `role="img"`, "RingCentral", "its time was over",
		"<title>#1 Ada Reyes: expired at 09:05:00</title>", "<title>#1 Ada Reyes: refreshed at 09:04:00</title>",
		"<title>#1 Ada Reyes: refused at 09:06:00</title>", "ADMIN, from RingCentral #1")
	if n := strings.Count(page, `<td data-label="Time"><time`); n != 7 {
		t.Errorf("the table has %d rows", n)
	}
	d.v.Advance(5 * time.Minute)
	wantText(t, d.page("timeline"), "2 expired") // the first of RingCentral was replaced before its time
	d.v.Advance(time.Hour)
	wantText(t, d.page("timeline"), "3 expired")
}

func TestManyRefusalsAreFoldedAndPushNoLifeOutOfThePicture(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	cx := d.v.exchange()
	d.v.Advance(6 * time.Minute)
	for range 250 {
		d.v.get(usersPath, str(cx, "accessToken")).want(http.StatusUnauthorized)
	}
	for n := range 250 {
		d.v.get(fmt.Sprint(usersPath, "/", n), "nonsense").want(http.StatusUnauthorized)
	}
	d.v.get(usersPath, "other nonsense").want(http.StatusUnauthorized)
	page := d.page("timeline")
	wantText(t, page, "2 issued", "250 times", "the first of 250")
	if n := len(bars(page, 0)) + len(bars(page, 1)); n != 2 {
		t.Errorf("%d lives are drawn", n)
	}
	if n := strings.Count(page, `<td data-label="Time"><time`); n > 70 {
		t.Errorf("the table has %d rows", n)
	}
	wantNoText(t, page, "The scale is bent")
}

func TestALongPauseLeavesRoomForWhatWasBeforeIt(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.v.exchange()
	d.v.Advance(30 * 24 * time.Hour)
	d.v.exchange()
	page := d.page("timeline")
	wantText(t, page, "The scale is bent")
	for _, bar := range bars(page, 1)[:1] {
		if bar[2] < 40 {
			t.Errorf("five minutes are %d wide beside a month", bar[2])
		}
	}
}

var drawnBar = regexp.MustCompile(`class="bar lane-(\d)" x="(\d+)" y="(\d+)" width="(\d+)"`)

// bars are the tokens that are drawn for a vendor, as x, y and width.
func bars(page string, lane int) (out [][3]int) {
	for _, m := range drawnBar.FindAllStringSubmatch(page, -1) {
		var bar [3]int
		_, _ = fmt.Sscan(m[2]+" "+m[3]+" "+m[4], &bar[0], &bar[1], &bar[2])
		if m[1] == fmt.Sprint(lane) {
			out = append(out, bar)
		}
	}
	return out
}

func TestARefreshEndsTheTokenBeforeAtRingCentralOnly(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.Advance(2 * time.Minute)
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	d.v.refresh(str(rc, "refresh_token")).want(http.StatusOK)
	d.v.Advance(2 * time.Minute)
	page := d.page("timeline")
	at, to := bars(page, 0), bars(page, 1)
	if len(at) != 2 || at[0][0]+at[0][2] != at[1][0] || at[0][1] != at[1][1] {
		t.Errorf("at RingCentral, bars are %v", at)
	}
	if len(to) != 2 || to[0][0]+to[0][2] <= to[1][0] || to[0][1] == to[1][1] {
		t.Errorf("at RingCX, bars are %v", to)
	}
}

func TestEachSignInHasARowOfItsOwn(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	first, second := d.v.login(), d.v.login()
	d.v.Advance(time.Minute)
	d.v.refresh(str(second, "refresh_token")).want(http.StatusOK)
	d.v.refresh(str(first, "refresh_token")).want(http.StatusOK)
	page := d.page("timeline")
	got := bars(page, 0)
	if len(got) != 4 || got[0][1] != got[1][1] || got[2][1] != got[3][1] || got[0][1] == got[2][1] {
		t.Errorf("bars are %v", got)
	}
	wantText(t, page, "#1 Ada Reyes", "#2 Ada Reyes", "2 issued", "2 refreshed")
}

func TestTheEndOfASignInIsShownWhoeverEndedIt(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(d *developer, rc, cx map[string]any)
		kind string
		lane int
	}{
		"revoked": {func(d *developer, rc, _ map[string]any) {
			d.v.demoForm(revokePath, "token", str(rc, "access_token")).want(http.StatusOK)
		}, "revoked", 0},
		"revoked in the console": {func(d *developer, _, _ map[string]any) {
			d.do("sessions", "sessions/revoke", "kind", "session", "handle", handles(d, "session")[0])
		}, "revoked", 0},
		"evicted": {func(d *developer, _, _ map[string]any) {
			for range 5 {
				d.v.login()
			}
		}, "evicted", 0},
		"logged out": {func(d *developer, _, cx map[string]any) {
			d.v.control("switches", `{"ringcxLogoutEndsAccess":true}`)
			d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
		}, "logged out", 1},
		"logged out in the console": {func(d *developer, _, _ map[string]any) {
			d.v.control("switches", `{"ringcxLogoutEndsAccess":true}`)
			d.do("sessions", "sessions/revoke", "kind", "refresh", "handle", handles(d, "refresh")[0])
		}, "logged out", 1},
		"revoked for a replay": {func(d *developer, _, cx map[string]any) {
			d.v.control("switches", `{"ringcxRefreshReuse":"revoke-family"}`)
			d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
			d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusUnauthorized)
		}, "revoked", 1},
		"revoked with its session": {func(d *developer, rc, _ map[string]any) {
			d.v.control("switches", `{"sessionEndTakesRingcx":true}`)
			d.v.demoForm(revokePath, "token", str(rc, "access_token")).want(http.StatusOK)
		}, "revoked", 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDeveloper(t, sandbox.Options{NoLimits: true})
			rc := d.v.login()
			cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
			d.v.Advance(time.Minute)
			c.do(d, rc, cx)
			d.v.Advance(time.Minute)
			page := d.page("timeline")
			wantText(t, page, "<title>#1 Ada Reyes: "+c.kind+" at 09:01:00</title>", ">"+c.kind+"</span>")
			drawn := bars(page, c.lane)
			if end := drawn[0][0] + drawn[0][2]; end > 570 { // the middle, where it was ended
				t.Errorf("its token is drawn to %d", end)
			}
			d.v.Advance(24 * time.Hour)
			if got := d.page("timeline"); strings.Count(got, ">"+c.kind+"</span>") != strings.Count(page, ">"+c.kind+"</span>") {
				t.Errorf("a day later it is shown differently: %s", mainPart(got))
			}
		})
	}
}

// handles are what the forms name sessions or refresh tokens by.
func handles(d *developer, kind string) (out []string) {
	d.t.Helper()
	for _, m := range regexp.MustCompile(`name="kind" value="`+kind+`"><input type="hidden" name="handle" value="([^"]+)"`).
		FindAllStringSubmatch(d.page("sessions"), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestALogoutLeavesTheAccessTokenOfRingCXItsTime(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	cx := d.v.exchange()
	d.v.Advance(time.Minute)
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
	d.v.Advance(time.Hour)
	wantText(t, d.page("timeline"), "1 logged out", "<title>#1 Ada Reyes: logged out at 09:01:00</title>",
		"<title>#1 Ada Reyes: expired at 09:05:00</title>")
}

func TestTheTimelineIsInASnapshot(t *testing.T) {
	d, other := newDeveloper(t, sandbox.Options{NoLimits: true}), newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.Advance(time.Minute)
	d.v.refresh(str(rc, "refresh_token")).want(http.StatusOK)
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
	d.v.get(accountPath, str(rc, "access_token")).want(http.StatusUnauthorized)
	before := mainPart(d.page("timeline"))
	saved := d.v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	other.v.control("snapshot", saved)
	if after := mainPart(other.page("timeline")); after != before {
		t.Errorf("it was %s, and is %s", before, after)
	}
	wantText(t, before, "#1 Ada Reyes: refused")
	other.v.control("snapshot", strings.ReplaceAll(saved, `"about":`, `"unknown":`)) // as it was before it said so
	wantNoText(t, other.page("timeline"), "Ada Reyes")
}

func TestTheTimelineTellsNoToken(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
	d.v.demoForm(revokePath, "token", str(rc, "refresh_token")).want(http.StatusOK)
	wantNoText(t, d.page("timeline"), str(rc, "access_token"), str(rc, "refresh_token"), str(rc, "session_id"),
		str(cx, "accessToken"), str(cx, "refreshToken"))
}

func TestAnAnswerThatWasSpoiledIsNoToken(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.v.control("faults", `{"path":"/restapi/oauth/token","kind":"html","times":1}`)
	d.v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", d.v.Demo().JWT).want(http.StatusOK)
	wantText(t, d.page("timeline"), "No token was asked for yet")
	d.v.failingLogin()
	wantText(t, d.page("timeline"), "refused", "not known")
}

func TestTheTimelineStaysInItsFrameWhenThereIsMuch(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	for range 70 {
		d.v.exchange()
	}
	d.v.Advance(-time.Hour)
	d.v.login()
	page := d.page("timeline")
	wantText(t, page, "60 issued", "earlier sign-ins are in the table only")
	var seen []string
	for _, m := range regexp.MustCompile(`translate\((-?\d+) (-?\d+)\)`).FindAllStringSubmatch(page, -1) {
		if len(m[1]) > 3 || strings.HasPrefix(m[1], "-") || len(m[2]) > 3 {
			t.Fatalf("a mark is at %s, %s", m[1], m[2])
		}
		seen = append(seen, m[2])
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(seen)))); n < 24 {
		t.Errorf("%d rows", n)
	}
}
