package budget

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// streamsAgain is when a caller may come again whose bodies have not come: when one has, which it knows better itself.
const streamsAgain = 5 * time.Second

// streams are the requests of callers whose bodies are still to come, see [Request.Streamed].
type streams struct {
	most    int // of one caller
	of      map[string]int
	waiting map[string][]chan struct{} // of those that have as many; the first one first. One that is closed has its place
	waits   int                        // how many those are
}

// newStreams has a caller take a quarter of a limit at the most, at all replicas together.
func newStreams(windows []apispec.Window, replicas int) streams {
	most := windows[0].Requests
	for _, w := range windows {
		most = min(most, w.Requests)
	}
	return streams{most: max(1, most/4/max(1, replicas)), of: map[string]int{}, waiting: map[string][]chan struct{}{}}
}

// enter takes a place for a caller; else there is something to wait for.
func (s *streams) enter(caller string) (wait chan struct{}) {
	if s.of[caller] < s.most {
		s.of[caller]++
		return nil
	}
	wait = make(chan struct{})
	s.waits++
	s.waiting[caller] = append(s.waiting[caller], wait)
	return wait
}

// leave gives a place to the next one, or back.
func (s *streams) leave(caller string) {
	if all := s.waiting[caller]; len(all) > 0 {
		close(all[0])
		s.set(caller, all[1:])
		return
	}
	if s.of[caller]--; s.of[caller] <= 0 {
		delete(s.of, caller)
	}
}

// withdraw has one wait no longer. false: it has its place.
func (s *streams) withdraw(caller string, wait chan struct{}) bool {
	i := slices.Index(s.waiting[caller], wait)
	if i < 0 {
		return false
	}
	s.set(caller, slices.Delete(s.waiting[caller], i, i+1))
	return true
}

// set is what is left of those that wait when one does so no longer.
func (s *streams) set(caller string, waiting []chan struct{}) {
	s.waits--
	if s.waiting[caller] = waiting; len(waiting) == 0 {
		delete(s.waiting, caller)
	}
}

// stream waits, until giveUp at the most, until one more body of a caller may be on its way. The caller of this holds b.mu, also afterwards.
func (b *bucket) stream(ctx context.Context, caller string, giveUp time.Duration) error {
	now, wait := b.g.now().steady, b.streams.enter(caller)
	switch {
	case wait == nil:
		return nil
	case b.streams.waits > b.g.o.MaxWaiting:
		b.streams.withdraw(caller, wait)
		return b.refusal(&refusal{slow, now + streamsAgain}, time.Now(), now)
	}
	b.mu.Unlock()
	late := time.NewTimer(giveUp - now)
	defer late.Stop()
	select {
	case <-wait:
	case <-late.C:
	case <-ctx.Done():
	}
	b.mu.Lock()
	if now = b.g.now().steady; b.streams.withdraw(caller, wait) {
		if ctx.Err() != nil {
			return fmt.Errorf("wait for the limit %s of %s: %w", b.key.limit.Name, b.key.words(), ctx.Err())
		}
		return b.refusal(&refusal{slow, now + streamsAgain}, time.Now(), now)
	} else if b.gone {
		b.streams.leave(caller)
		return b.refusal(&refusal{ending, now}, time.Now(), now)
	}
	return nil
}

// arrived tells that a body has come, or will not.
func (b *bucket) arrived(caller string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams.leave(caller)
}
