//go:build unix && storm

package storm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	stormLineages = 5
	stormWorkers  = 3 // that share a lineage
)

// storm is a crew at work, of whom now one and now another is killed and replaced.
type storm struct {
	t        *testing.T
	rng      *rand.Rand
	lineages []*lineage
	crews    [][]*worker
	struck   *lineage // whose refresh was the last to be interrupted; nil: none was
}

// muster starts the workers of a storm. The vendor of the last lineage limits nothing, and would not mind a sixth
// request: the count of requests must show that none was sent all the same.
func muster(t *testing.T, p *place) *storm {
	t.Helper()
	s := &storm{t: t, rng: rand.New(rand.NewPCG(startingSeed(t), 0))}
	for i := range stormLineages {
		l := newLineage(t, p, fmt.Sprintf("-%d", i), &sandbox.Options{TokenTTL: tokenTTL, NoLimits: i == stormLineages-1})
		var crew []*worker
		for range stormWorkers {
			crew = append(crew, l.hire(nil))
		}
		for _, w := range crew {
			if _, err := w.says(saidOK); err != nil {
				t.Fatal(err)
			}
		}
		l.jwt = i == 0 // the others need a person if they lose what is stored
		s.lineages, s.crews = append(s.lineages, l), append(s.crews, crew)
	}
	return s
}

// kill kills one worker: now, or, while the vendor's limit leaves room for what that may cost, the next one that asks
// the vendor for a token, if one does in time.
func (s *storm) kill() {
	i := s.rng.IntN(len(s.lineages))
	if s.struck != nil && s.rng.IntN(2) == 0 {
		i = slices.Index(s.lineages, s.struck)
	}
	l := s.lineages[i]
	if s.rng.IntN(2) == 0 || l.vendor.spent(exchangePath) > 2 || !s.surprise(l) {
		<-time.After(time.Duration(s.rng.Int64N(int64(80 * time.Millisecond))))
		s.crews[i][s.rng.IntN(stormWorkers)].kill()
	}
	s.replace(i)
}

// surprise kills the next worker of a lineage that asks the vendor for a token.
func (s *storm) surprise(l *lineage) bool {
	path := refreshPath
	if s.struck == l && s.rng.IntN(2) == 0 {
		path = exchangePath // which is what whoever comes next needs
	}
	s.struck = nil
	at := []window{received, acted, delivered}[s.rng.IntN(3)]
	delay := time.Duration(s.rng.Int64N(int64(2 * time.Millisecond)))
	sprung := l.vendor.await(path, at, func(name string) {
		<-time.After(delay)
		l.kill(name)
	})
	select {
	case <-sprung:
	case <-time.After(tokenTTL):
		if l.vendor.relax() {
			return false
		}
		<-sprung
	}
	if path == refreshPath {
		s.struck = l
	}
	return true
}

// replace hires a worker for each that is gone.
func (s *storm) replace(i int) {
	for n, w := range s.crews[i] {
		select {
		case <-w.exited:
			s.crews[i][n] = s.lineages[i].hire(nil)
		default:
		}
	}
}

// calm ends the workers, and sees whether fresh ones can go on.
func (s *storm) calm() {
	for i, crew := range s.crews {
		for _, w := range crew {
			if err := w.leave(); err != nil {
				s.t.Error(err)
			}
		}
		if err := s.lineages[i].survives(); err != nil {
			s.t.Error(err)
		}
	}
}

func TestRandomKillsOfWorkersAndServersBreakNoPromise(t *testing.T) {
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, true)
			s := muster(t, p)
			crashes := 0
			for n := range *killsWanted {
				if p.server != nil && n%20 == 19 {
					p.crash(t)
					crashes++
				}
				s.kill()
			}
			s.calm()
			total := add(s.lineages...)
			t.Logf("%s | kills of the server %d", total.row(p.name), crashes)
			total.keepsPromises(t)
			if p.server == nil {
				total.neverFails(t)
			}
			if total.kills < *killsWanted || total.refreshes == 0 {
				t.Errorf("%d kills of %d, %d refreshes: this was no storm", total.kills, *killsWanted, total.refreshes)
			}
		})
	}
}
