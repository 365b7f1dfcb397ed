package api

import (
	"strconv"
	"time"
)

// layouts are the forms in which the API writes times, the usual one first.
var layouts = []string{
	"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02", "20060102150405",
}

// parseTime reads a time in any form that is documented. What has no offset is taken as UTC, so that its clock can be read.
// Numbers are what the form says, or else seconds since 1970, or milliseconds if they are that large; 0 is the zero time.
func parseTime(s, form string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) != len("20060102150405") {
		switch {
		case n == 0:
			return time.Time{}, true
		case form == "millis", form == "millistext", form != "unixtime" && (n > 1e11 || n < -1e11):
			return time.UnixMilli(n).UTC(), true
		}
		return time.Unix(n, 0).UTC(), true
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// formatTime writes a time as JSON in a form of the description.
func formatTime(t time.Time, form string) string {
	switch form {
	case "millis":
		return strconv.FormatInt(t.UnixMilli(), 10)
	case "millistext":
		return `"` + strconv.FormatInt(t.UnixMilli(), 10) + `"`
	case "unixtime":
		return strconv.FormatInt(t.Unix(), 10)
	case "isotime":
		return t.Format(`"2006-01-02T15:04:05.999999999Z07:00"`)
	case "zonedtime":
		return t.Format(`"2006-01-02T15:04:05.000-07:00"`)
	case "localtime":
		return t.Format(`"2006-01-02 15:04:05"`)
	default:
		return t.Format(`"2006-01-02T15:04:05.000-0700"`)
	}
}
