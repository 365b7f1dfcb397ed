package when_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
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

func TestATimeThatAClockDoesNotShowOnceIsNotGuessed(t *testing.T) {
	for _, c := range []struct{ zone, text, want, says string }{
		{"America/New_York", "2026-03-08 02:30", "", "does not exist"},
		{"America/New_York", "2026-03-08 02:00", "", "does not exist"},
		{"America/New_York", "2026-03-08 01:59:59", "2026-03-08T06:59:59Z", ""},
		{"America/New_York", "2026-03-08 03:00", "2026-03-08T07:00:00Z", ""},
		{"America/New_York", "2026-11-01 01:30", "", "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00"},
		{"America/New_York", "2026-11-01 00:59", "2026-11-01T04:59:00Z", ""},
		{"America/New_York", "2026-11-01 02:00", "2026-11-01T07:00:00Z", ""},
		{"America/New_York", "2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00Z", ""},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "", "does not exist"}, // by half an hour
		{"Australia/Lord_Howe", "2026-04-05 01:45", "", "say which"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", ""}, // a day that begins at 01:00
		{"America/Sao_Paulo", "2018-11-04 00:30", "", "does not exist"},
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", ""}, // one that begins twice
		{"Pacific/Apia", "2011-12-30", "", "does not exist"},         // one that was left out
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", ""},
		{"UTC", "2026-03-08 02:30", "2026-03-08T02:30:00Z", ""},
	} {
		zone, err := when.Zone(c.zone)
		if err != nil {
			t.Skip("this machine has no time zones")
		}
		got, err := when.Parse(c.text, time.Now(), zone)
		if c.says == "" && (err != nil || got.UTC().Format(time.RFC3339) != c.want) || c.says != "" && (err == nil || !strings.Contains(err.Error()+usage.Hint(err), c.says)) {
			t.Errorf("%s in %s is %s, %v (%s)", c.text, c.zone, got.UTC(), err, usage.Hint(err))
		}
	}
}

func TestYesterdayIsTheDayBeforeWhereverClocksArePut(t *testing.T) {
	zone, err := when.Zone("America/Sao_Paulo")
	if err != nil {
		t.Skip("this machine has no time zones")
	}
	now := time.Date(2018, 11, 5, 0, 30, 0, 0, zone) // a day before, at that time, there was no such time
	if got, err := when.Parse("yesterday", now, zone); err != nil || got.Format(time.RFC3339) != "2018-11-04T01:00:00-02:00" {
		t.Error(got, err)
	}
}

func TestAMachineWhoseTimeZoneIsNotReadIsNotTakenForUTC(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("TZ means nothing there")
	}
	for _, tz := range []string{"Nowhere/City", ":Nowhere/City", "/nowhere", "EST5EDT4,M3.2.0,M11.1.0", "../../etc/passwd"} {
		t.Setenv("TZ", tz)
		if zone, err := when.Zone(""); err == nil || usage.Hint(err) == "" {
			t.Errorf("TZ=%s: %s", tz, zone)
		}
	}
	for _, tz := range []string{"", "UTC", ":UTC"} { // the control
		t.Setenv("TZ", tz)
		if _, err := when.Zone(""); err != nil {
			t.Errorf("TZ=%s: %v", tz, err)
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
