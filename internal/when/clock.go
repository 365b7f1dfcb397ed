package when

import (
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// shown is what a clock at t shows, as a time in UTC.
func shown(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moments are the times at which a clock of the zone shows wall, a time in UTC: one, or none or two where it is put.
func moments(wall time.Time, zone *time.Location) (all []time.Time) {
	near := wall.In(zone)
	for _, t := range []time.Time{near, near.Add(-26 * time.Hour), near.Add(26 * time.Hour)} { // on both sides of where it is put
		_, offset := t.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if shown(at).Equal(wall) && !slices.ContainsFunc(all, at.Equal) {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// Once says whether a clock in the zone of t shows what it shows at t at no other time.
func Once(t time.Time) bool { return len(moments(shown(t), t.Location())) == 1 }

// local is when a clock of the zone shows wall, provided it does so once.
func local(wall time.Time, zone *time.Location) (time.Time, error) {
	all := moments(wall, zone)
	text := wall.Format("2006-01-02 15:04:05")
	switch len(all) {
	case 1:
		return all[0], nil
	case 0:
		return time.Time{}, usage.New(fmt.Sprintf("%s does not exist in %s: clocks there are put forward over it", text, place(zone)), "give a time before or after that, or one with its offset from UTC")
	}
	return time.Time{}, usage.New(
		fmt.Sprintf("%s is there twice in %s, where clocks are put back then", text, place(zone)),
		fmt.Sprintf("say which: %s or %s", all[0].Format(time.RFC3339), all[1].Format(time.RFC3339)))
}

// begin is when a day begins in the zone, given as its midnight in UTC: mostly at midnight, and where clocks are put forward over
// that, then.
func begin(day time.Time, zone *time.Location) (time.Time, error) {
	if all := moments(day, zone); len(all) > 0 {
		return all[0], nil
	}
	t := day.In(zone).Add(-26 * time.Hour)
	for range 4 { // changes of the clock in two days, at most
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		if t = end; shown(t).After(day) && shown(t).Before(day.AddDate(0, 0, 1)) {
			return t, nil
		}
	}
	return time.Time{}, usage.New(fmt.Sprintf("the day %s does not exist in %s", day.Format(time.DateOnly), place(zone)), "give the one before or after")
}

// dayOf is when the day begins that is so many days after that of t, in its zone.
func dayOf(t time.Time, days int) (time.Time, error) {
	return begin(time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, time.UTC), t.Location())
}

// place is a zone in a sentence.
func place(zone *time.Location) string {
	if zone == time.Local {
		return "this machine's time zone"
	}
	return zone.String()
}
