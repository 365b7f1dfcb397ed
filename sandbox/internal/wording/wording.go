// Package wording is how the sandbox writes lengths of time, and what callers sent, in texts for people, and durations in JSON.
package wording

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Clip shortens what a caller sent to 60 bytes, for an error.
func Clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + CutMark
	}
	return text
}

// CutMark stands for what was left out.
const CutMark = "…"

// Cut is text in at most so many bytes. What was cut ends in the mark, and is not cut again.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len(CutMark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + CutMark
}

// Duration is a duration as Go writes it, without zeros at its end.
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// SpokenDuration is a duration in words, such as "5 minutes": in the largest unit that gives a whole number.
func SpokenDuration(d time.Duration) string {
	for _, unit := range []struct {
		name string
		long time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := d / unit.long; n == 1 && d%unit.long == 0 {
			return "1 " + unit.name
		} else if n > 1 && d%unit.long == 0 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	if d == 0 {
		return "0 seconds"
	}
	return Duration(d)
}

// JSONDuration is a duration as Go writes it, "1m30s".
type JSONDuration time.Duration

// UnmarshalText reads a duration.
func (d *JSONDuration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = JSONDuration(v)
	if err != nil {
		return fmt.Errorf(`%q is not a duration such as "90s", "5m" or "192h"`, Clip(string(b)))
	}
	return nil
}

// MarshalText writes a duration as UnmarshalText reads it.
func (d JSONDuration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
