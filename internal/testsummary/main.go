// Command testsummary runs go test and prints what a person wants to know: a line per package as it ends, the whole output
// of what failed, and at the end the counts and the reason of every skipped test, which go test itself keeps to itself.
//
//	go run ./internal/testsummary ./...
//	go run ./internal/testsummary -race . -- ./store/...
//
// The arguments are those of go test. What is behind "--" is a run of its own at the same time, for flags that are not the
// same for all packages. Without arguments it reads what go test -json has printed.
//
// It exits with 1 if anything failed, or if no package was tested at all.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

func main() {
	s := newSummary(os.Stdout)
	if err := runAll(s, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
	if !s.report() {
		os.Exit(1)
	}
}

func runAll(s *summary, args []string) error {
	if len(args) == 0 {
		return s.read(os.Stdin)
	}
	var all sync.WaitGroup
	groups := runs(args)
	errs := make([]error, len(groups))
	for i, group := range groups {
		all.Go(func() { errs[i] = run(s, group) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// runs divides arguments at each "--".
func runs(args []string) [][]string {
	all := [][]string{nil}
	for _, arg := range args {
		if arg == "--" {
			all = append(all, nil)
			continue
		}
		all[len(all)-1] = append(all[len(all)-1], arg)
	}
	return all
}

// run follows one go test. That it fails is no error if what it printed says what failed.
func run(s *summary, args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...) //nolint:gosec,noctx // what we were told to run; it ends by itself
	cmd.Stderr = os.Stderr
	r, w := io.Pipe()
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(cmd.Wait(), w.Close()) }()
	if err := s.read(r); err != nil {
		return err
	}
	var failed *exec.ExitError
	if err := <-ended; err != nil && (!errors.As(err, &failed) || s.sound()) {
		return fmt.Errorf("go test %q: %w", args, err)
	}
	return nil
}
