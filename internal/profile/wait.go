package profile

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// waitAtMost is --max-wait as SessionOptions.MaxWait wants it.
func (a *Accounts) waitAtMost() time.Duration {
	if a.MaxWait == 0 {
		return -1 // not at all
	}
	return a.MaxWait
}

// Timed is a Store that tells the time.
type Timed interface {
	ringcx.Store
	Now(ctx context.Context) (time.Time, error)
}

// Telling is store with words about who is waited for there, and an end to it.
func (a *Accounts) Telling(store ringcx.Store) ringcx.Store {
	if s, ok := store.(Timed); ok {
		return tellingStore{a, s}
	}
	return store
}

// tellingStore is equal for equal stores, so that sessions know that they share one.
type tellingStore struct {
	accounts *Accounts
	base     Timed
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
	defer s.accounts.AwaitsAfter(connects, waitStore, answersUntil(ctx))()
	return s.base.Load(ctx, key)
}

// Now is the store's time.
func (s tellingStore) Now(ctx context.Context) (time.Time, error) {
	defer s.accounts.AwaitsAfter(connects, waitStore, answersUntil(ctx))()
	return s.base.Now(ctx)
}

// takes is how long it may take to get the turn where nobody else has it.
const takes = time.Second

// Update implements ringcx.Store.
func (s tellingStore) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	began := time.Now()
	limit := max(s.accounts.MaxWait, takes)
	until := began.Add(limit)
	if at, ok := ctx.Deadline(); ok && at.Before(until) {
		until = at
	}
	quiet := s.accounts.Awaits("another process that uses the stored session", until)
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
