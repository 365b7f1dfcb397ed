package cli

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// usualWait is how long a command waits for a vendor or another process that is busy, unless --max-wait says otherwise.
const usualWait = 2 * time.Minute

// waitAtMost is --max-wait as SessionOptions.MaxWait wants it.
func (a *app) waitAtMost() time.Duration {
	if a.maxWait == 0 {
		return -1 // not at all
	}
	return a.maxWait
}

// checkWaits refuses limits that are none.
func (a *app) checkWaits(cmd *cobra.Command) error {
	if flag := cmd.Flag("timeout"); flag != nil && flag.Changed && a.timeout <= 0 && flag == cmd.Root().PersistentFlags().Lookup("timeout") {
		return usage.New("--timeout must be positive", "give a duration such as 90s or 5m")
	}
	if a.maxWait < 0 {
		return usage.New("--max-wait must not be negative", "give a duration such as 30s, or 0s not to wait")
	}
	return nil
}

// timed is a Store that tells the time.
type timed interface {
	ringcx.Store
	Now(ctx context.Context) (time.Time, error)
}

// telling is store with words about who is waited for there, and an end to it.
func (a *app) telling(store ringcx.Store) ringcx.Store {
	if s, ok := store.(timed); ok {
		return tellingStore{a, s}
	}
	return store
}

// tellingStore is equal for equal stores, so that sessions know that they share one.
type tellingStore struct {
	app  *app
	base timed
}

const waitStore = "the store to answer"

// connects is how long a store on a server may need for a connection, before it is one that keeps people waiting.
const connects = 3 * time.Second

// answers is how long a store on a server may need for an answer, before it is given up.
const answers = 10 * time.Second

func answersUntil(ctx context.Context) time.Time {
	until := time.Now().Add(answers)
	if at, ok := ctx.Deadline(); ok && at.Before(until) {
		return at
	}
	return until
}

// Load implements ringcx.Store.
func (s tellingStore) Load(ctx context.Context, key string) ([]byte, error) {
	defer s.app.AwaitsAfter(connects, waitStore, answersUntil(ctx))()
	return s.base.Load(ctx, key)
}

// Now is the store's time.
func (s tellingStore) Now(ctx context.Context) (time.Time, error) {
	defer s.app.AwaitsAfter(connects, waitStore, answersUntil(ctx))()
	return s.base.Now(ctx)
}

// takes is how long it may take to get the turn where nobody else has it.
const takes = time.Second

// Update implements ringcx.Store.
func (s tellingStore) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	began := time.Now()
	limit := max(s.app.maxWait, takes)
	until := began.Add(limit)
	if at, ok := ctx.Deadline(); ok && at.Before(until) {
		until = at
	}
	quiet := s.app.Awaits("another process that uses the stored session", until)
	defer quiet()
	turn, cancel := context.WithCancel(ctx)
	defer cancel()
	var decided atomic.Bool // the turn has come, or it is given up: never both
	giveUp := time.AfterFunc(time.Until(until), func() {
		if decided.CompareAndSwap(false, true) {
			cancel()
		}
	})
	defer giveUp.Stop()
	had := false
	err := s.base.Update(turn, key, func(old []byte, save func([]byte) error) error {
		if had = had || decided.CompareAndSwap(false, true); !had {
			return context.Canceled
		}
		quiet()
		return fn(old, save)
	})
	_, own := ctx.Deadline()
	if err != nil && !had && turn.Err() != nil && (ctx.Err() == nil || own && errors.Is(ctx.Err(), context.DeadlineExceeded)) {
		return usage.NewBusy("the stored session is in use", time.Since(began))
	}
	return err
}
