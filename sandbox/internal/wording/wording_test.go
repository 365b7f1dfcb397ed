package wording_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func TestDurationsAreWrittenForPeople(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                       {"0s", "0 seconds"},
		time.Second:             {"1s", "1 second"},
		90 * time.Second:        {"1m30s", "90 seconds"},
		5 * time.Minute:         {"5m", "5 minutes"},
		time.Hour:               {"1h", "1 hour"},
		7 * 24 * time.Hour:      {"168h", "7 days"},
		1500 * time.Millisecond: {"1.5s", "1.5s"},
	} {
		if got := [2]string{wording.Duration(d), wording.SpokenDuration(d)}; got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestACutTextIsWholeCharactersAndSaysThatItWasCut(t *testing.T) {
	for text, want := range map[string]string{"abcdef": "abcdef", "abcdefg": "abc…", "äöüä": "ä…"} {
		if got := wording.Cut(text, 6); got != want || wording.Cut(got, 6) != got {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
	if got := wording.Clip(strings.Repeat("ä", 31)); got != strings.Repeat("ä", 30)+"…" {
		t.Errorf("clipped to %q", got)
	}
}
