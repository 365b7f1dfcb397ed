// Package when reads times as people type them.
package when

import (
	"fmt"
	"regexp"
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
// yesterday, or a time ago. The year is one of four digits. A time of day that the zone leaves out, because its clocks are put
// forward, is none; one that is there twice is either of the two.
func Parse(text string, now time.Time, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	day := func(t time.Time) time.Time {
		t = t.In(zone)
		return dayBegins(t.Year(), t.Month(), t.Day(), zone)
	}
	switch strings.ToLower(text) {
	case "now":
		return now, nil
	case "today":
		return day(now), nil
	case "yesterday":
		return day(now.In(zone).AddDate(0, 0, -1)), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.000-0700", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return dayBegins(t.Year(), t.Month(), t.Day(), zone), nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		t, err := time.ParseInLocation(layout, text, zone)
		if said, _ := time.Parse(layout, text); err == nil && t.Format(time.DateTime) != said.Format(time.DateTime) {
			return time.Time{}, usage.New(fmt.Sprintf("there is no %s in %s, where clocks are put forward then", text, where(zone)), "give another time, or one with its offset such as 2026-01-31T08:30:00Z")
		}
		if err == nil {
			return t, nil
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

func where(zone *time.Location) string {
	if zone == time.Local {
		return "the time zone of this machine"
	}
	return zone.String()
}

// dayBegins is when a day begins: at midnight, or where clocks are put forward then, when they have been.
func dayBegins(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() != time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() { // still the day before
		_, t = t.ZoneBounds()
	}
	return t
}

// Zone is a time zone by its name; "" is the machine's.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, usage.New(fmt.Sprintf("%q is not a time zone that this machine knows", wording.Clip(name)), "give a name such as America/New_York or UTC")
	}
	return zone, nil
}
