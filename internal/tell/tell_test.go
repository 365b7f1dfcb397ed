package tell_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/tell"
)

// Whoever waits in the background may be about to tell it when the terminal becomes another program's, and when it is ours again: with
// the race detector that is no race.
func TestNobodyIsToldOfAWaitWhileTheTerminalIsAnotherPrograms(t *testing.T) {
	for _, c := range []struct {
		what   string
		silent bool
		want   string
	}{
		{"ours", false, "ringcx: waiting for a renewal\n"},
		{"another's", true, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				to := tell.New(&env.Env{Stderr: &said, Context: t.Context()})
				speak := func() {}
				if c.silent {
					speak = to.Silence()
				}
				end := to.Awaits("a renewal", time.Time{})
				time.Sleep(2 * tell.Noticeable)
				speak()
				end()
				synctest.Wait()
				if said.String() != c.want {
					t.Errorf("said %q, not %q", said.String(), c.want)
				}
				if to.Inform("ready\n"); said.String() != c.want+"ready\n" {
					t.Errorf("then said %q", said.String())
				}
			})
		})
	}
}
