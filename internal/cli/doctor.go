package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Levels of a finding. Only problems make the exit code 1.
const (
	levelOK      = "ok"
	levelNote    = "note"    // good to know, does no harm by itself
	levelProblem = "problem" // keeps ringcx from working, or will
)

// finding is what the doctor says about one thing. Its ID is a contract with scripts.
type finding struct {
	Check string `json:"check"`
	ID    string `json:"id"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // the command or the step that mends it
}

func problem(id, fix, format string, values ...any) finding {
	return finding{ID: id, Level: levelProblem, Text: fmt.Sprintf(format, values...), Fix: fix}
}

func note(id, fix, format string, values ...any) finding {
	return finding{ID: id, Level: levelNote, Text: fmt.Sprintf(format, values...), Fix: fix}
}

// check judges one side of the facts. It finds nothing where nothing is wrong, and says what is fine then; an empty
// fine says that there was nothing to look at.
type check struct {
	name  string
	judge func(*facts) []finding
	fine  func(*facts) string
}

// checks are in the order in which causes come before their consequences.
func checks() []check {
	return []check{
		{"settings", judgeSettings, fineSettings},
		{"servers", judgeServers, fineServers},
		{"network", judgeNetwork, fineNetwork},
		{"clock", judgeClock, fineClock},
		{"files", judgeFiles, fineFiles},
		{"store", judgeStore, fineStore},
		{"jwt", judgeJWT, fineJWT},
		{"login", judgeLogin, fineLogin},
		{"app", judgeApp, fineApp},
		{"sessions", judgeSessions, fineSessions},
		{"budget", judgeBudget, fineBudget},
	}
}

// diagnose runs all checks. What two of them find is told once.
func diagnose(f *facts) []finding {
	var all []finding
	told := map[string]bool{}
	for _, c := range checks() {
		found := c.judge(f)
		if len(found) == 0 {
			if text := c.fine(f); text != "" {
				found = []finding{{ID: c.name, Level: levelOK, Text: text}}
			}
		}
		for _, one := range found {
			one.Check = c.name
			if key := one.ID + one.Text; !told[key] && !(told[one.ID] && strings.HasPrefix(one.ID, "jwt-")) {
				told[key], told[one.ID] = true, true
				all = append(all, one)
			}
		}
	}
	return all
}

func (a *app) doctor() *cobra.Command {
	var asJSON, login bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Find what is wrong, and say what mends it", Args: cmdline.NoArgs,
		Long: `Looks at settings, files, store, network, clock and what is known of the session, and names what is wrong and the
command that mends it. The vendor is asked for public pages only: no token is spent and no request of the budget.

With --login it also logs in once, beside the stored session, which stays as it is. That takes two of the five requests
a minute that the vendor allows, and one to log out again; when the budget is used up, nothing is sent.

Exit code 0 means that nothing is wrong. Notes (!) alone do not count.`,
		Example: `  ringcx doctor
  ringcx doctor --login
  ringcx doctor --json | jq -r '.findings[] | select(.level == "problem") | .id'`,
		RunE: func(*cobra.Command, []string) error {
			found := diagnose(a.gather(login))
			if err := a.printFindings(found, asJSON); err != nil {
				return err
			}
			return verdict(found)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	cmd.Flags().BoolVar(&login, "login", false, "also try a login, which takes three requests of the vendor's budget")
	return cmd
}

// verdict is nil if nothing is wrong. It counts the problems as they are printed, and names each kind once.
func verdict(found []finding) error {
	ids := problems(found)
	count := 0
	for _, f := range found {
		if f.Level == levelProblem {
			count++
		}
	}
	switch count {
	case 0:
		return nil
	case 1:
		return errors.New("the doctor found a problem: " + ids[0])
	}
	return fmt.Errorf("the doctor found %d problems: %s", count, strings.Join(ids, ", "))
}

func problems(found []finding) []string {
	var ids []string
	for _, f := range found {
		if f.Level == levelProblem {
			ids = append(ids, f.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (a *app) printFindings(found []finding, asJSON bool) error {
	healthy := len(problems(found)) == 0
	if asJSON {
		return terminal.WriteJSON(a.Stdout, map[string]any{"healthy": healthy, "findings": found})
	}
	marks := map[string]string{levelOK: "ok", levelNote: "note", levelProblem: "problem"}
	if a.OutTerminal {
		marks = map[string]string{levelOK: "✓", levelNote: "!", levelProblem: "✗"}
	}
	width := 0
	for _, m := range marks {
		width = max(width, len([]rune(m)))
	}
	for _, f := range found {
		id := ""
		if f.Level != levelOK {
			id = " [" + f.ID + "]"
		}
		if _, err := fmt.Fprintf(a.Stdout, "%-*s  %-8s  %s%s\n", width, marks[f.Level], f.Check, wording.OneLine(f.Text), id); err != nil {
			return err
		}
		if f.Fix != "" {
			if _, err := fmt.Fprintf(a.Stdout, "%*s  %8s  fix: %s\n", width, "", "", wording.OneLine(f.Fix)); err != nil {
				return err
			}
		}
	}
	if !healthy {
		return nil
	}
	_, err := fmt.Fprintln(a.Stdout, "Nothing is wrong.")
	return err
}

// loginTo is the command that makes a profile, for people to copy: a name that cannot be one is not put into it.
func loginTo(name string) string {
	if profile.CheckName(name) != nil {
		name = "NAME"
	}
	return "ringcx login --profile " + name
}
