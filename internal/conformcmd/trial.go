// Package conformcmd is ringcx conform before people: what is wrong with its command line, how far it is, the table of the
// results and the reports. What is run and judged is package conform.
package conformcmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/ringcx-go/ringcx/internal/conform"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// Trial runs scenarios before people: it shows how far they are, prints a table of the results, and writes reports.
type Trial struct {
	conform.Options
	JSON, JUnit string // files of the reports; "-": standard output in place of the table, "": none
	Verbose     bool   // show what the program asked for

	to *terminal.Terminal

	mu       sync.Mutex // guards what follows, and the progress line
	ended    int
	expected int
	latest   string // the scenario that began last
}

// Run runs the program that args name, and shows to people how it goes. That a scenario failed is an error, what is wrong with
// the options is one of usage, before anything runs.
func (t *Trial) Run(ctx context.Context, to *terminal.Terminal, args []string) error {
	t.to = to
	if err := t.check(args); err != nil {
		return err
	}
	t.Command, t.Started, t.Ended = args, t.begins, t.ends
	if to.Environ != nil {
		t.Environ = to.Environ()
	}
	if t.expected = len(t.Only); t.expected == 0 {
		t.expected = len(conform.Scenarios())
	}
	results, err := conform.Run(ctx, &t.Options)
	t.clear()
	if err != nil {
		return err
	}
	if err := t.write(args, results); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return failures(results)
}

// check finds what is wrong with the command line before anything runs.
func (t *Trial) check(args []string) error {
	for _, name := range t.Only {
		if !slices.Contains(conform.Names(), name) {
			return usage.New(fmt.Sprintf("there is no scenario %q", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, conform.Names()), "'ringcx conform --list' lists all"))
		}
	}
	switch _, err := exec.LookPath(args[0]); {
	case err != nil:
		return usage.New(fmt.Sprintf("cannot run %s: %s", args[0], unwrapExec(err)), "give a program and its arguments after --")
	case t.JSON == "-" && t.JUnit == "-":
		return usage.New("--json - and --junit - exclude each other", "give one of them a file")
	case t.Timeout <= 0 || t.Jobs <= 0:
		return usage.New("--timeout and --jobs must be positive", "leave them out for a minute and four at a time")
	}
	return cmp.Or(writable("--json", t.JSON), writable("--junit", t.JUnit))
}

// writable finds out whether a report can be written, before minutes are spent on it. What is there stays.
func writable(flag, name string) error {
	if name == "" || name == "-" {
		return nil
	}
	_, missing := os.Stat(name)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644) //nolint:gosec // a report, without secrets
	if err != nil {
		return usage.New(flag+": "+usage.OfPath(err), flag+" names a file, which is made or replaced, or - for standard output")
	}
	if missing != nil {
		defer func() { _ = os.Remove(name) }()
	}
	return f.Close()
}

func unwrapExec(err error) error {
	var e *exec.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// failures is the error that failed scenarios are.
func failures(results []*conform.Result) error {
	var failed []string
	for _, r := range results {
		if r.Status == conform.Fail {
			failed = append(failed, r.Name)
		}
	}
	switch {
	case failed == nil:
		return nil
	case len(results) > 1 && results[1].Status == conform.Skipped:
		return usage.WithHint(
			fmt.Errorf("the program does not get its answer on a day when nothing is wrong (%s); the other %d scenarios were not run", failed[0], len(results)-1),
			"add -v --only "+failed[0]+" to see what it said and asked for; 'ringcx help conform' tells what it has to do",
		)
	}
	return usage.WithHint(
		fmt.Errorf("%d of %d scenarios failed: %s", len(failed), len(results), strings.Join(failed, ", ")),
		"add -v --only "+failed[0]+" to see what was asked and answered",
	)
}

// write puts the results where they are wanted.
func (t *Trial) write(args []string, results []*conform.Result) error {
	var asJSON, asXML bytes.Buffer
	if err := errors.Join(conform.WriteJSON(&asJSON, args, results), conform.WriteJUnit(&asXML, args, results)); err != nil {
		return err
	}
	if t.JSON != "-" && t.JUnit != "-" {
		if err := t.printTable(results); err != nil {
			return err
		}
	}
	for _, out := range []struct {
		name string
		text []byte
	}{{t.JSON, asJSON.Bytes()}, {t.JUnit, asXML.Bytes()}} {
		var err error
		switch out.name {
		case "":
		case "-":
			_, err = t.to.Stdout.Write(out.text)
		default:
			err = file.Explain(out.name, os.WriteFile(out.name, out.text, 0o644)) //nolint:gosec // a report, without secrets
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Trial) printTable(results []*conform.Result) error {
	n := t.to.Narrator()
	for i, r := range results {
		if i > 0 && r.Status == conform.Skipped && results[0].Status == conform.Fail {
			continue // see failures
		}
		style, mark := terminal.StyleOK, "pass"
		switch r.Status {
		case conform.Warn:
			style, mark = terminal.StyleAsk, "warn"
		case conform.Fail:
			style, mark = terminal.StyleBad, "FAIL"
		case conform.Skipped:
			style, mark = terminal.StyleDetail, "-"
		}
		n.Say("%s  %-16s  %5.1fs  %s", n.Paint(style, fmt.Sprintf("%-4s", mark)), r.Name, r.Seconds, r.About)
		for _, p := range r.Problems {
			n.Say("      %s", p.Text)
		}
	}
	return nil
}

// PrintList prints all scenarios.
func PrintList(to *terminal.Terminal) error {
	if to.IsNarrow() {
		var rows []map[string]any
		for _, sc := range conform.Scenarios() {
			rows = append(rows, map[string]any{"name": sc.Name, "about": sc.About, "survives": sc.Survives})
		}
		return to.Blocks(rows, []terminal.Column{{Title: "SCENARIO", Field: "name"}, {Title: "WHAT HAPPENS", Field: "about"}, {Title: "SURVIVES WHO", Field: "survives"}})
	}
	w := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
	for _, sc := range conform.Scenarios() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", sc.Name, sc.About, sc.Survives)
	}
	return w.Flush()
}

// begins and ends show progress to people, and with -v what the program asked.
func (t *Trial) begins(sc conform.Scenario) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latest = sc.Name
	t.progress()
}

// progress draws the progress line anew. t.mu is held.
func (t *Trial) progress() {
	if t.to.Draws() && !t.Verbose {
		fmt.Fprintf(terminal.Trusted(t.to.Stderr), "\r\x1b[K%d of %d done, %s …", t.ended, t.expected, t.latest)
	}
}

func (t *Trial) ends(r *conform.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended++
	t.progress()
	if !t.Verbose {
		return
	}
	fmt.Fprintf(t.to.Stderr, "%s: %s\n", r.Name, r.Status)
	for i, run := range r.Runs {
		fmt.Fprintf(t.to.Stderr, "  run %d, %.1f s, exit code %d  %s\n", i+1, run.Seconds, run.Exit, wording.Printable(run.Stderr))
		for _, req := range run.Requests {
			line := fmt.Sprintf("    %d  %-6s %s", req.Status, wording.Printable(req.Method), wording.Printable(req.Path))
			if len(req.Verdicts) > 0 {
				line += "  ! " + strings.Join(req.Verdicts, ", ")
			}
			fmt.Fprintln(t.to.Stderr, line)
		}
	}
}

// clear takes the progress line away.
func (t *Trial) clear() {
	if t.to.Draws() && !t.Verbose {
		fmt.Fprint(terminal.Trusted(t.to.Stderr), "\r\x1b[K")
	}
}
