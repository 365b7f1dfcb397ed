// Command mutate changes one thing at a time in the code and looks whether a test fails. What survives is either a
// promise that no test holds the code to, or code that makes no difference.
//
//	go run ./internal/mutate -n 400 -seed 1 . ./store/...
//
// It tries a sample: the same for the same seed, as far as the code is. The tests of the mutant's own package go first, then
// those of the other packages and of -also that run the changed line, and only as long as it survives. A mutant that keeps
// tests busy for four times as long as they take otherwise at that time, and ten seconds, counts as killed; one that no test
// runs has survived, and one that does not compile is replaced by another.
//
// With -again FILE it tries those that FILE names: what an earlier run printed of mutants that no failing test has killed.
//
// Not mutated are generated files, tests, log lines, the text of errors and hints, and texts in general. Each survivor
// needs a reason in the file of -reasons. It exits with 1 if one has none, or if too few were killed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	n, workers int
	seed       uint64
	percent    float64
	reasons    string // a file, or ""
	also       string // packages whose tests are run besides, with their arguments: "pkg -arg value,pkg"
	only       string // a regular expression for keys
	again      string // a file with keys, or ""
	list       bool
	dir        string
	patterns   []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var o options
	flag.IntVar(&o.n, "n", 400, "how many mutants to try")
	flag.Uint64Var(&o.seed, "seed", 1, "which sample")
	flag.IntVar(&o.workers, "workers", 2, "how many at a time")
	flag.Float64Var(&o.percent, "percent", 90, "how many of 100 must be killed")
	flag.StringVar(&o.reasons, "reasons", "", "file with the reasons of survivors")
	flag.StringVar(&o.also, "also", "", "more packages with tests, each with its arguments, separated by commas")
	flag.StringVar(&o.only, "only", "", "try only mutants whose name matches this regular expression")
	flag.StringVar(&o.again, "again", "", "try only mutants that this file names in a line of their own: what an earlier run printed, or reasons")
	flag.BoolVar(&o.list, "list", false, "print the sample and try nothing")
	flag.Parse()
	o.patterns = flag.Args()
	good, err := mutate(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
	}
	if !good {
		os.Exit(1)
	}
}

// mutate does what the options say and tells whether the result is good.
func mutate(ctx context.Context, w io.Writer, o options) (bool, error) {
	begin := time.Now()
	only, err := regexp.Compile(o.only)
	if err != nil {
		return false, err
	}
	why := reasons{}
	if o.reasons != "" {
		text, err := os.ReadFile(o.reasons)
		if err != nil {
			return false, err
		}
		if why, err = readReasons(string(text)); err != nil {
			return false, fmt.Errorf("%s: %w", o.reasons, err)
		}
	}
	targets, err := list(ctx, o.dir, o.patterns...)
	if err != nil {
		return false, err
	}
	known, err := mutants(targets)
	if err != nil {
		return false, err
	}
	sample := slices.DeleteFunc(slices.Clone(known), func(m mutant) bool { return !only.MatchString(m.key) })
	if o.again != "" {
		text, err := os.ReadFile(o.again)
		if err != nil {
			return false, err
		}
		named := strings.Split(string(text), "\n")
		sample = slices.DeleteFunc(sample, func(m mutant) bool { return !slices.Contains(named, m.key) })
	}
	order(sample, o.seed)
	fmt.Fprintf(w, "%d of %d mutants in %d packages, seed %d\n", min(o.n, len(sample)), len(sample), len(targets), o.seed)
	if o.list {
		for _, m := range sample[:min(o.n, len(sample))] {
			fmt.Fprintf(w, "%s:%d\t%s\n", m.file, m.line, m.key)
		}
		return true, nil
	}
	results, err := experiment(ctx, w, o, targets, sample)
	good := summarize(w, results, known, why, o.percent)
	fmt.Fprintf(w, "%d s\n", int(time.Since(begin).Seconds()))
	return good && err == nil, err
}

// experiment measures the tests and tries the sample on them.
func experiment(ctx context.Context, w io.Writer, o options, targets []listed, sample []mutant) ([]result, error) {
	tmp, err := os.MkdirTemp("", "m") // short: tests make sockets in it
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(tmp) }()     // what is left of a test's files is no result
	if err := os.Chmod(tmp, 0o755); err != nil { //nolint:gosec // servers of tests run as other users
		return nil, err
	}
	all, err := suites(ctx, o, targets)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if err := s.measure(ctx, tmp, targets); err != nil {
			return nil, err
		}
		fmt.Fprintf(w, "%6.1f s  tests of %s\n", s.took.Seconds(), s.pkg)
	}
	slices.SortStableFunc(all, func(a, b *suite) int { return int(a.took - b.took) })
	done := 0
	l := &lab{tmp: tmp, suites: all, workers: o.workers, report: func(r result) {
		if r.outcome != invalid {
			done++
		}
		fmt.Fprintf(w, "%4d  %4.1f s  %-16s %s:%d %s  %s\n", done, r.took.Seconds(), r.outcome, r.file, r.line, r.kind, r.by)
		if r.outcome != killed {
			fmt.Fprintln(w, r.key) // in a line of its own, for -again
		}
	}}
	return l.try(ctx, sample, o.n)
}

// suites lists the packages with tests: the targets and what is named besides.
func suites(ctx context.Context, o options, targets []listed) ([]*suite, error) {
	var all []*suite
	add := func(pkgs []listed, args []string) {
		for _, p := range pkgs {
			if len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 {
				all = append(all, &suite{pkg: p.ImportPath, dir: p.Dir, args: args})
			}
		}
	}
	add(targets, nil)
	for also := range strings.SplitSeq(o.also, ",") {
		words := strings.Fields(also)
		if len(words) == 0 {
			continue
		}
		pkgs, err := list(ctx, o.dir, words[0])
		if err != nil {
			return nil, err
		}
		add(pkgs, words[1:])
	}
	if len(all) == 0 {
		return nil, errors.New("none of the packages has tests")
	}
	return all, nil
}
