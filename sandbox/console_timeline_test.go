package sandbox_test

import (
	"net/http"
	"regexp"
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
		"<title>expired at 09:05:00</title>", "<title>refreshed at 09:04:00</title>", "<title>refused at 09:06:00</title>")
	if n := strings.Count(page, `class="bar lane-1"`); n != 2 {
		t.Errorf("%d RingCX tokens are drawn", n)
	}
	if n := strings.Count(page, "<td><time"); n != 7 {
		t.Errorf("the table has %d rows", n)
	}
	d.v.Advance(5 * time.Minute)
	wantText(t, d.page("timeline"), "3 expired")
}

func TestTheTimelineStaysInItsFrameWhenThereIsMuch(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	for range 70 {
		d.v.login()
	}
	d.v.Advance(-time.Hour)
	d.v.login()
	page := d.page("timeline")
	wantText(t, page, "60 issued")
	for _, m := range regexp.MustCompile(`translate\((-?\d+) (-?\d+)\)`).FindAllStringSubmatch(page, -1) {
		if len(m[1]) > 3 || strings.HasPrefix(m[1], "-") || len(m[2]) > 3 {
			t.Fatalf("a mark is at %s, %s", m[1], m[2])
		}
	}
}
