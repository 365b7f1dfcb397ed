// Package tell says on stderr what people have to know: what is done, what is waited for, and what is not as it should be.
package tell

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Teller says on stderr what people have to know.
type Teller struct {
	*env.Env

	silent  atomic.Bool
	log     atomic.Pointer[slog.Logger] // nil: lines are written to Stderr
	told    sync.Map                    // what Warn has said
	failure failure                     // a request that failed, on a terminal
}

// New is a Teller for an environment, of which Stderr is written to and Context ends the waits.
func New(e *env.Env) *Teller { return &Teller{Env: e} }

// Silence has nobody told of anything until end is called: the terminal is another program's. Who waits or renews in the background
// may be about to tell something, then and at the end.
func (t *Teller) Silence() (end func()) {
	t.silent.Store(true)
	return func() { t.silent.Store(false) }
}

// Through has all that is told from now on be a record of a log, for a run whose stderr is one.
func (t *Teller) Through(log *slog.Logger) { t.log.Store(log) }

// Inform writes to people. The format is ours and may have several lines; a value begins none.
func (t *Teller) Inform(format string, values ...any) {
	if t.silent.Load() {
		return
	}
	if log := t.log.Load(); log != nil {
		log.Info(strings.TrimPrefix(strings.TrimSpace(fmt.Sprintf(format, wording.Shown(values)...)), "ringcx: "))
		return
	}
	fmt.Fprintf(t.Stderr, format, wording.Shown(values)...)
}

// Warn says on stderr, once, what is not as it should be with a file and can be lived with.
func (t *Teller) Warn(text string) {
	if _, told := t.told.LoadOrStore(text, true); !told {
		if log := t.log.Load(); log != nil && !t.silent.Load() {
			log.Warn(text)
			return
		}
		t.Inform("ringcx: warning: %s\n", wording.ErrorLine(text))
	}
}

// Mute has Warn leave a text out: it is said elsewhere.
func (t *Teller) Mute(text string) { t.told.Store(text, true) }
