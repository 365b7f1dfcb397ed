package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/doctor"
	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func newDoctorCmd(a *app) *cobra.Command {
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
			found := doctor.Diagnose(doctor.Gather(a.Accounts, serve.StartCommand, login))
			if err := a.printFindings(found, asJSON); err != nil {
				return err
			}
			return doctor.Verdict(found)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	cmd.Flags().BoolVar(&login, "login", false, "also try a login, which takes three requests of the vendor's budget")
	return cmd
}

func (a *app) printFindings(found []doctor.Finding, asJSON bool) error {
	healthy := len(doctor.Problems(found)) == 0
	if asJSON {
		return terminal.WriteJSON(a.Stdout, map[string]any{"healthy": healthy, "findings": found})
	}
	marks := map[string]string{doctor.LevelOK: "ok", doctor.LevelNote: "note", doctor.LevelProblem: "problem"}
	if a.OutTerminal {
		marks = map[string]string{doctor.LevelOK: "✓", doctor.LevelNote: "!", doctor.LevelProblem: "✗"}
	}
	width := 0
	for _, m := range marks {
		width = max(width, len([]rune(m)))
	}
	for _, f := range found {
		id := ""
		if f.Level != doctor.LevelOK {
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
