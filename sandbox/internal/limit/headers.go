package limit

import (
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// SetHeaders adds the limit headers to h.
func (v Decision) SetHeaders(h http.Header) {
	if v.headers && v.Limit > 0 {
		all := []string{v.Group, strconv.Itoa(v.Limit), strconv.Itoa(v.remaining), strconv.Itoa(int(v.Window / time.Second))}
		for i, name := range [...]string{"X-Rate-Limit-Group", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Window"} {
			h[name] = all[i : i+1 : i+1] // so that all need one slice, and no name is looked at
		}
	}
	switch {
	case v.Admitted, v.retry == contract.RetryAbsent:
	case v.retry == contract.RetryDate:
		h.Set("Retry-After", v.Again.Add(time.Second-1).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", strconv.Itoa(int((v.Wait+time.Second-1)/time.Second)))
	}
}
