// Command testsummary reads the output of go test -json and prints what a person wants to know: a line per package as
// it ends, the whole output of what failed, and at the end the counts and the reason of every skipped test.
//
// It exits with 1 if anything failed, or if no package was tested at all.
package main

import (
	"fmt"
	"os"
)

func main() {
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
	if !s.report() {
		os.Exit(1)
	}
}
