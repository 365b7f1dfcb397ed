package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/conform"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// trial is the command line of ringcx conform.
type trial struct {
	*app
	opts        conform.Options
	json, junit string
	list        bool

	mu       sync.Mutex // guards what follows, and the progress line
	ended    int
	expected int
	latest   string // the scenario that began last
}

func (a *app) conform() *cobra.Command {
	t := &trial{app: a}
	cmd := &cobra.Command{
		Use: "conform [flags] -- CMD [ARG...]", Short: "Run a program in any language through the vendor's bad days",
		Long: `Runs a program against a sandbox inside this process, one scenario after the other (expiry, lost answers, limits, two
copies at once …), and prints which it survives. Each scenario has a new sandbox and empty directories.

The program signs in if it has to, calls GET /voice/api/v1/admin/accounts (or any other read of the RingCX API) and ends
with exit code 0 when it got its answer, with another one when it did not. It may keep what it likes between runs. It
finds in its environment

  RC_SERVER_URL, RINGCX_SERVER_URL   the sandbox
  RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT (also RC_CLIENT_ID, RC_CLIENT_SECRET, RC_JWT)
  HOME, XDG_*_HOME, TMPDIR           empty directories, kept between the runs of a scenario
  RINGCX_CONFORM_STATE               one more, for programs that look for their state nowhere else

and no other variable that begins with RC_ or RINGCX_. A failed scenario is exit code 1; a warning is not.`,
		Example: `  ringcx conform -- python3 myprogram.py
  ringcx conform --only expiry,lost-refresh -v -- ./myprogram --once
  ringcx conform --json - --junit report.xml -- node report.mjs`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !t.list {
				return usage.New("conform takes the program to run", "such as: ringcx conform -- python3 myprogram.py")
			}
			if t.list && (len(args) > 0 || t.json != "" || t.junit != "" || len(t.opts.Only) > 0) {
				return usage.New("--list runs nothing, so a program and flags for running exclude it", "give --list alone")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if t.list {
				return t.printList()
			}
			return t.run(args)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringVar(&t.json, "json", "", "write the results as JSON to `FILE`, - for standard output instead of the table")
	f.StringVar(&t.junit, "junit", "", "write the results as JUnit XML to `FILE`, - for standard output instead of the table")
	f.StringSliceVar(&t.opts.Only, "only", nil, "run these scenarios alone, `NAME,…`")
	cmdline.Complete(cmd, "only", completeScenario)
	f.BoolVar(&t.list, "list", false, "list the scenarios instead")
	f.DurationVar(&t.opts.Timeout, "timeout", time.Minute, "time for all runs of a scenario together")
	f.IntVar(&t.opts.Jobs, "jobs", 4, "scenarios that run at a time")
	f.BoolVar(&t.opts.KeepHome, "keep-home", false, "leave HOME as it is, for programs that cannot start without theirs")
	f.BoolVar(&t.opts.PrintsToken, "prints-token", false, "the program may print access tokens to its standard output")
	return cmd
}

// completeScenario completes the last of the names that commas separate.
func completeScenario(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	before := word[:strings.LastIndexByte(word, ',')+1]
	var all []string
	for _, sc := range conform.Scenarios() {
		if !slices.Contains(strings.Split(before, ","), sc.Name) {
			all = append(all, before+sc.Name+"\t"+sc.About)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// check finds what is wrong with the command line before anything runs.
func (t *trial) check(args []string) error {
	for _, name := range t.opts.Only {
		if !slices.Contains(conform.Names(), name) {
			return usage.New(fmt.Sprintf("there is no scenario %q", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, conform.Names()), "'ringcx conform --list' lists all"))
		}
	}
	switch _, err := exec.LookPath(args[0]); {
	case err != nil:
		return usage.New(fmt.Sprintf("cannot run %s: %s", args[0], unwrapExec(err)), "give a program and its arguments after --")
	case t.json == "-" && t.junit == "-":
		return usage.New("--json - and --junit - exclude each other", "give one of them a file")
	case t.opts.Timeout <= 0 || t.opts.Jobs <= 0:
		return usage.New("--timeout and --jobs must be positive", "leave them out for a minute and four at a time")
	}
	return cmp.Or(writable("--json", t.json), writable("--junit", t.junit))
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

func (t *trial) run(args []string) error {
	if err := t.check(args); err != nil {
		return err
	}
	t.opts.Command, t.opts.Started, t.opts.Ended = args, t.begins, t.ends
	if t.Environ != nil {
		t.opts.Environ = t.Environ()
	}
	if t.expected = len(t.opts.Only); t.expected == 0 {
		t.expected = len(conform.Scenarios())
	}
	results, err := conform.Run(t.Context, &t.opts)
	t.clear()
	if err != nil {
		return err
	}
	if err := t.write(args, results); err != nil {
		return err
	}
	if t.Context.Err() != nil {
		return t.Context.Err()
	}
	return failures(results)
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
func (t *trial) write(args []string, results []*conform.Result) error {
	var asJSON, asXML bytes.Buffer
	if err := errors.Join(conform.WriteJSON(&asJSON, args, results), conform.WriteJUnit(&asXML, args, results)); err != nil {
		return err
	}
	if t.json != "-" && t.junit != "-" {
		if err := t.printTable(results); err != nil {
			return err
		}
	}
	for _, out := range []struct {
		name string
		text []byte
	}{{t.json, asJSON.Bytes()}, {t.junit, asXML.Bytes()}} {
		var err error
		switch out.name {
		case "":
		case "-":
			_, err = t.Stdout.Write(out.text)
		default:
			err = file.Explain(out.name, os.WriteFile(out.name, out.text, 0o644)) //nolint:gosec // a report, without secrets
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *trial) printTable(results []*conform.Result) error {
	n := t.Narrator()
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

func (t *trial) printList() error {
	if t.IsNarrow() {
		var rows []map[string]any
		for _, sc := range conform.Scenarios() {
			rows = append(rows, map[string]any{"name": sc.Name, "about": sc.About, "survives": sc.Survives})
		}
		return t.Blocks(rows, []terminal.Column{{Title: "SCENARIO", Field: "name"}, {Title: "WHAT HAPPENS", Field: "about"}, {Title: "SURVIVES WHO", Field: "survives"}})
	}
	w := tabwriter.NewWriter(t.Stdout, 0, 0, 2, ' ', 0)
	for _, sc := range conform.Scenarios() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", sc.Name, sc.About, sc.Survives)
	}
	return w.Flush()
}

// begins and ends show progress to people, and with -v what the program asked.
func (t *trial) begins(sc conform.Scenario) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latest = sc.Name
	t.progress()
}

// progress draws the progress line anew. t.mu is held.
func (t *trial) progress() {
	if t.Draws() && !t.verbose {
		fmt.Fprintf(terminal.Trusted(t.Stderr), "\r\x1b[K%d of %d done, %s …", t.ended, t.expected, t.latest)
	}
}

func (t *trial) ends(r *conform.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended++
	t.progress()
	if !t.verbose {
		return
	}
	fmt.Fprintf(t.Stderr, "%s: %s\n", r.Name, r.Status)
	for i, run := range r.Runs {
		fmt.Fprintf(t.Stderr, "  run %d, %.1f s, exit code %d  %s\n", i+1, run.Seconds, run.Exit, wording.Printable(run.Stderr))
		for _, req := range run.Requests {
			line := fmt.Sprintf("    %d  %-6s %s", req.Status, wording.Printable(req.Method), wording.Printable(req.Path))
			if len(req.Verdicts) > 0 {
				line += "  ! " + strings.Join(req.Verdicts, ", ")
			}
			fmt.Fprintln(t.Stderr, line)
		}
	}
}

// clear takes the progress line away.
func (t *trial) clear() {
	if t.Draws() && !t.verbose {
		fmt.Fprint(terminal.Trusted(t.Stderr), "\r\x1b[K")
	}
}
