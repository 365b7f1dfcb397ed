package main

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// outcome is what became of a mutant.
type outcome string

const (
	killed   outcome = "killed"
	slow     outcome = "killed by time"
	survived outcome = "survived"
	notRun   outcome = "run by no test" // survived, too
	invalid  outcome = "does not compile"
)

// result is a mutant that was tried.
type result struct {
	mutant
	outcome outcome
	by      string // the test that failed
	took    time.Duration
}

// order sorts mutants as seed wants it. The place of each depends on its name only, so that a sample stays the same
// where the code does.
func order(all []mutant, seed uint64) {
	rank := func(m mutant) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strconv.FormatUint(seed, 10) + " " + m.key)) // it never fails
		n := h.Sum64()
		n = (n ^ n>>33) * 0xff51afd7ed558ccd // keys that differ in their last letters would stay neighbours
		return n ^ n>>33
	}
	slices.SortFunc(all, func(a, b mutant) int {
		if x, y := rank(a), rank(b); x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return a.start - b.start
	})
}

// lab tries mutants.
type lab struct {
	tmp     string
	suites  []*suite // the quickest first
	workers int
	report  func(result) // told of each as it ends; one call at a time
}

// try tries mutants from the front of all until n of them compiled, and returns what became of them in that order. With
// an error it returns those that were done.
func (l *lab) try(ctx context.Context, all []mutant, n int) ([]result, error) {
	var results []result
	for valid := 0; valid < n && len(all) > 0; {
		batch := all[:min(n-valid, len(all))]
		all = all[len(batch):]
		done, err := l.batch(ctx, batch)
		for _, r := range done {
			if r.outcome != invalid {
				valid++
			}
		}
		results = append(results, done...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

func (l *lab) batch(ctx context.Context, batch []mutant) ([]result, error) {
	results := make([]result, len(batch))
	next := make(chan int)
	var mu sync.Mutex // guards failed, and calls of l.report
	var failed error
	var wg sync.WaitGroup
	for worker := range l.workers {
		wg.Go(func() {
			for i := range next {
				r, err := l.one(ctx, filepath.Join(l.tmp, strconv.Itoa(worker)), &batch[i])
				mu.Lock()
				if err == nil {
					results[i] = r
					l.report(r)
				}
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	for i := range batch {
		if ctx.Err() == nil {
			next <- i
		}
	}
	close(next)
	wg.Wait()
	done := slices.DeleteFunc(results, func(r result) bool { return r.outcome == "" })
	return done, errors.Join(failed, ctx.Err())
}

// one tries one mutant: on the tests of its own package first, then on those of others that run its line.
func (l *lab) one(ctx context.Context, dir string, m *mutant) (result, error) {
	r, begin := result{mutant: *m, outcome: notRun}, time.Now()
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // servers of tests run as other users
		return r, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a server of a test that panicked may still end in it
	overlay, err := m.overlay(dir)
	if err != nil {
		return r, err
	}
	for _, own := range []bool{true, false} {
		for _, s := range l.suites {
			if (s.pkg == m.pkg) != own || !s.runs(m) {
				continue
			}
			if r.outcome, r.by = s.judge(ctx, dir, overlay); r.outcome != survived {
				r.took = time.Since(begin)
				return r, ctx.Err()
			}
		}
	}
	if r.outcome == notRun {
		cmd := &suite{pkg: m.pkg, dir: filepath.Dir(m.path)}
		if _, err := compile(ctx, cmd, filepath.Join(dir, "test"), overlay); err != nil {
			r.outcome = invalid
		}
	}
	r.took = time.Since(begin)
	return r, ctx.Err()
}

// overlay writes the changed file down and returns the option that has go compile it in place of the other.
func (m *mutant) overlay(dir string) (string, error) {
	src, err := m.mutate()
	if err != nil {
		return "", err
	}
	changed, list := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {m.path: changed}})
	if err != nil {
		return "", err
	}
	return "-overlay=" + list, errors.Join(os.WriteFile(changed, src, 0o600), os.WriteFile(list, text, 0o600))
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// judge runs the suite on a mutant. It is given four times of what the code as it is takes, and ten seconds.
//
// A machine that has become slower since that was measured must not kill what survives, so the tests that are not done in
// time are measured anew, and tried again with the time that they need now.
func (s *suite) judge(ctx context.Context, dir, overlay string) (outcome, string) {
	program := filepath.Join(dir, "test")
	if _, err := compile(ctx, s, program, overlay); err != nil {
		return invalid, ""
	}
	limit := s.limit()
	out, err := s.run(ctx, program, dir, limit)
	for errors.Is(err, errSlow) && s.outgrows(ctx, dir, limit) {
		limit = s.limit()
		out, err = s.run(ctx, program, dir, limit)
	}
	switch {
	case err == nil:
		return survived, ""
	case errors.Is(err, errSlow):
		return slow, s.pkg
	}
	by := failedTest.FindAllSubmatch(out, -1)
	if len(by) == 0 {
		return killed, s.pkg + " (panic)"
	}
	return killed, string(by[len(by)-1][1])
}
