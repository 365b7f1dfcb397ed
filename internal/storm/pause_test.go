//go:build unix && storm

package storm_test

import (
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// A process that is stopped, by a laptop's lid or a virtual machine that moves, does not know when it goes on that its
// lease has run out and another has taken over.
func TestAWorkerStoppedInMidRenewalDoesNoHarmWhenItGoesOn(t *testing.T) {
	stops := map[string]shot{
		"with its request on the way": {path: refreshPath, window: acted},
		"before it sends":             {moment: afterIntent + toRefresh},
		"before it saves":             {moment: beforeAnswer + toRefresh},
		"before it exchanges":         {moment: afterIntent + toExchange},
	}
	for _, name := range []string{"PostgreSQL", "Redis"} {
		for when, stop := range stops {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				p := places[name](t, false)
				l := newLineage(t, p, "", &sandbox.Options{TokenTTL: tokenTTL})
				l.pause(stop)
				must(t, l.survives())
				s := add(l)
				t.Log(s.row(p.name))
				s.keepsPromises(t)
				s.neverFails(t)
			})
		}
	}
}

// pause stops a worker at a moment of a renewal until another has taken over, and lets it go on.
func (l *lineage) pause(at shot) {
	l.t.Helper()
	paused := l.stop(at)
	// Who takes over exchanges, because the refresh token may be spent.
	took := l.vendor.await(exchangePath, delivered, func(string) {})
	other := l.hire(nil)
	mustSpring(l.t, took)
	_, err := other.says(saidOK)
	must(l.t, err)
	paused.forget()
	other.forget()
	must(l.t, paused.signal(syscall.SIGCONT))
	for _, w := range []*worker{paused, other} {
		_, err := w.says(saidOK)
		must(l.t, err)
	}
	must(l.t, paused.leave())
	must(l.t, other.leave())
}

func (l *lineage) stop(at shot) *worker {
	l.t.Helper()
	if at.path == "" {
		w := l.hire(func(o *orders) { o.Stops = at.moment })
		_, err := w.says(saidMoment)
		must(l.t, err)
		return w
	}
	var stopped error
	sprung := l.vendor.await(at.path, at.window, func(name string) {
		l.mu.Lock()
		w := l.workers[name]
		l.mu.Unlock()
		stopped = w.halt()
	})
	w := l.hire(nil)
	mustSpring(l.t, sprung)
	must(l.t, stopped)
	return w
}
