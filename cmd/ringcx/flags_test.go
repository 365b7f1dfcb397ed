package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// alone is how the page and the tests call ringcx without a command.
const alone = "alone"

// flagsOf are the flags of every command, by its name: those of its own, under "" those that all have, and under alone those
// of ringcx without a command.
func flagsOf(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		_, name, _ := strings.Cut(cmd.CommandPath(), " ")
		all[name] = []string{}
		add := func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("--%s of %q says nothing of itself in the help", f.Name, name)
			}
			if f.Name != "help" && !f.Hidden && (!cmd.HasParent() || cmd.Root().PersistentFlags().Lookup(f.Name) == nil) {
				all[name] = append(all[name], "--"+f.Name)
			}
		}
		cmd.PersistentFlags().VisitAll(add)
		if slices.Sort(all[name]); name == "" {
			name = alone
		}
		cmd.LocalNonPersistentFlags().VisitAll(add)
		slices.Sort(all[name])
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	return all
}

// toldFlags are those of the table in docs/variables.md.
func toldFlags(page string) map[string][]string {
	all := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| (every command|ringcx alone|`ringcx [a-z-]+[a-z -]*`(?:, `ringcx [a-z -]+`)*) \\| (.*) \\|$").FindAllStringSubmatch(page, -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			name = strings.TrimPrefix(strings.Trim(name, "`"), "ringcx ")
			if m[1] == "every command" {
				name = ""
			}
			all[name] = regexp.MustCompile(`--[a-z0-9-]+`).FindAllString(m[2], -1)
			slices.Sort(all[name])
		}
	}
	return all
}

func TestEveryFlagIsOnThePageAndNoneElse(t *testing.T) {
	text, err := os.ReadFile("../../docs/variables.md")
	if err != nil {
		t.Fatal(err)
	}
	known, told := flagsOf(t), toldFlags(string(text))
	for name, flags := range known {
		if len(flags) > 0 && !slices.Equal(flags, told[name]) {
			t.Errorf("'ringcx %s' has the flags %q, and docs/variables.md says %q", name, flags, told[name])
		}
	}
	for name := range told {
		if len(known[name]) == 0 {
			t.Errorf("docs/variables.md has flags of 'ringcx %s', which has none", name)
		}
	}
	if !slices.Contains(known[""], "--profile") || !slices.Contains(known["token"], "--min-ttl") || slices.Contains(known["token"], "--profile") || slices.Contains(known[""], "--version") || !slices.Contains(known[alone], "--version") {
		t.Errorf("flags are not found: %q", known)
	}
}

// others are flags of other programs that the pages speak of within a sentence.
var others = []string{"--print-token", "--user", "--add-host", "--ca-certificate", "--fresh", "--tmpfs"}

func TestFlagsInTheSentencesOfThePagesExist(t *testing.T) {
	known := flagsOf(t)
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	every := slices.Clone(others)
	for _, flags := range known {
		every = append(every, flags...)
	}
	seen := 0
	for _, page := range append(pages, "../../README.md", "../../SECURITY.md", "../../examples/README.md", "../../AGENTS.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range strangeFlags(string(text), known, every, &seen) {
			t.Errorf("%s: %s", page, problem)
		}
	}
	if seen < 60 {
		t.Errorf("only %d flags were found", seen)
	}
	if got := strangeFlags("`ringcx token --validate` `ringcx token --listen` `--min-ttl` `--no-such`", known, every, &seen); len(got) != 2 {
		t.Errorf("of two that are wrong %q were found", got)
	}
}

// strangeFlags finds flags in the code spans of a text that the command does not have. Those of a command that is named are its own.
func strangeFlags(text string, known map[string][]string, every []string, seen *int) (all []string) {
	for _, span := range regexp.MustCompile("`[^`\n]+`").FindAllString(text, -1) {
		own := every
		if words := strings.Fields(strings.Trim(span, "`")); words[0] == "ringcx" {
			name, own2 := "", known[""]
			for _, w := range words[1:] {
				if next := strings.TrimSpace(name + " " + w); known[next] != nil {
					name, own2 = next, slices.Concat(own2, known[next])
				}
			}
			if own = own2; name == "conform" || name == "" {
				continue // what follows is another program's
			}
		} else if !strings.HasPrefix(words[0], "--") {
			continue
		}
		for _, flag := range regexp.MustCompile(`(?:^|[ \x60])(--[a-z][a-z0-9-]+)`).FindAllStringSubmatch(span, -1) {
			*seen++
			if !slices.Contains(own, flag[1]) {
				all = append(all, fmt.Sprintf("%s has a flag %s that does not exist", span, flag[1]))
			}
		}
	}
	return all
}
