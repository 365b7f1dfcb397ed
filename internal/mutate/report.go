package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// reasons maps the key of a mutant to why it may survive.
type reasons map[string]string

// readReasons reads a file of reasons: the key of a mutant on a line of its own, and below it, indented, the reason.
// Empty lines and those that begin with # are comments.
func readReasons(text string) (reasons, error) {
	all, key := reasons{}, ""
	for line := range strings.Lines(text) {
		words := strings.TrimSpace(line)
		switch {
		case words == "" || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, "\t"):
			if _, twice := all[words]; twice {
				return nil, fmt.Errorf("%q has two reasons", words)
			}
			key = words
			all[key] = ""
		case key == "":
			return nil, fmt.Errorf("%q belongs to no mutant", words)
		default:
			all[key] = strings.TrimSpace(all[key] + " " + words)
		}
	}
	for key, reason := range all {
		if reason == "" {
			return nil, fmt.Errorf("%q has no reason", key)
		}
	}
	return all, nil
}

// tally counts the outcomes of one kind.
type tally struct{ valid, killed, slow, survived, explained, invalid int }

func (t *tally) count(r result, why reasons) {
	if r.outcome == invalid {
		t.invalid++
		return
	}
	t.valid++
	switch r.outcome {
	case slow:
		t.slow++
		t.killed++
	case killed:
		t.killed++
	default:
		t.survived++
		if why[r.key] != "" {
			t.explained++
		}
	}
}

// summarize prints what a run came to, and tells whether it is good: enough killed, and a reason for each that survived.
func summarize(w io.Writer, results []result, known []mutant, why reasons, percent float64) bool {
	byKind, total := map[string]*tally{}, &tally{}
	for _, k := range kinds {
		byKind[k] = &tally{}
	}
	for _, r := range results {
		byKind[r.kind].count(r, why)
		total.count(r, why)
		switch {
		case r.outcome == survived || r.outcome == notRun:
			fmt.Fprintf(w, "\n%s, %s:%d\n%s\n", r.outcome, r.file, r.line, r.key)
			if why[r.key] != "" {
				fmt.Fprintf(w, "\t%s\n", why[r.key])
			} else {
				fmt.Fprintf(w, "\tNO REASON GIVEN\n")
			}
		case why[r.key] != "" && r.outcome != invalid:
			fmt.Fprintf(w, "\nstale: its reason to survive can go, %s kills it\n%s\n", r.by, r.key)
		}
	}
	for key := range why {
		if !slices.ContainsFunc(known, func(m mutant) bool { return m.key == key }) {
			fmt.Fprintf(w, "\nstale: there is no such mutant any more\n%s\n", key)
		}
	}
	fmt.Fprintf(w, "\n%-12s %8s %8s %8s %9s %10s %13s\n", "kind", "mutants", "killed", "by time", "survived", "explained", "not compiled")
	for _, k := range append(slices.Clone(kinds), "all") {
		t := byKind[k]
		if k == "all" {
			t = total
		}
		fmt.Fprintf(w, "%-12s %8d %8d %8d %9d %10d %13d\n", k, t.valid, t.killed, t.slow, t.survived, t.explained, t.invalid)
	}
	if total.valid == 0 {
		fmt.Fprintln(w, "\nno mutant was tried")
		return false
	}
	rate := 100 * float64(total.killed) / float64(total.valid)
	fmt.Fprintf(w, "\nkilled: %.1f %%, wanted: %.0f %%; survivors without a reason: %d\n", rate, percent, total.survived-total.explained)
	return rate >= percent && total.survived == total.explained
}
