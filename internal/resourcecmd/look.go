package resourcecmd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// groupFlag lets a command be told the group that its thing is in, if its kind has groups.
func groupFlag(cmd *cobra.Command, k *resource.Kind, group *string, otherwise string) {
	if k.Group != "" {
		cmd.Flags().StringVar(group, "group", "", fmt.Sprintf("ID or name of the %s (default: %s)", resource.Named(k.Group).One, otherwise))
		cmdline.Complete(cmd, "group", cobra.NoFileCompletions)
	}
}

// ofOne checks the arguments of a command that works with one thing.
func ofOne(k *resource.Kind, verb string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if i := slices.IndexFunc(args, func(word string) bool { return word == "true" || word == "false" }); i >= 0 {
			return usage.New(fmt.Sprintf("%s is no %s: true and false of a flag stand behind an equals sign", args[i], k.One), "such as --is-active="+args[i])
		}
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

func newListCmd(h *Host, k *resource.Kind) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: "list", Short: "List the " + strings.ReplaceAll(k.Name, "-", " "), Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return h.listThings(k, group, format) },
	}
	groupFlag(cmd, k, &group, "all of them, one after the other")
	format = rows.Flags(cmd)
	return cmd
}

// listThings prints the things of a kind. Which group they are in is a column of its own; JSON is what the vendor says.
func (h *Host) listThings(k *resource.Kind, group string, format *rows.Format) error {
	r, done, err := h.runner(format, false)
	if err != nil {
		return err
	}
	defer done()
	shape := shapeOf(k.List, k.Columns)
	if k.Group != "" {
		shape.Fields = append(shape.Fields, resource.GroupField)
	}
	w := format.To(h.Context, h.Terminal, nil, shape)
	left := apicmd.NewLeftOut(resource.Rows(k.List))
	err = r.Each(h.Context, k, group, func(in string, page []json.RawMessage) error {
		left.See(page...)
		return w.Beside(resource.GroupField, in).Write(page...)
	})
	done()
	if err != nil {
		return err
	}
	return h.end(w, format, left)
}

// end ends a list, and tells what CSV left out of it.
func (h *Host) end(w *rows.Writer, format *rows.Format, left *apicmd.LeftOut) error {
	err := w.End()
	if err == nil && format.CSV {
		left.Tell(h.Warn)
	}
	return err
}

// one prints one thing that an operation answered, and tells what CSV left out of it.
func (h *Host) one(operation string, answer json.RawMessage, format *rows.Format) error {
	err := format.One(h.Context, h.Terminal, answer, shapeOf(operation, nil))
	if err == nil && format.CSV {
		left := apicmd.NewLeftOut(resource.Rows(operation))
		left.See(answer)
		left.Tell(h.Warn)
	}
	return err
}

// shapeOf is what is shown of the rows of an operation: in tables those columns, if there are any.
func shapeOf(operation string, columns []terminal.Column) rows.Shape {
	shape := rows.ShapeOf(resource.Rows(operation))
	if columns != nil {
		shape.Columns = columns
	}
	return shape
}

func newGetCmd(h *Host, k *resource.Kind) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: useOne(k, "get"), Short: fmt.Sprintf("Show one %s", k.One), Args: ofOne(k, "get"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, done, err := h.runner(format, false)
			if err != nil {
				return err
			}
			defer done()
			found, err := r.Find(h.Context, k, args[0], group)
			if err != nil {
				return err
			}
			one, err := r.Get(h.Context, found)
			done()
			if err != nil {
				return err
			}
			return h.one(k.Get, one, format)
		},
	}
	groupFlag(cmd, k, &group, "it is looked for in all of them")
	format = rows.Flags(cmd)
	return cmd
}

func newMoreCmd(h *Host, k *resource.Kind, m resource.More) *cobra.Command {
	var format *rows.Format
	var group string
	cmd := &cobra.Command{
		Use: useOne(k, m.Name), Short: m.Short, Args: ofOne(k, m.Name),
		RunE: func(_ *cobra.Command, args []string) error {
			r, done, err := h.runner(format, false)
			if err != nil {
				return err
			}
			defer done()
			found, err := r.Find(h.Context, k, args[0], group)
			if err != nil {
				return err
			}
			w := format.To(h.Context, h.Terminal, nil, shapeOf(m.Operation, m.Columns))
			left := apicmd.NewLeftOut(resource.Rows(m.Operation))
			err = r.More(h.Context, m, found, func(page []json.RawMessage) error {
				left.See(page...)
				return w.Write(page...)
			})
			done()
			if err != nil {
				return err
			}
			return h.end(w, format, left)
		},
	}
	groupFlag(cmd, k, &group, "it is looked for in all of them")
	format = rows.Flags(cmd)
	return cmd
}
