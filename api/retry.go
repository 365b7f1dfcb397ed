package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How long a request is repeated after status 429.
const (
	maxTries = 5               // requests in all
	maxPause = 5 * time.Minute // the longest wait that is done for the caller
)

// pause waits as an answer asks before the request is repeated. It is false if the request is not to be: it acts, the wait is
// long or would outlast the context, or it was repeated often enough.
func (r *request) pause(ctx context.Context, refused *Error, try int) bool {
	if refused.Status != http.StatusTooManyRequests || !r.repeats || try+1 >= maxTries {
		return false
	}
	wait := refused.RetryAfter
	if wait == 0 {
		wait = time.Second << try
	}
	if deadline, ok := ctx.Deadline(); wait > maxPause || ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// maxSeconds is what a number of seconds that is longer is taken for: a duration holds no more.
const maxSeconds = math.MaxInt64 / int64(time.Second)

// retryAfter reads the header of that name, seconds or a date.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(v, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(n, 0), maxSeconds)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}
