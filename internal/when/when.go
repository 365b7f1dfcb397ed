// Package when reads times as people type them.
package when

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Hint says what is understood.
const Hint = "give a time such as 2026-01-31T08:30:00Z, 2026-01-31 08:30, a date, a time ago such as -24h or -7d, now, today or yesterday"

var ago = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$`)
})

// Parse reads a time: RFC 3339, a date and a time of day in the zone, a date, which is when its day begins there, now, today,
// yesterday, or a time ago. The year is one of four digits. A time of day that a clock of the zone does not show, or shows twice,
// is a mistake of the caller.
func Parse(text string, now time.Time, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "now":
		return now, nil
	case "today":
		return dayOf(now.In(zone), 0)
	case "yesterday":
		return dayOf(now.In(zone), -1)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.000-0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return begin(t, zone)
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return local(t, zone)
		}
	}
	if m := ago().FindStringSubmatch(text); m != nil && text != "-" {
		n := make([]int, len(m))
		for i, digits := range m {
			n[i], _ = strconv.Atoi(digits) // "": 0
		}
		return now.AddDate(0, 0, -7*n[1]-n[2]).Add(-time.Duration(n[3])*time.Hour - time.Duration(n[4])*time.Minute - time.Duration(n[5])*time.Second), nil
	}
	return time.Time{}, usage.New(fmt.Sprintf("%q is not a time", wording.Clip(text)), Hint)
}

// Zone is a time zone by its name; "" is the machine's. One that the machine is said to be in, and that cannot be read, is a
// mistake of the caller: package time would take UTC in its place.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, machine()
	}
	zone, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, usage.New(fmt.Sprintf("%q is not a time zone that this machine knows", wording.Clip(name)), "give a name such as America/New_York or UTC")
	}
	return zone, nil
}

// machine says whether the time zone that TZ names is the one that package time has taken.
func machine() error {
	name := strings.TrimPrefix(os.Getenv("TZ"), ":")
	if name == "" || runtime.GOOS == "windows" { // which has its own
		return nil
	}
	var err error
	if strings.HasPrefix(name, "/") {
		var data []byte
		if data, err = os.ReadFile(name); err == nil { //nolint:gosec // package time reads it, too
			_, err = time.LoadLocationFromTZData(name, data)
		}
	} else {
		_, err = time.LoadLocation(name)
	}
	if err != nil {
		return usage.New(fmt.Sprintf("TZ names the time zone %q, which this machine does not know", wording.Clip(name)), "set TZ to a name such as America/New_York or UTC, or install the time zones (tzdata)")
	}
	return nil
}
