// Package conform runs a program in any language against sandboxes, one bad day of the vendor after the other, and says
// which it survives. docs/conform.md is its protocol.
package conform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say what is run and how. Command is needed; the rest may be zero.
type Options struct {
	Command []string      // the program and its arguments
	Environ []string      // its environment but for what a scenario sets; see harness.environ
	Only    []string      // names of the scenarios to run; empty: all
	Timeout time.Duration // for all runs of a scenario together; 0: a minute
	Jobs    int           // scenarios that run at a time; 0: one

	KeepHome    bool // leave the home directory as it is: for programs that cannot start without theirs
	PrintsToken bool // the program may print access tokens to its standard output

	Started func(Scenario) // called when a scenario begins; nil: nobody wants to know
	Ended   func(*Result)  // called when it has ended; nil: nobody wants to know
}

// Status is how a scenario ended.
type Status string

// The statuses, best first.
const (
	Pass    Status = "pass"
	Warn    Status = "warn"    // it lived through, but not as well as it could
	Fail    Status = "fail"    // it did not
	Skipped Status = "skipped" // not run, because the user had enough, or the program does not work at all
)

// Run runs the scenarios and returns their results in the order of Scenarios. A program that fails the first of all, on a
// day when nothing is wrong, would fail them all: the others are skipped then. Run fails if there is no scenario of a
// name, or something on this machine fails; what the program does wrong is in the results.
func Run(ctx context.Context, opts *Options) ([]*Result, error) {
	chosen, err := choose(opts.Only)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ringcx-conform-")
	if err != nil {
		return nil, &noPlaceError{fmt.Errorf("making the directories that the program finds: %w", err)}
	}
	defer func() { _ = os.RemoveAll(dir) }()
	results := make([]*Result, len(chosen))
	errs := make([]error, len(chosen))
	done := 0
	if chosen[0].Name == scenarios[0].Name {
		if results[0], errs[0] = play(ctx, opts, &chosen[0], filepath.Join(dir, chosen[0].Name)); errs[0] != nil {
			return nil, errs[0]
		}
		if done = 1; results[0].Status == Fail {
			for i := range chosen[1:] {
				results[i+1] = skipped(&chosen[i+1])
			}
			return results, nil
		}
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(opts.Jobs, 1) {
		workers.Go(func() {
			for i := range next {
				results[i], errs[i] = play(ctx, opts, &chosen[i], filepath.Join(dir, chosen[i].Name))
			}
		})
	}
	for i := done; i < len(chosen); i++ {
		next <- i
	}
	close(next)
	workers.Wait()
	return results, errors.Join(errs...)
}

// noPlaceError is that there is no place for the directories of the programs.
type noPlaceError struct{ error }

func (e *noPlaceError) Unwrap() error { return e.error }

// Hint says what to do.
func (*noPlaceError) Hint() string {
	return "set TMPDIR to a directory that can be written to; a container without one takes --tmpfs /tmp"
}

// skipped is the result of a scenario that is not run.
func skipped(sc *Scenario) *Result {
	return &Result{Name: sc.Name, About: sc.About, Status: Skipped, Problems: []Problem{}, Runs: []*Execution{}}
}

// play gives a scenario a harness of its own.
func play(ctx context.Context, opts *Options, sc *Scenario, dir string) (*Result, error) {
	result := skipped(sc)
	if ctx.Err() != nil {
		return result, nil
	}
	if opts.Started != nil {
		opts.Started(*sc)
	}
	begun := time.Now()
	s, err := newHarness(opts, dir)
	if err != nil {
		return nil, err
	}
	limit := opts.Timeout
	if limit <= 0 {
		limit = time.Minute
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = s.perform(timed, sc)
	err = errors.Join(err, s.close())
	result.Seconds = time.Since(begun).Seconds()
	result.Runs, result.Problems = append(result.Runs, s.runs...), append(result.Problems, s.problems...)
	if ctx.Err() == nil {
		result.Status = s.status()
	}
	if err == nil && opts.Ended != nil {
		opts.Ended(result)
	}
	return result, err
}
