package usage

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// IsBusyAnswer tells answers that say to come back later from those of a server that failed.
func IsBusyAnswer(status int, retryAfter time.Duration) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && retryAfter > 0
}

// IsBusy tells errors that end by themselves: the vendor asks for patience, or another process is at it.
func IsBusy(err error) bool {
	var own interface{ Busy() bool }
	if errors.As(err, &own) {
		return own.Busy()
	}
	var vendor *ringcx.Error
	return errors.As(err, &vendor) && (vendor.Limited() || IsBusyAnswer(vendor.StatusCode, vendor.RetryAfter))
}

// Busy is a wait for another process that took too long.
type Busy struct {
	what  string
	after time.Duration
}

// NewBusy says what was waited for, and how long.
func NewBusy(what string, after time.Duration) *Busy { return &Busy{what, after} }

// Error says what was waited for, and how long.
func (e *Busy) Error() string {
	return fmt.Sprintf("%s: another process is at it, and was waited for %s", e.what, wording.Span(e.after))
}

// Hint tells what to do about it.
func (e *Busy) Hint() string {
	return "try again later, or wait longer with --max-wait; nothing stored was lost"
}

// Busy tells IsBusy that the error ends by itself.
func (e *Busy) Busy() bool { return true }
