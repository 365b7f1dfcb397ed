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
// request, both would wait for ever. Sessions are known here by their lineages.

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

// tokenMark marks the context of a token request; its value is the *lineage that it is for, nil if it is for none.
type tokenMark struct{}

// asking is the lineage that the token request of ctx is for; marked is false if ctx is that of no token request.
func asking(ctx context.Context) (l *lineage, marked bool) {
	l, marked = ctx.Value(tokenMark{}).(*lineage)
	return l, marked
}

// waits are the token requests that wait for a token of another session.
var waits struct {
	mu    sync.Mutex // guards pairs
	pairs []waitPair
}

type waitPair struct{ asker, source *lineage }

// makers are the goroutines that make token requests of sessions, by their ids as the runtime prints them: strings and *lineage.
// A source of tokens that takes no context, such as one of golang.org/x/oauth2, is asked in the goroutine of the request.
var makers sync.Map

// making is how many there are.
var making atomic.Int64

// makes enters that this goroutine makes a token request for l, until done is called.
func (l *lineage) makes() (done func()) {
	if l == nil {
		return func() {}
	}
	id := goroutine()
	makers.Store(id, l)
	making.Add(1)
	return func() {
		making.Add(-1)
		makers.Delete(id)
	}
}

// askingHere is the lineage that this goroutine makes a token request for, nil if it makes none.
func askingHere() *lineage {
	if making.Load() == 0 {
		return nil
	}
	l, _ := makers.Load(goroutine())
	asker, _ := l.(*lineage)
	return asker
}

// goroutine names the one that runs.
func goroutine() string {
	var buf [64]byte
	name, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte(" ["))
	return string(name)
}

// awaits enters that the token request of ctx, if it is one, waits for a token of l until done is called. It refuses if l
// waits for the request, by whatever way round.
func (l *lineage) awaits(ctx context.Context) (done func(), err error) {
	asker, _ := asking(ctx)
	if asker == nil {
		asker = askingHere()
	}
	if asker == nil {
		return func() {}, nil
	}
	waits.mu.Lock()
	defer waits.mu.Unlock()
	if leadsTo(l, asker) {
		return nil, errSignsItself
	}
	pair := waitPair{asker, l}
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
func leadsTo(from, to *lineage) bool {
	return from.sameAs(to) || slices.ContainsFunc(waits.pairs, func(p waitPair) bool {
		return p.asker.sameAs(from) && leadsTo(p.source, to)
	})
}
