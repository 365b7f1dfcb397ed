package ringcx

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A token request that is itself signed with a token waits for that token. If the session that brings it waits for this
// request, both would wait for ever.

// unsignedError is a token request that could not be signed, and so was not sent.
type unsignedError struct{ cause error }

func (e *unsignedError) Error() string { return e.cause.Error() }
func (e *unsignedError) Unwrap() error { return e.cause }

// errSignsItself is a token request that waits for itself.
var errSignsItself error = &unsignedError{&ringError{}}

type ringError struct{}

func (*ringError) Error() string {
	return "the request for a token would have to be signed with the token that it is to bring"
}

// Hint tells what to do about it.
func (*ringError) Hint() string {
	return "give Config.HTTPClient a client that does not sign in, and use Session.Client for calls of the API only"
}

// waits are the token requests that wait for a token of another session.
var waits struct {
	mu    sync.Mutex // guards pairs
	pairs []waitPair
}

type waitPair struct{ asker, source *Session }

// makers are the goroutines that make token requests of sessions, by their ids as the runtime prints them: strings and *Session.
// A source of tokens that takes no context, such as one of golang.org/x/oauth2, is asked in the goroutine of the request.
var makers sync.Map

// making is how many there are.
var making atomic.Int64

// makes enters that this goroutine makes a token request of s, until done is called.
func (s *Session) makes() (done func()) {
	if s == nil {
		return func() {}
	}
	id := goroutine()
	makers.Store(id, s)
	making.Add(1)
	return func() {
		making.Add(-1)
		makers.Delete(id)
	}
}

// askingHere is the session whose token request this goroutine makes, nil if it makes none.
func askingHere() *Session {
	if making.Load() == 0 {
		return nil
	}
	s, _ := makers.Load(goroutine())
	asker, _ := s.(*Session)
	return asker
}

// goroutine names the one that runs.
func goroutine() string {
	var buf [64]byte
	name, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte(" ["))
	return string(name)
}

// awaits enters that the token request of ctx, if it is one, waits for s until done is called. It refuses if s waits for
// the request, by whatever way round.
func (s *Session) awaits(ctx context.Context) (done func(), err error) {
	asker, _ := asking(ctx)
	if asker == nil {
		asker = askingHere()
	}
	if asker == nil {
		return func() {}, nil
	}
	waits.mu.Lock()
	defer waits.mu.Unlock()
	if leadsTo(s, asker) {
		return nil, errSignsItself
	}
	pair := waitPair{asker, s}
	waits.pairs = append(waits.pairs, pair)
	return func() {
		waits.mu.Lock()
		defer waits.mu.Unlock()
		i := slices.Index(waits.pairs, pair)
		waits.pairs = slices.Delete(waits.pairs, i, i+1)
	}, nil
}

// leadsTo tells whether from is to, or waits for it by whatever way round. No way leads back to where it began, as awaits
// refuses what would make it. The caller holds waits.mu.
func leadsTo(from, to *Session) bool {
	return from.sameAs(to) || slices.ContainsFunc(waits.pairs, func(p waitPair) bool {
		return p.asker.sameAs(from) && leadsTo(p.source, to)
	})
}

// sameAs tells whether two sessions are of one lineage, so that one waits for the other. Of stores that may be the same
// place it is taken for granted.
func (s *Session) sameAs(other *Session) bool {
	_, mine := s.store.(*Memory)
	_, its := other.store.(*Memory)
	if (mine || its) && s.store != other.store {
		return false
	}
	return s.key == other.key && s.app == other.app && s.identity == other.identity
}
