package apicli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apidoc"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// newAPIDocCmds are the commands that tell what 'ringcx api' can call. They ask nobody.
func newAPIDocCmds(a *Commands) []*cobra.Command {
	return []*cobra.Command{newAPIListCmd(a), newAPIDescribeCmd(a), newAPIOpenAPICmd(a)}
}

func newAPIListCmd(a *Commands) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [WORD ...]", Short: "List the operations of the RingCX API",
		Long: `Lists the operations that have all of the words: in their name, path, text, section or permission, or as their method.
A program gets lines of name, method, path, section and text, with tabs between them.`,
		Example: `  ringcx api list
  ringcx api list dial group
  ringcx api list lead POST --json`,
		ValidArgsFunction: func(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, s := range apispec.Default().Sections {
				names = append(names, s.Service+"\t"+s.Text)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, words []string) error { return a.listOperations(words, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a list of objects as JSON")
	return cmd
}

func (a *Commands) listOperations(words []string, asJSON bool) error {
	d := apispec.Default()
	found := apidoc.Search(d, words)
	if len(found) == 0 {
		if asJSON { // which is a list all the same
			if err := terminal.WriteJSON(a.Stdout, []apidoc.Summary{}); err != nil {
				return err
			}
		}
		return noneListed(d, words)
	}
	switch {
	case asJSON:
		var all []apidoc.Summary
		for _, op := range found {
			all = append(all, apidoc.Summarize(op))
		}
		return terminal.WriteJSON(a.Stdout, all)
	case a.OutTerminal:
		return apidoc.WriteList(a.Stdout, a.Columns(), found)
	}
	var b strings.Builder
	for _, op := range found {
		b.WriteString(strings.Join([]string{op.ID, op.Method, op.Path, op.Section.Name, op.Text}, "\t") + "\n")
	}
	_, err := io.WriteString(a.Stdout, b.String())
	return err
}

// noneListed says which of the words no operation has, or that none has all.
func noneListed(d *apispec.Description, words []string) error {
	const all = "'ringcx api list' alone has all of them"
	for _, w := range words {
		if len(apidoc.Search(d, []string{w})) == 0 {
			return usage.New(fmt.Sprintf("no operation of the RingCX API has the word %q", wording.Clip(w)), wording.DidYouMean(apidoc.NearWord(d, w), all))
		}
	}
	return usage.New("no operation of the RingCX API has all of these words", "leave one of them out; "+all)
}

func newAPIDescribeCmd(a *Commands) *cobra.Command {
	var asJSON bool
	var example bool
	cmd := &cobra.Command{
		Use: "describe OPERATION | [METHOD] PATH | TYPE", Short: "Describe an operation of the RingCX API: parameters, body, answers, permission, limits",
		Long: `Tells all that is known of an operation, and how certain it is where the vendor does not document it, with a body to fill in
and the call as a command line and in Go. Of a path without a method, all of its operations are told. The name of a type, as
descriptions give it, tells its fields, and that of a closed list its values. --json prints an object for each operation.`,
		Example: `  ringcx api describe createCampaign
  ringcx api describe PUT /voice/api/v1/admin/users/5
  ringcx api describe createCampaign --example > body.json
  ringcx api describe Campaign`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return noDescribed()
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			return apidoc.Completions(apispec.Default(), args, word), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.describe(args, asJSON, example) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the description as JSON")
	cmd.Flags().BoolVar(&example, "example", false, "print the body to fill in alone")
	return cmd
}

func noDescribed() error {
	return usage.New("describe takes the name of an operation, or a method and a path", "such as: ringcx api describe getAgentGroupList; 'ringcx api list' has all names")
}

func (a *Commands) describe(args []string, asJSON, example bool) error {
	if asJSON && example {
		return usage.New("--json and --example exclude each other", "--json has the example, too")
	}
	d := apispec.Default()
	found, err := operationsNamed(d, args)
	if err != nil {
		return err
	}
	if found == nil {
		types := apidoc.TypeNamed(d, args[0])
		if asJSON || example {
			return terminal.WriteJSON(a.Stdout, types)
		}
		return apidoc.WriteTypes(a.Stdout, a.Columns(), types)
	}
	if example {
		return a.printExample(d, found)
	}
	for i, op := range found {
		page := apidoc.Describe(d, op)
		if asJSON {
			if err := terminal.WriteJSON(a.Stdout, page); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			_, _ = fmt.Fprint(a.Stdout, "\n\n") // the next write fails, too
		}
		if err := page.Write(a.Stdout, terminal.Unfolded(a.Stdout), a.Columns()); err != nil {
			return err
		}
	}
	return nil
}

// operationsNamed are those that the arguments name; none if they name a type.
func operationsNamed(d *apispec.Description, args []string) ([]*apispec.Operation, error) {
	if len(args) == 1 && strings.ContainsAny(args[0], `/\`) {
		args = strings.Fields(args[0]) // as one gives method and path who quotes both
	}
	if len(args) > 2 {
		return nil, noDescribed()
	}
	word := args[len(args)-1]
	if len(args) == 2 || strings.ContainsAny(word, `/\`) {
		method := ""
		if len(args) == 2 {
			method = args[0]
		}
		if found := apidoc.AtPath(d, method, word); found != nil {
			return found, nil
		}
		if others := apidoc.AtPath(d, "", word); others != nil {
			var methods []string
			for _, op := range others {
				methods = append(methods, op.Method)
			}
			return nil, usage.New(fmt.Sprintf("no operation of that path has the method %q", wording.Clip(method)), "it has "+wording.Listed(methods))
		}
		return nil, usage.New("nobody describes an operation of that path", "'ringcx api list' has all paths; 'ringcx api' calls others as well")
	}
	if op, ok := d.Find(word); ok {
		return []*apispec.Operation{op}, nil
	}
	if apidoc.TypeNamed(d, word) != nil {
		return nil, nil
	}
	hint := "'ringcx api list' has all names, and 'ringcx api list user' those about users"
	if near := apidoc.Near(d, word); near != nil {
		hint = wording.DidYouMean(strings.Join(near, " or "), hint)
	}
	return nil, usage.New(fmt.Sprintf("%q is not an operation of the RingCX API", wording.Clip(word)), hint)
}

// printExample prints the body to fill in of the one operation that has one.
func (a *Commands) printExample(d *apispec.Description, found []*apispec.Operation) error {
	for _, op := range found {
		for _, b := range apidoc.Describe(d, op).Bodies {
			if b.Example != nil {
				return terminal.WriteJSON(a.Stdout, b.Example)
			}
		}
	}
	return usage.New(found[0].ID+" takes no body of JSON", "leave --example out to see what it takes")
}

func newAPIOpenAPICmd(a *Commands) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "openapi", Short: "Print the description of the RingCX API as OpenAPI 3.1",
		Long: `Prints the description of the API that this command has, as a document of OpenAPI 3.1 in JSON. It is ours: the mistakes of the
vendor's are mended, and what it leaves out is there. Fields that begin with x- say where a fact is from and how certain it
is, what repeats do, permissions and limits.`,
		Example: `  ringcx api openapi --output ringcx.json`,
		Args:    cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := apispec.Default().OpenAPI()
			if err != nil {
				return err
			}
			text = append(text, '\n')
			if output == "" || output == "-" {
				_, err = terminal.Unfolded(a.Stdout).Write(text)
				return err
			}
			file, err := outfile.New(output)
			if err != nil {
				return err
			}
			defer file.Discard()
			return file.WriteAll(string(text))
		},
	}
	cmd.Flags().StringVar(&output, "output", "", "write it to `FILE`, - for standard output")
	return cmd
}
