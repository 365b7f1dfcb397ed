package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
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
func (c *choices) apply(a *app, opts *sandbox.Options) error {
	opts.Profile, opts.Settings = c.profile, map[string]string{}
	words := map[string][]string{}
	if len(c.set) > 0 {
		words = a.switches()
	}
	names := slices.Sorted(maps.Keys(words))
	for _, text := range c.set {
		name, value, ok := strings.Cut(env.Pasted(text), "=")
		name, value = strings.TrimFunc(name, env.IsMargin), strings.TrimFunc(value, env.IsMargin)
		possible, known := words[name]
		switch {
		case !known:
			return usage.New(fmt.Sprintf("--set %q: there is no such switch", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, names), "'ringcx sandbox contract' lists all"))
		case !ok:
			return usage.New(fmt.Sprintf("--set %q has no value", name), valueHint(name, possible))
		case len(possible) > 0 && !slices.Contains(possible, value):
			return usage.New(fmt.Sprintf("%q is not a value for --set %s", wording.Clip(value), name), wording.HintOf(value, possible))
		}
		opts.Settings[name] = value
	}
	return nil
}

// valueHint is what a switch without a value may be given.
func valueHint(name string, possible []string) string {
	if len(possible) == 0 {
		return "give it one with --set " + name + "=VALUE; 'ringcx sandbox contract' shows that in force"
	}
	return fmt.Sprintf("such as --set %s=%s; 'ringcx sandbox contract' lists all", name, possible[0])
}

// contractLine is a line of the sandbox's contract.
type contractLine struct {
	Subject string `json:"subject"`
	Says    string `json:"says"`
	Known   string `json:"known"`
	Sources string `json:"sources"`
	Setting *struct {
		Name    string   `json:"name"`
		Value   any      `json:"value"`
		Default any      `json:"default"`
		Choices []string `json:"choices"` // nil: they are not few
	} `json:"setting"`
}

func (a *app) sandboxContract(opts *sandbox.Options) *cobra.Command {
	var chosen choices
	var asJSON bool
	cmd := &cobra.Command{
		Use: "contract", Short: "List what the sandbox does, how sure that is, and what can be chosen", Args: cmdline.NoArgs,
		Long: `Lists every behaviour of the two emulated servers: the switch that changes it, if there is one, with the value that
--emulate and --set give it, how sure it is (documented, observed, assumed), and its sources, which docs/protocol.md names.
No server is needed. The first column can be given to --set, or to POST /_sandbox/switches of a running sandbox.`,
		Example: `  ringcx sandbox contract | grep assumed
  ringcx sandbox --set ringcxRefreshReuse=revoke-family`,
		RunE: func(*cobra.Command, []string) error {
			if err := chosen.apply(a, opts); err != nil {
				return err
			}
			raw, err := a.contract(opts)
			if err != nil {
				return err
			}
			if asJSON {
				return terminal.WriteJSON(a.Stdout, json.RawMessage(raw))
			}
			lines, err := contractLines(raw)
			if err != nil {
				return err
			}
			if a.OutTerminal {
				return a.tellContract(lines)
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

// tellContract prints the contract for people: under its headings, each fact with what is known about it below.
func (a *app) tellContract(lines []contractLine) error {
	var b strings.Builder
	subject := ""
	for _, l := range lines {
		if l.Subject != subject {
			subject = l.Subject
			fmt.Fprintf(&b, "\n%s\n", strings.ReplaceAll(subject, "`", ""))
		}
		facts := []string{l.Known}
		if l.Sources != "" {
			facts = append(facts, "source "+l.Sources)
		}
		if s := l.Setting; s != nil {
			chosen := fmt.Sprintf("%s=%v", s.Name, s.Value)
			if s.Value != s.Default {
				chosen += fmt.Sprintf(" (default %v)", s.Default)
			}
			facts = append(facts, chosen)
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", strings.ReplaceAll(l.Says, "`", ""), strings.Join(facts, " · "))
	}
	_, err := io.WriteString(a.Stdout, strings.TrimPrefix(b.String(), "\n"))
	return err
}

// contractRows are the lines for programs.
func contractRows(lines []contractLine) []map[string]any {
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

func contractLines(raw []byte) ([]contractLine, error) {
	var out struct {
		Lines []contractLine `json:"lines"`
	}
	err := json.Unmarshal(raw, &out)
	return out.Lines, err
}

// contract is what a sandbox with these options says of itself.
func (a *app) contract(opts *sandbox.Options) ([]byte, error) {
	box, err := sandbox.New(opts)
	if err != nil {
		return nil, usage.New(strings.TrimPrefix(err.Error(), "sandbox: "), "see 'ringcx sandbox contract'")
	}
	req, err := http.NewRequestWithContext(a.Context, http.MethodGet, "/_sandbox/contract", nil)
	if err != nil {
		return nil, err
	}
	w := &memory{header: http.Header{}}
	box.ServeHTTP(w, req)
	return w.body.Bytes(), nil
}

// switches are the names of all switches, each with the words that it takes; nil if they are not few.
func (a *app) switches() map[string][]string {
	raw, err := a.contract(&sandbox.Options{})
	if err != nil {
		return nil
	}
	lines, _ := contractLines(raw)
	out := map[string][]string{}
	for _, l := range lines {
		if s := l.Setting; s != nil {
			out[s.Name] = s.Choices
			if _, is := s.Default.(bool); is {
				out[s.Name] = []string{"true", "false"}
			}
		}
	}
	return out
}

// completeSwitch completes the name of a switch.
func (a *app) completeSwitch(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a.switches())) {
		out = append(out, name+"=")
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// memory keeps the answer of a handler that is asked without a network.
type memory struct {
	header http.Header
	body   bytes.Buffer
}

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(int) {}

func (m *memory) Write(p []byte) (int, error) { return m.body.Write(p) }
