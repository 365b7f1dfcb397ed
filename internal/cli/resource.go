package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// newResourceCmds are the commands of all kinds of things: the same for each, as the table has it.
func newResourceCmds(a *app, inherited *pflag.FlagSet) (all []*cobra.Command) {
	for _, k := range resource.Kinds {
		g := cmdline.Group(k.Name, k.Short, newThingsCmd(a, k), newThingCmd(a, k), newCreateCmd(a, k, inherited), newUpdateCmd(a, k, inherited), newDeleteCmd(a, k, inherited))
		for _, m := range k.More {
			g.AddCommand(newMoreCmd(a, k, m))
		}
		g.Long = k.Short + ". What is not a command here is one of 'ringcx api'."
		if !k.NoAccount {
			a.accountFlag(g)
		}
		all = append(all, g)
	}
	return all
}

// groupFlag lets a command be told the group that its thing is in, if its kind has groups.
func groupFlag(cmd *cobra.Command, k *resource.Kind, group *string, otherwise string) {
	if k.Group != "" {
		cmd.Flags().StringVar(group, "group", "", fmt.Sprintf("ID or name of the %s (default: %s)", resource.Named(k.Group).One, otherwise))
	}
}

// ofOne checks the arguments of a command that works with one thing.
func ofOne(k *resource.Kind, verb string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 || strings.TrimSpace(args[0]) == "" {
			return usage.New(fmt.Sprintf("'ringcx %s %s' takes the ID of one %s", k.Name, verb, k.One), fmt.Sprintf("'ringcx %s list' shows them", k.Name))
		}
		return nil
	}
}

// useOne is the usage line of a command that works with one thing.
func useOne(k *resource.Kind, verb string) string {
	if len(k.Names) > 0 {
		return verb + " ID|NAME"
	}
	return verb + " ID"
}

// runner gets things for the account that the command works with. Until what is returned beside it is called, it shows what
// takes long to people whose output that does not disturb.
func (a *app) runner(format *rows.Format) (*resource.Runner, func(), error) {
	session, acc, err := a.SignedIn()
	if err != nil {
		return nil, nil, err
	}
	lists := a.lister(session)
	lists.Patient = true
	r := &resource.Runner{Lists: lists, Base: acc.Config.Endpoint.Canonical().RingCX, Account: a.subaccount}
	if a.Verbose {
		r.Note = func(text string) { a.Inform("ringcx: %s\n", text) }
	}
	if a.Draws() && (!a.OutTerminal || !format.Given()) {
		to := terminal.Trusted(a.Stderr)
		r.Progress = func(text string) { fmt.Fprintf(to, "\r\x1b[K%s", text) }
		return r, sync.OnceFunc(func() { fmt.Fprint(to, "\r\x1b[K") }), nil
	}
	return r, func() {}, nil
}

func newThingsCmd(a *app, k *resource.Kind) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: "list", Short: "List the " + strings.ReplaceAll(k.Name, "-", " "), Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listThings(k, group, format) },
	}
	groupFlag(cmd, k, &group, "all of them, one after the other")
	format = formatFlags(cmd)
	return cmd
}

// listThings prints the things of a kind. Which group they are in is a column of its own; JSON is what the vendor says.
func (a *app) listThings(k *resource.Kind, group string, format *rows.Format) error {
	r, done, err := a.runner(format)
	if err != nil {
		return err
	}
	defer done()
	shape := shapeOf(k.List, k.Columns)
	if k.Group != "" {
		shape.Fields = append(shape.Fields, resource.GroupField)
	}
	w := format.To(a.Context, a.Terminal, nil, shape)
	err = r.Each(a.Context, k, group, func(in string, page []json.RawMessage) error {
		return w.Beside(resource.GroupField, in).Write(page...)
	})
	done()
	if err != nil {
		return err
	}
	return w.End()
}

// shapeOf is what is shown of the rows of an operation: in tables those columns, if there are any.
func shapeOf(operation string, columns []terminal.Column) rows.Shape {
	shape := rows.ShapeOf(resource.Rows(operation))
	if columns != nil {
		shape.Columns = columns
	}
	return shape
}

func newThingCmd(a *app, k *resource.Kind) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: useOne(k, "get"), Short: fmt.Sprintf("Show one %s", k.One), Args: ofOne(k, "get"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, done, err := a.runner(format)
			if err != nil {
				return err
			}
			defer done()
			found, err := r.Find(a.Context, k, args[0], group)
			if err != nil {
				return err
			}
			one, err := r.Get(a.Context, found)
			done()
			if err != nil {
				return err
			}
			return format.One(a.Context, a.Terminal, one, shapeOf(k.Get, nil))
		},
	}
	groupFlag(cmd, k, &group, "it is looked for in all of them")
	format = formatFlags(cmd)
	return cmd
}

func newMoreCmd(a *app, k *resource.Kind, m resource.More) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: useOne(k, m.Name), Short: m.Short, Args: ofOne(k, m.Name),
		RunE: func(_ *cobra.Command, args []string) error {
			r, done, err := a.runner(format)
			if err != nil {
				return err
			}
			defer done()
			found, err := r.Find(a.Context, k, args[0], group)
			if err != nil {
				return err
			}
			w := format.To(a.Context, a.Terminal, nil, shapeOf(m.Operation, m.Columns))
			err = r.More(a.Context, m, found, func(page []json.RawMessage) error { return w.Write(page...) })
			done()
			if err != nil {
				return err
			}
			return w.End()
		},
	}
	groupFlag(cmd, k, &group, "it is looked for in all of them")
	format = formatFlags(cmd)
	return cmd
}
