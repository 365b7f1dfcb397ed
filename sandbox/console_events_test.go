package sandbox_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// toldEvent is what records of before events do not have.
var toldEvent = regexp.MustCompile(`,"(event|ends)":"[^"]*"`)

func TestTheTimelineOfARecordFromBeforeEventsIsTheSame(t *testing.T) {
	d, other := newDeveloper(t, sandbox.Options{NoLimits: true}), newDeveloper(t, sandbox.Options{})
	cx := d.v.exchange()
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "").want(http.StatusOK)
	d.v.get(accountPath, "nonsense").want(http.StatusUnauthorized)
	everyKind(d)
	page := mainPart(d.page("timeline"))
	wantText(t, page, "issued", "refreshed", "refused", "logged out", "revoked")
	told := d.v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	before := toldEvent.ReplaceAllString(told, "")
	if before == told {
		t.Fatal("no record tells of an event")
	}
	for name, saved := range map[string]string{"told": told, "from before": before} {
		other.v.control("snapshot", saved)
		if got := mainPart(other.page("timeline")); got != page {
			t.Errorf("%s: it was %s, and is %s", name, page, got)
		}
		if again := other.v.get("/_sandbox/snapshot", "").body; records(t, []byte(saved))["request"] == nil || after(again) != after(saved) {
			t.Errorf("%s: it is recorded in another way", name)
		}
	}
	if strings.Contains(d.v.get("/_sandbox/requests", "").want(http.StatusOK).body, `"event"`) {
		t.Error("the list of requests tells events")
	}
}

// after are the records of a snapshot.
func after(saved string) string {
	_, out, _ := strings.Cut(saved, `,"records":`)
	return out
}

func TestTheTimelineTellsWhatHeldWhenATokenWasIssued(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.v.exchange()
	d.v.control("switches", `{"ringcxTokenTTL":"1m"}`)
	d.v.Advance(10 * time.Minute)
	wantText(t, d.page("timeline"), "<title>#1 Ada Reyes: expired at 09:05:00</title>")
}

func TestOfSeveralReplaysTheOneThatEndedTheSignInIsTold(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.v.control("switches", `{"ringcxRefreshReuse":"revoke-family"}`)
	cx := d.v.exchange()
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	for range 3 {
		d.v.Advance(time.Minute)
		d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusUnauthorized)
	}
	page := d.page("timeline")
	wantText(t, page, "<title>#1 Ada Reyes: revoked at 09:01:00</title>", "3 times")
	wantNoText(t, page, "revoked at 09:03:00")
}
