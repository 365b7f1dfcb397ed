package cli

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/sandbox"
)

// choices are the flags that choose how the sandbox behaves.
type choices struct {
	profile string
	set     []string
}

func (c *choices) flags(a *app, cmd *cobra.Command) {
	f := cmd.Flags()
	cmdline.WordFlag(cmd, &c.profile, "emulate", "`VENDOR` as documented today (ringcx) or at its older host (engage)", "ringcx", "engage")
	f.StringArrayVar(&c.set, "set", nil, "`NAME=VALUE` of a switch; again for another; 'ringcx sandbox contract' lists them")
	cmdline.Complete(cmd, "set", a.completeSwitch)
}

// apply puts what was chosen into opts.
func (c *choices) apply(a *app, opts *sandbox.Options) (err error) {
	opts.Profile = c.profile
	opts.Settings, err = serve.Settings(a.Context, c.set)
	return err
}

const sandboxContractHelp = `Lists every behaviour of the two emulated servers: the switch that changes it, if there is one, with the value that
--emulate and --set give it, how sure it is (documented, observed, assumed), and its sources, which docs/protocol.md names.
No server is needed. The first column can be given to --set, or to POST /_sandbox/switches of a running sandbox.`

func newSandboxContractCmd(a *app, opts *sandbox.Options) *cobra.Command {
	var chosen choices
	var asJSON bool
	cmd := &cobra.Command{
		Use: "contract", Short: "List what the sandbox does, how sure that is, and what can be chosen", Args: cmdline.NoArgs,
		Long: sandboxContractHelp,
		Example: `  ringcx sandbox contract | grep assumed
  ringcx sandbox --set ringcxRefreshReuse=revoke-family`,
		RunE: func(*cobra.Command, []string) error {
			if err := chosen.apply(a, opts); err != nil {
				return err
			}
			raw, lines, err := serve.Contract(a.Context, opts)
			switch {
			case err != nil:
				return err
			case asJSON:
				return terminal.WriteJSON(a.Stdout, json.RawMessage(raw))
			case a.OutTerminal:
				return serve.TellContract(a.Stdout, lines)
			}
			return a.Table(contractRows(lines), []terminal.Column{
				{Title: "SWITCH", Field: "switch"}, {Title: "VALUE", Field: "value"}, {Title: "CERTAINTY", Field: "known"}, {Title: "SOURCE", Field: "sources"}, {Title: "FACT", Field: "says"},
			})
		},
	}
	chosen.flags(a, cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print everything as JSON, as GET /_sandbox/contract does")
	return cmd
}

// contractRows are the lines for programs.
func contractRows(lines []serve.ContractLine) []map[string]any {
	var rows []map[string]any
	for _, l := range lines {
		row := map[string]any{"says": l.Says, "known": l.Known, "sources": l.Sources, "switch": "-", "value": "-"}
		if s := l.Setting; s != nil {
			row["switch"], row["value"] = s.Name, s.Value
		}
		rows = append(rows, row)
	}
	return rows
}

// completeSwitch completes the name of a switch.
func (a *app) completeSwitch(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(serve.Switches(a.Context))) {
		out = append(out, name+"=")
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
