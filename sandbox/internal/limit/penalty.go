package limit

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// Decision is the answer of a limit about one request.
type Decision struct {
	Allowance
	Group     string
	Admitted  bool
	remaining int
	Verdict   string    // set when refused
	Again     time.Time // when a request would be admitted; set when refused
	Wait      time.Duration
}

// refuse begins the penalty anew, and says when a request would be admitted.
func (v *Decision) refuse(b *Bucket, now instant.Time) {
	v.Admitted, v.remaining, v.Verdict = false, 0, v.excess()
	if now < b.Quiet {
		v.Verdict = verdict.Penalty
	}
	b.Quiet = now.After(v.Penalty)
	again := b.Quiet
	if n := len(b.Sent) - v.Limit; n >= 0 {
		again = max(again, b.Sent[n].After(v.Window))
	}
	v.Again, v.Wait = again.Time(), time.Duration(again-now)
}

// excess is the verdict on the request that breaks the limit; only limits of five make it the sixth.
func (a Allowance) excess() string {
	if a.Limit == 5 && a.Window == time.Minute {
		return verdict.Sixth
	}
	return verdict.Excess
}
