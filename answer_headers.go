package ringcx

import (
	"net/http"
	"strconv"
	"strings"
)

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
