// Package wording is how the sandbox writes lengths of time, and what callers sent, in texts for people, and durations in JSON.
package wording

import (
	"fmt"
	"strings"
	"time"
)

// Clip shortens what a caller sent to 60 bytes, for an error.
func Clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
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
