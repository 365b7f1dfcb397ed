package when_test

import (
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/when"
)

func TestTimesAreUnderstoodAsPeopleTypeThem(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	now := time.Date(2026, 3, 1, 3, 30, 0, 0, time.UTC) // the evening before, in the zone
	for text, want := range map[string]string{
		"now": "2026-03-01T03:30:00Z", "Today": "2026-02-28T05:00:00Z", "yesterday": "2026-02-27T05:00:00Z",
		"2026-01-31": "2026-01-31T05:00:00Z", "2026-01-31 08:30": "2026-01-31T13:30:00Z", "2026-01-31T08:30:15": "2026-01-31T13:30:15Z",
		"2026-01-31T08:30:00Z": "2026-01-31T08:30:00Z", "2026-01-31T08:30:00+02:00": "2026-01-31T06:30:00Z", "2026-01-31T08:30:00.000+0000": "2026-01-31T08:30:00Z",
		"-24h": "2026-02-28T03:30:00Z", "-7d": "2026-02-22T03:30:00Z", "-1w": "2026-02-22T03:30:00Z", "-1h30m": "2026-03-01T02:00:00Z", " -90s ": "2026-03-01T03:28:30Z",
	} {
		got, err := when.Parse(text, now, zone)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-", "24h", "soon", "31.1.2026", "2026-02-30", "-1y", "1/31/2026", "--1h"} {
		if got, err := when.Parse(text, now, zone); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestATimeOfDayThatClocksLeaveOutIsRefused(t *testing.T) {
	at := func(text, name string) (string, error) {
		zone, err := when.Zone(name)
		if err != nil {
			t.Skip("this machine knows no time zones: ", err)
		}
		got, err := when.Parse(text, time.Date(2018, 11, 4, 12, 0, 0, 0, zone), zone)
		return got.Format(time.RFC3339), err
	}
	for _, text := range []string{"2026-03-08 02:30", "2026-03-08T02:00", "2026-03-08 02:59:59"} {
		if got, err := at(text, "America/New_York"); err == nil {
			t.Errorf("%s is %s", text, got)
		}
	}
	for _, c := range [][3]string{ // controls, and a day that has no midnight
		{"2026-03-08 01:59:59", "America/New_York", "2026-03-08T01:59:59-05:00"},
		{"2026-03-08 03:00", "America/New_York", "2026-03-08T03:00:00-04:00"},
		{"2026-03-08 02:30", "UTC", "2026-03-08T02:30:00Z"},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"},
		{"today", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"},
	} {
		if got, err := at(c[0], c[1]); err != nil || got != c[2] {
			t.Errorf("%s in %s is %s, %v", c[0], c[1], got, err)
		}
	}
}

func TestATimeZoneThatNobodyKnowsIsRefused(t *testing.T) {
	if zone, err := when.Zone("UTC"); err != nil || zone != time.UTC {
		t.Error(zone, err)
	}
	for _, name := range []string{"Local", "Nowhere/City", "../../etc/passwd"} {
		if zone, err := when.Zone(name); err == nil {
			t.Errorf("%s is %s", name, zone)
		}
	}
}
