//go:build unix && storm

package storm_test

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx"
)

// The moments of a renewal at which a worker can be told to die or stop: "before" or "after", what is saved of it, and
// the step that is taken.
const (
	beforeIntent = "before the intent to "
	afterIntent  = "after the intent to "
	beforeAnswer = "before the answer to "
	afterAnswer  = "after the answer to "

	toRefresh  = "refresh RingCX"
	toExchange = "exchange"
	toLogIn    = "log in"
)

// What a store can do wrong.
const (
	forgetsIntents = "forgets intents"
	forgetsLedgers = "forgets ledgers"
)

// trap is a store that kills or stops its process at a moment of a renewal.
type trap struct {
	ringcx.Store
	orders
	step string // the last intent's
}

// clock is what a store that several machines share has too.
type clock interface {
	Now(ctx context.Context) (time.Time, error)
}

// trapped puts a trap before a store, and hides nothing of it.
func trapped(s ringcx.Store, o orders) ringcx.Store {
	t := &trap{Store: s, orders: o}
	if c, ok := s.(clock); ok {
		return struct {
			*trap
			clock
		}{t, c}
	}
	return t
}

// Update implements ringcx.Store.
func (s *trap) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	if strings.HasPrefix(key, "ledger-") {
		return s.Store.Update(ctx, key, func(old []byte, save func([]byte) error) error {
			if s.Flaw == forgetsLedgers {
				save = func([]byte) error { return nil }
			}
			return fn(old, save)
		})
	}
	err := s.Store.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		s.tell(saidTurn, "")
		return fn(old, func(value []byte) error { return s.save(value, save) })
	})
	s.tell(saidDone, "")
	return err
}

// tell says how far a renewal is, if that is wanted.
func (s *trap) tell(word string, details any) {
	if s.Tells {
		say(word, details)
	}
}

func (s *trap) save(value []byte, save func([]byte) error) error {
	before, after := beforeAnswer, afterAnswer
	var record struct {
		Attempt *struct {
			Step string `json:"step"`
		} `json:"attempt"`
	}
	if err := json.Unmarshal(value, &record); err != nil {
		return err
	}
	if record.Attempt != nil {
		before, after, s.step = beforeIntent, afterIntent, record.Attempt.Step
		if s.Flaw == forgetsIntents {
			return nil
		}
	}
	s.reach(before + s.step)
	err := save(value)
	s.reach(after + s.step)
	return err
}

// reach ends or stops the process if this is the moment.
func (s *trap) reach(moment string) {
	s.tell(saidStep, moment)
	switch moment {
	case s.Dies:
		say(saidMoment, moment)
		raise(syscall.SIGKILL)
		select {} // the signal may reach another thread first
	case s.Stops:
		s.Stops = ""
		goesOn := make(chan os.Signal, 1)
		signal.Notify(goesOn, syscall.SIGCONT)
		say(saidMoment, moment)
		raise(syscall.SIGSTOP)
		<-goesOn
	}
}

func raise(sig syscall.Signal) {
	if err := syscall.Kill(syscall.Getpid(), sig); err != nil {
		panic(err)
	}
}
