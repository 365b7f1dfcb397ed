package endpoint_test

import (
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newDetector() *endpoint.Detector {
	h := new(endpoint.Detector)
	h.Restart()
	return h
}

// TestTokensThatAreAskedForInARowAreAStreak has each token used before the next is asked for.
func TestTokensThatAreAskedForInARowAreAStreak(t *testing.T) {
	h := newDetector()
	signs := []string{"", "1", "2", "3", "4"}
	for i := 1; i < len(signs); i++ {
		if got := h.Streak("app", noon, time.Hour, signs[i-1], signs[i]); got != i {
			t.Errorf("token %d is number %d in a row", i, got)
		}
	}
	if got := h.Streak("other", noon, time.Hour, "4", "5"); got != 1 {
		t.Errorf("another begins with %d", got)
	}
}

func TestAReasonToAskEndsAStreak(t *testing.T) {
	for name, c := range map[string]struct {
		between func(*endpoint.Detector)
		at      time.Time
		used    string
		want    int
	}{
		"none":                        {func(*endpoint.Detector) {}, noon, "1", 2},
		"the token was refused":       {func(h *endpoint.Detector) { h.Refused() }, noon, "1", 1},
		"it was given back":           {func(h *endpoint.Detector) { h.EndStreak("app") }, noon, "1", 1},
		"its answer was lost":         {func(*endpoint.Detector) {}, noon, "", 1},
		"half of its life is over":    {func(*endpoint.Detector) {}, noon.Add(30 * time.Minute), "1", 1},
		"the clock was put back":      {func(*endpoint.Detector) {}, noon.Add(-time.Second), "1", 1},
		"everything has begun anew":   {func(h *endpoint.Detector) { h.Restart() }, noon, "1", 1},
		"the streak of another ended": {func(h *endpoint.Detector) { h.EndStreak("other") }, noon, "1", 2},
	} {
		h := newDetector()
		h.Streak("app", noon, time.Hour, "", "1")
		c.between(h)
		if got := h.Streak("app", c.at, time.Hour, c.used, "2"); got != c.want {
			t.Errorf("%s: the second is number %d in a row, want %d", name, got, c.want)
		}
	}
}

func TestAnExpiredTokenIsAHabitForTheFifthTimeAndAfterAMinute(t *testing.T) {
	h := newDetector()
	for i := range 10 {
		if h.KeepsSending("token", noon.Add(time.Duration(i)*time.Second)) {
			t.Errorf("it is a habit after %d seconds", i)
		}
	}
	if !h.KeepsSending("token", noon.Add(time.Minute)) {
		t.Error("it is none after a minute")
	}
	if h.KeepsSending("another", noon.Add(time.Minute)) {
		t.Error("another token is a habit at once")
	}
}

func TestWhatWasUsedIsKnownThroughTheExchange(t *testing.T) {
	h := newDetector()
	h.UsedSession(1, "session 1")
	h.Exchanged(1, "session 2", "xauth 2")
	if session, xauth := h.Uses(1); session != "session 1" || xauth != "" {
		t.Errorf("after an exchange %q and %q are used", session, xauth)
	}
	h.Called(1, "xauth of another exchange")
	if session, xauth := h.Uses(1); session != "session 1" || xauth != "xauth of another exchange" {
		t.Errorf("after a call %q and %q are used", session, xauth)
	}
	h.Called(1, "xauth 2")
	if session, _ := h.Uses(1); session != "session 2" {
		t.Errorf("the session of an exchange whose token is used is not: %q", session)
	}
	if session, xauth := h.Uses(2); session != "" || xauth != "" {
		t.Errorf("another user used %q and %q", session, xauth)
	}
}
