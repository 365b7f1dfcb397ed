package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// sees runs a command on a terminal with so many columns, and returns what is seen.
func (p *person) sees(width int, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: p.t.Context(), Width: func() int { return width },
		Getenv: func(name string) string { return p.env[name] }, OutTerminal: true, ErrTerminal: true,
	})
	return out.String(), errs.String()
}

// whole is a line that is a command and no more: it is copied, so it is not broken.
var whole = regexp.MustCompile(`^ *(?:\(?'[^']*'[.,;:?!)]*|(?:ringcx|eval|export|sed|source|chmod|\.) .*|--[a-z-]+ \S+ <.*)$`)

// tooLong are the lines that have more columns than the terminal, though they could be broken.
func tooLong(text string, width int) (all []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if utf8.RuneCountInString(line) > width && len(strings.Fields(line)) > 1 && !whole.MatchString(line) {
			all = append(all, line)
		}
	}
	return all
}

func TestOnANarrowTerminalLinesBreakBetweenWords(t *testing.T) {
	p := newPerson(t)
	p.env["NO_COLOR"] = "1"
	var lines [][]string
	for _, line := range []string{
		"status", "whoami", "profile list", "accounts list", "users list", "doctor", "conform --list", "demo", "tokn", "api /voice/nothing",
		"status --profile nobody", "sandbox contract", "completion",
	} {
		lines = append(lines, strings.Fields(line))
	}
	for _, path := range everyCommand() {
		lines = append(lines, append([]string{"help"}, path...))
	}
	for _, args := range lines {
		for _, width := range []int{40, 59} {
			out, errs := p.sees(width, args...)
			if out+errs == "" {
				t.Errorf("%q shows nothing", args)
			}
			for _, line := range append(tooLong(out, width), tooLong(errs, width)...) {
				t.Errorf("%d columns, %q: %q", width, args, line)
			}
		}
		if args[0] != "help" {
			continue
		}
		narrow, _ := p.sees(40, args...)
		wide, _ := p.sees(200, args...)
		if !slices.Equal(strings.Fields(narrow), strings.Fields(wide)) {
			t.Errorf("%q does not say the same:\n%s\n%s", args, narrow, wide)
		}
	}
}

// copied are the commands of a text that people copy: in quotes, in a line of their own, and behind the colon of a hint.
var copied = regexp.MustCompile(`(?m)'((?:ringcx|eval) [^'\n]*)'|^ +((?:ringcx|eval|export|source|sed) [^\n]*)$|^hint: (?:[^\n]*: )?((?:ringcx|chmod) [^\n,;]*|--[a-z-]+ \S+ <[^\n,;]*)`)

func TestNoLineBreaksWithinACommand(t *testing.T) {
	p := newPerson(t)
	p.env["NO_COLOR"] = "1"
	stored := t.TempDir()
	if err := os.WriteFile(stored+"/vars.env", []byte("RC_USER_JWT=x\n"), 0o644); err != nil { //nolint:gosec // it is to be refused
		t.Fatal(err)
	}
	lines := [][]string{
		{"status", "--profile", "nobody"},
		{"tokn"},
		{"api"},
		{"api", "POST"},
		{"conform"},
		{"sandbox", "--set", "nope"},
		{"doctor", "--profile", "nobody"},
		{"profile", "use", "nobody"},
		{"login", "--env-file", stored + "/vars.env"},
		{"apitoken", "delete", "nothing"},
		{"api", "/restapi/v1.0"},
	}
	for _, path := range everyCommand() {
		lines = append(lines, append([]string{"help"}, path...))
	}
	seen := 0
	for _, args := range lines {
		out, errs := p.sees(0, args...)
		commands := copied.FindAllStringSubmatch(out+errs, -1)
		seen += len(commands)
		if len(commands) == 0 {
			continue
		}
		for _, width := range []int{20, 40, 59, 60, 80} {
			out, errs := p.sees(width, args...)
			for _, m := range commands {
				if command := m[1] + m[2] + m[3]; !strings.Contains(out+errs, command) {
					t.Errorf("%d columns, %q: %q is broken in\n%s%s", width, args, command, out, errs)
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d commands were found", seen)
	}
}

func TestTablesAreBlocksBelowSixtyColumnsAndOnlyOnATerminal(t *testing.T) {
	p := newPerson(t)
	const block = "ACCOUNT: 46517001\nNAME: RingCX Demo Sales\nMAIN ACCOUNT: 46517000\n\nACCOUNT: "
	if out, _ := p.sees(59, "accounts", "list"); !strings.HasPrefix(out, block) {
		t.Errorf("no blocks:\n%s", out)
	}
	for _, width := range []int{0, 60, 120} {
		if out, _ := p.sees(width, "accounts", "list"); !strings.HasPrefix(out, "ACCOUNT   NAME ") {
			t.Errorf("%d columns:\n%s", width, out)
		}
	}
	p.env["COLUMNS"] = "40"
	if out, _ := p.sees(0, "accounts", "list"); !strings.HasPrefix(out, block) {
		t.Errorf("COLUMNS is not asked where the terminal does not say:\n%s", out)
	}
	if out, _ := p.sees(100, "accounts", "list"); strings.HasPrefix(out, block) {
		t.Errorf("COLUMNS comes before the terminal:\n%s", out)
	}
	if out, _ := p.pipes(0, "accounts", "list"); !strings.HasPrefix(out, "46517001\tRingCX Demo Sales\t46517000\n") {
		t.Errorf("into a pipe:\n%s", out)
	}
}

func TestDataIsNotBrokenForANarrowTerminal(t *testing.T) {
	p := newPerson(t)
	for _, args := range [][]string{
		{"status", "--json"},
		{"accounts", "list", "--json"},
		{"api", "/voice/api/v1/admin/users", "--json"},
		{"token", "--json"},
		{"version", "--json"},
		{"api", "/voice/api/v1/admin/accounts/46517001/agentGroups", "--paginate", "--json"},
	} {
		wide, _ := p.sees(0, args...)
		out, _ := p.sees(20, args...)
		if !json.Valid([]byte(out)) || strings.Count(out, "\n") != strings.Count(wide, "\n") {
			t.Errorf("%q:\n%s", args, out)
		}
	}
}

func TestColoursAreWhereTheyAreWanted(t *testing.T) {
	p := newPerson(t)
	for _, c := range []struct {
		vars           string
		terminal, pipe bool
	}{
		{"", true, false},
		{"NO_COLOR=", true, false},
		{"NO_COLOR=1", false, false},
		{"CLICOLOR=0", false, false},
		{"CLICOLOR=1", true, false},
		{"TERM=dumb", false, false},
		{"TERM=xterm", true, false},
		{"CLICOLOR_FORCE=1", true, true},
		{"CLICOLOR_FORCE=0", true, false},
		{"CLICOLOR_FORCE=1 TERM=dumb", true, true},
		{"CLICOLOR_FORCE=1 CLICOLOR=0", true, true},
		{"CLICOLOR_FORCE=1 NO_COLOR=1", false, false},
	} {
		for _, name := range []string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"} {
			delete(p.env, name)
		}
		for _, v := range strings.Fields(c.vars) {
			name, value, _ := strings.Cut(v, "=")
			p.env[name] = value
		}
		seen, _ := p.types(0, "demo")
		if got := strings.Contains(seen, "\x1b["); got != c.terminal {
			t.Errorf("%q: colours on a terminal: %v", c.vars, got)
		}
		piped, _ := p.pipes(0, "demo")
		if got := strings.Contains(piped, "\x1b["); got != c.pipe {
			t.Errorf("%q: colours in a pipe: %v", c.vars, got)
		}
	}
}

func TestTheDemoIsPaintedInTheSixteenColoursThatAnyTerminalHas(t *testing.T) {
	p := newPerson(t)
	out, _ := p.types(0, "demo")
	for _, want := range []string{"\n\x1b[1;36m1. ", "\x1b[34m→\x1b[m ", "\x1b[32m←\x1b[m 200", "\x1b[31m←\x1b[m 401", "\x1b[32m✓\x1b[m ", "\x1b[2m"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not there", want)
		}
	}
	codes := map[string]bool{}
	for _, m := range regexp.MustCompile("\x1b([^m]*m)").FindAllStringSubmatch(out, -1) {
		codes[m[1]] = true
	}
	if len(codes) != 6 {
		t.Errorf("its sequences are %q", slices.Collect(maps.Keys(codes)))
	}
}

func TestADumbTerminalIsSentNoLineThatIsDrawnAnew(t *testing.T) {
	p := newPerson(t)
	for term, want := range map[string]bool{"dumb": false, "xterm": true} {
		p.env["TERM"] = term
		var out, errs bytes.Buffer
		cli.Main(&cli.Env{
			Args:   []string{"api", "/voice/api/v1/admin/accounts/46517001/agentGroups", "--paginate", "--page-size", "1"},
			Stdout: &out, Stderr: &errs, ErrTerminal: true, Context: t.Context(), Getenv: func(name string) string { return p.env[name] },
		})
		if got := strings.Contains(errs.String(), "\x1b"); got != want || out.Len() == 0 {
			t.Errorf("TERM=%s: %q", term, errs.String())
		}
	}
}

func TestALongAnswerGoesToAFileWhileProgressIsShown(t *testing.T) {
	p := newPerson(t)
	name := t.TempDir() + "/groups.json"
	out, errs := p.sees(80, "api", "/voice/api/v1/admin/accounts/46517001/agentGroups", "--paginate", "--page-size", "1", "--output", name)
	if out != "" || !strings.Contains(errs, "2 rows …") {
		t.Errorf("%q, %q", out, errs)
	}
}
