package api

import (
	"strconv"
	"strings"
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

// formatTime writes a time as JSON in a form of the description. The zero time is null, or 0 in seconds, where 0 is
// documented as none: no form has a year 1 that the API would take for none.
func formatTime(t time.Time, form string) string {
	switch {
	case t.IsZero() && form == "unixtime":
		return "0"
	case t.IsZero():
		return "null"
	}
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

// timeLike writes a time in the form in which the JSON raw has another one: with its offset, its fraction of a second, or as
// a number. What was null, or in no form that is known, is written in the form of the description, and so is a time of day
// where raw has none.
func timeLike(raw []byte, t time.Time, form string) string {
	text, isText := strings.CutPrefix(string(raw), `"`)
	text = strings.TrimSuffix(text, `"`)
	if t.IsZero() || text == "" {
		return formatTime(t, form)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) != len("20060102150405") {
		read, _ := parseTime(text, form)
		unit := t.Unix()
		if n != 0 && read.Unix() != n || n == 0 && form != "unixtime" {
			unit = t.UnixMilli()
		}
		if isText {
			return strconv.Quote(strconv.FormatInt(unit, 10))
		}
		return strconv.FormatInt(unit, 10)
	}
	layout := layoutOf(text)
	switch {
	case layout == "" || !isText, layout == time.DateOnly && (t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0):
		return formatTime(t, form)
	case layout == time.DateOnly:
	case strings.HasSuffix(text, "Z"), !strings.Contains(layout, "07") && form != "localtime":
		t = t.UTC() // as which it was read
	}
	return strconv.Quote(t.Format(layout))
}

// layoutOf is the layout in which a time was written, with as many digits of its second as it has; "": none that is known.
func layoutOf(text string) string {
	for _, layout := range layouts {
		if _, err := time.Parse(layout, text); err != nil {
			continue
		}
		if !strings.HasSuffix(text, "Z") {
			layout = strings.Replace(layout, "Z07", "-07", 1) // an offset of 0 is written as one
		}
		if _, rest, found := strings.Cut(text, "."); found {
			digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
			layout = strings.Replace(layout, "05", "05."+strings.Repeat("0", digits), 1)
		}
		return layout
	}
	return ""
}
