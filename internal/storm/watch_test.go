//go:build unix && storm

package storm_test

import (
	"fmt"
	"slices"
	"strings"
)

// The phases of a renewal in which a worker can die, in their order. All but the first and the last are between the
// moments of a trap.
const (
	idle     = "idle"
	deciding = "deciding"
	noting   = "noting the intent"
	asking   = "asking the vendor"
	saving   = "saving the answer"
	ending   = "with the answer saved"
)

var phases = []string{idle, deciding, noting, asking, saving, ending}

// underWay are the phases in which something is lost if nobody has seen to it.
var underWay = phases[1:]

// phaseAfter is the phase that a line of a worker begins, "" if it says nothing about that.
func phaseAfter(line string) string {
	word, details, _ := strings.Cut(line, " ")
	switch word {
	case saidDone:
		return idle
	case saidTurn:
		return deciding
	case saidStep:
		for moment, phase := range map[string]string{beforeIntent: noting, afterIntent: asking, beforeAnswer: saving, afterAnswer: ending} {
			if strings.HasPrefix(details, moment) {
				return phase
			}
		}
	}
	return ""
}

// phase is where the worker is, or was when it died, by what it has said: "" if it does not tell. All it said before it
// died is heard.
func (w *worker) phase() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range slices.Backward(w.said) {
		if phase := phaseAfter(line); phase != "" {
			return phase
		}
	}
	return ""
}

// watch waits for the first worker that begins a phase.
type watch struct {
	phase string
	found chan *worker // holds one
}

// watchFor waits for a worker that begins a phase from now on.
func (l *lineage) watchFor(phase string) <-chan *worker {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch = &watch{phase, make(chan *worker, 1)}
	return l.watch.found
}

// seen tells who watches what a worker has said. The caller holds mu.
func (l *lineage) seen(w *worker, line string) {
	if l.watch != nil && l.watch.phase == phaseAfter(line) {
		l.watch.found <- w
		l.watch = nil
	}
}

// hits is how many workers were killed in mid-renewal.
func (f figures) hits() int {
	n := 0
	for _, phase := range underWay {
		n += f.phases[phase]
	}
	return n
}

// aim is how the kills were spread.
func (f figures) aim() string {
	var parts []string
	for _, phase := range underWay {
		parts = append(parts, fmt.Sprintf("%s %d", phase, f.phases[phase]))
	}
	return fmt.Sprintf("in mid-renewal %d of %d kills (%s)", f.hits(), f.kills, strings.Join(parts, ", "))
}
