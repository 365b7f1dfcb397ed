package wording

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// First is the first value that is not "".
func First(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Ago is how long ago t was, in words.
func Ago(now, t time.Time) string { return Span(now.Sub(t)) + " ago" }

// Listed are words in a sentence.
func Listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// Span is a duration in the words of people: "5m", "59m 58s", "7 days".
func Span(d time.Duration) string {
	d = d.Round(time.Second)
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Round(24*time.Hour)/(24*time.Hour)))
	}
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / unit.size; n > 0 {
			parts = append(parts, fmt.Sprint(int(n))+unit.name)
			d %= unit.size
		}
	}
	if len(parts) == 0 {
		return "0s"
	}
	return strings.Join(parts, " ")
}

// Clip keeps a secret that landed in the wrong place from being repeated.
func Clip(s string) string {
	if len(s) > 24 {
		return s[:8] + "…"
	}
	return s
}

// Named is the name that a text begins with; what stands behind it may be a secret.
func Named(s string) string {
	if end := strings.IndexAny(s, "=: \t"); end > 0 {
		return s[:end]
	}
	return s
}

// Skewed is a difference of clocks in words: that many seconds of ours behind the vendor's.
func Skewed(seconds float64) string {
	d := Span(time.Duration(math.Abs(seconds) * float64(time.Second)))
	if seconds > 0 {
		return d + " behind the vendor's"
	}
	return d + " ahead of the vendor's"
}

// Ends is when something ends or ended, in words; "none" for the zero time.
func Ends(t time.Time) string {
	left := time.Until(t)
	switch {
	case t.IsZero():
		return "none"
	case left < 0:
		return "ended " + Span(-left) + " ago"
	}
	return "ends in " + Span(left)
}
