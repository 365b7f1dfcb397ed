package ringcx

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter is the longest Retry-After that is believed.
const maxRetryAfter = time.Hour

// parseRetryAfter reads Retry-After as seconds or as a date; a date is compared with the server's own Date when there
// is one. It answers 0 for what is missing, past or unreadable, and at most an hour.
func parseRetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		if math.IsNaN(s) || s <= 0 {
			return 0
		}
		if s > maxRetryAfter.Seconds() {
			return maxRetryAfter
		}
		return time.Duration(s * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// usedUp is how many requests of the app the vendor counts in its minute, by the headers of an answer; 0: it does not
// say.
func usedUp(h http.Header) int {
	limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	if err != nil || err2 != nil || remaining < 0 || remaining > limit {
		return 0
	}
	if w := h.Get("X-Rate-Limit-Window"); w != "" && w != "60" {
		return 0 // other than ours, and not to be compared
	}
	return limit - remaining
}

// mediaType is the type that an answer says it is of, in small letters and without parameters, which may be wrong.
func mediaType(h http.Header) string {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}
