//go:build unix && storm

package storm_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// The vendor's words for what must not happen.
const (
	replayed      = "refresh token replayed"
	sixth         = "sixth request in a minute"
	insidePenalty = "request inside a penalty"
)

// sum is what happened to some lineages, all told.
type sum struct {
	figures
	lineages, refreshes, exchanges, logins int
	replays, sixths, penalties             int
	crashes                                int // of servers
	others                                 []string
}

// tally is what the tests found together, without the controls.
var tally sum

func (s *sum) include(other sum) {
	mu.Lock()
	defer mu.Unlock()
	s.lineages += other.lineages
	s.kills += other.kills
	s.aimed += other.aimed + other.hits()
	s.crashes += other.crashes
	s.refreshes += other.refreshes
	s.exchanges += other.exchanges
	s.logins += other.logins
	s.replays += other.replays
	s.lost += other.lost
	s.sixths += other.sixths
	s.penalties += other.penalties
	s.refused += other.refused
}

// total is the last line of a run.
func (s *sum) total() string {
	mu.Lock()
	defer mu.Unlock()
	return fmt.Sprintf("storm: kills %d (in mid-renewal %d), kills of servers %d, lineages %d, renewals %d, replays %d, lost lineages %d, "+
		"sixth requests %d, in penalty %d, callers' 401s %d",
		s.kills, s.aimed, s.crashes, s.lineages, s.refreshes+s.exchanges+s.logins, s.replays, s.lost, s.sixths, s.penalties, s.refused)
}

func add(all ...*lineage) sum {
	s := sum{figures: figures{phases: map[string]int{}}}
	for _, l := range all {
		l.mu.Lock()
		f := l.figures
		f.phases = maps.Clone(f.phases)
		l.mu.Unlock()
		s.lineages++
		s.kills += f.kills
		s.served += f.served
		s.refused += f.refused
		s.lost += f.lost
		s.failed += f.failed
		s.saved += f.saved
		s.unsaved += f.unsaved
		s.aimed += f.aimed
		for phase, n := range f.phases {
			s.phases[phase] += n
		}
		s.failures = append(s.failures, f.failures...)
		v := l.vendor
		s.refreshes += v.count(refreshPath)
		s.exchanges += v.count(exchangePath)
		s.logins += v.count(loginPath)
		s.replays += v.seen(replayed)
		s.sixths += max(v.seen(sixth), v.sixths())
		s.penalties += v.seen(insidePenalty)
		v.mu.Lock()
		for verdict, n := range v.verdicts {
			if verdict != replayed && verdict != sixth && verdict != insidePenalty {
				s.others = append(s.others, fmt.Sprintf("%s (%d)", verdict, n))
			}
		}
		v.mu.Unlock()
	}
	return s
}

// row is one line of the table of results.
func (s sum) row(store string) string {
	return fmt.Sprintf("%-10s | lineages %d | kills %d | renewals %d (refreshes %d, exchanges %d, logins %d) | replays %d | "+
		"lost lineages %d | sixth requests %d | in penalty %d | callers' 401s %d | failed calls %d of %d",
		store, s.lineages, s.kills, s.refreshes+s.exchanges+s.logins, s.refreshes, s.exchanges, s.logins, s.replays,
		s.lost, s.sixths, s.penalties, s.refused, s.failed, s.served+s.failed+s.refused+s.lost)
}

// keepsPromises adds s to the tally, and fails the test for everything that must never happen, whoever was killed.
func (s sum) keepsPromises(t *testing.T) {
	t.Helper()
	tally.include(s)
	for what, n := range map[string]int{
		replayed: s.replays, sixth: s.sixths, insidePenalty: s.penalties, "lost lineage": s.lost, "a caller saw 401": s.refused,
	} {
		if n != 0 {
			t.Errorf("%s: %d times", what, n)
		}
	}
	if len(s.others) > 0 {
		t.Errorf("the vendor also objects: %v", s.others)
	}
	if n := len(s.failures); n > 0 {
		t.Logf("what workers reported:\n%s", strings.Join(s.failures[:min(10, n)], "\n"))
	}
}

// neverFails fails the test if a call brought no token or no answer.
func (s sum) neverFails(t *testing.T) {
	t.Helper()
	if s.failed != 0 {
		t.Errorf("%d calls failed, such as\n%s", s.failed, strings.Join(s.failures[:min(10, len(s.failures))], "\n"))
	}
}
