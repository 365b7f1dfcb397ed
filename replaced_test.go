package ringcx_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// heard is a log that keeps when each line was written.
type heard struct {
	mu    sync.Mutex
	lines map[string][]time.Time
}

func (h *heard) Enabled(context.Context, slog.Level) bool { return true }
func (h *heard) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h *heard) WithGroup(string) slog.Handler            { return h }
func (h *heard) Handle(_ context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lines == nil {
		h.lines = map[string][]time.Time{}
	}
	h.lines[r.Message] = append(h.lines[r.Message], time.Now())
	return nil
}

func (h *heard) times(message string) []time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines[message]
}

const replacedLine = "ringcx: the stored login was replaced by one with other credentials"

// share has programs whose grants stand for these names share a Store and a key for ten minutes, in which the vendor refuses each
// token a few seconds after it came.
func share(t *testing.T, names ...string) (sessions []*ringcx.Session, logs []*heard) {
	t.Helper()
	v, store := newVendor(t), new(ringcx.Memory)
	var all sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for i, name := range names {
		log, c := new(heard), v.Config()
		s := c.NewSession(namedGrant{c.JWT(v.Demo().JWT), name}, &ringcx.SessionOptions{Store: store, Key: "c", Log: slog.New(log)})
		sessions, logs = append(sessions, s), append(logs, log)
		all.Go(func() {
			<-time.After(time.Duration(i) * 3 * time.Second) // in a bubble
			for ctx.Err() == nil {
				if token, err := s.Token(ctx); err == nil {
					s.Confirm(token)
					s.Invalidate(token)
				}
				<-time.After(5 * time.Second)
			}
		})
	}
	all.Wait()
	return sessions, logs
}

func TestALoginThatOthersReplaceIsToldOfAndRenewedOnceAMinuteAtTheMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sessions, logs := share(t, "one", "two")
		for i, s := range sessions {
			if at := status(t, s).ReplacedAt; time.Since(at) > 2*time.Minute {
				t.Errorf("session %d: the last time was at %v", i, at)
			}
			if len(logs[i].times(replacedLine)) < 3 {
				t.Errorf("session %d said so %d times", i, len(logs[i].times(replacedLine)))
			}
			logins := logs[i].times("ringcx: log in")
			if len(logins) < 4 {
				t.Errorf("session %d logged in %d times: there is no war", i, len(logins))
			}
			for n := 2; n < len(logins); n++ { // the first is that of a session that has nothing
				if apart := logins[n].Sub(logins[n-1]); apart < time.Minute {
					t.Errorf("session %d logged in again after %v", i, apart)
				}
			}
		}
	})
}

func TestALoginThatAllShareIsNotTakenForAReplacedOne(t *testing.T) { // the control
	synctest.Test(t, func(t *testing.T) {
		sessions, logs := share(t, "one", "one")
		for i, s := range sessions {
			if at := status(t, s).ReplacedAt; !at.IsZero() || len(logs[i].times(replacedLine)) > 0 {
				t.Errorf("session %d: replaced at %v", i, at)
			}
		}
		if n := len(logs[0].times("ringcx: log in")) + len(logs[1].times("ringcx: log in")); n > 2 {
			t.Errorf("%d logins", n)
		}
	})
}

func TestALoginOfBeforeIsReplacedAtOnceAndWithoutAWord(t *testing.T) {
	v, store := newVendor(t), new(ringcx.Memory)
	for i, name := range []string{"before", "now"} {
		log, c := new(heard), v.Config()
		s := c.NewSession(namedGrant{c.JWT(v.Demo().JWT), name}, &ringcx.SessionOptions{Store: store, Key: "c", Log: slog.New(log)})
		mustToken(t, s)
		if len(log.times("ringcx: log in")) != 1 || len(log.times(replacedLine)) != 0 || !status(t, s).ReplacedAt.IsZero() {
			t.Errorf("session %d: %v", i, log.lines)
		}
	}
	if n := strings.Count(strings.Join(v.Paths(), " "), "/restapi/oauth/token"); n != 2 {
		t.Errorf("%d logins", n)
	}
}
