package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/conform"
	"github.com/ringcx-go/ringcx/internal/conformcmd"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const conformHelp = `Runs a program against a sandbox inside this process, one scenario after the other (expiry, lost answers, limits, two
copies at once …), and prints which it survives. Each scenario has a new sandbox and empty directories.

The program signs in if it has to, calls GET /voice/api/v1/admin/accounts (or any other read of the RingCX API) and ends
with exit code 0 when it got its answer, with another one when it did not. It may keep what it likes between runs. It
finds in its environment

  RC_SERVER_URL, RINGCX_SERVER_URL   the sandbox
  RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT (also RC_CLIENT_ID, RC_CLIENT_SECRET, RC_JWT)
  HOME, XDG_*_HOME, TMPDIR           empty directories, kept between the runs of a scenario
  RINGCX_CONFORM_STATE               one more, for programs that look for their state nowhere else

and no other variable that begins with RC_ or RINGCX_. A failed scenario is exit code 1; a warning is not.`

func newConformCmd(a *app) *cobra.Command {
	var t conformcmd.Trial
	var list bool
	cmd := &cobra.Command{
		Use: "conform [flags] -- CMD [ARG...]", Short: "Run a program in any language through the vendor's bad days",
		Long: conformHelp,
		Example: `  ringcx conform -- python3 myprogram.py
  ringcx conform --only expiry,lost-refresh -v -- ./myprogram --once
  ringcx conform --json - --junit report.xml -- node report.mjs`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !list {
				return usage.New("conform takes the program to run", "such as: ringcx conform -- python3 myprogram.py")
			}
			if list && (len(args) > 0 || t.JSON != "" || t.JUnit != "" || len(t.Only) > 0) {
				return usage.New("--list runs nothing, so a program and flags for running exclude it", "give --list alone")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if list {
				return conformcmd.PrintList(a.Terminal)
			}
			t.Verbose = a.Verbose
			return t.Run(a.Context, a.Terminal, args)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringVar(&t.JSON, "json", "", "write the results as JSON to `FILE`, - for standard output instead of the table")
	f.StringVar(&t.JUnit, "junit", "", "write the results as JUnit XML to `FILE`, - for standard output instead of the table")
	f.StringSliceVar(&t.Only, "only", nil, "run these scenarios alone, `NAME,…`")
	cmdline.Complete(cmd, "only", completeScenario)
	f.BoolVar(&list, "list", false, "list the scenarios instead")
	f.DurationVar(&t.Timeout, "timeout", time.Minute, "time for all runs of a scenario together")
	cmdline.NumberFlag(f, &t.Jobs, "jobs", 4, "scenarios that run at a time")
	f.BoolVar(&t.KeepHome, "keep-home", false, "leave HOME as it is, for programs that cannot start without theirs")
	f.BoolVar(&t.PrintsToken, "prints-token", false, "the program may print access tokens to its standard output")
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
