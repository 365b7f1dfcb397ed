package cmdline

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// oneOf is the value of a flag that takes one of a few words.
type oneOf struct {
	to    *string
	words []string
}

var errNoneOf = errors.New("it is none of the words")

// Set implements pflag.Value.
func (o *oneOf) Set(text string) error {
	if !slices.Contains(o.words, text) {
		return errNoneOf
	}
	*o.to = text
	return nil
}

// String implements pflag.Value.
func (o *oneOf) String() string {
	if o.to == nil { // as the library makes one, to see what a zero looks like
		return ""
	}
	return *o.to
}

// Type implements pflag.Value.
func (o *oneOf) Type() string { return "string" }

// WordFlag adds a flag that takes one of a few words, of which the first is the default. They are completed, another one is
// refused, and the nearest is named.
func WordFlag(cmd *cobra.Command, to *string, name, usage string, words ...string) {
	*to = words[0]
	cmd.Flags().Var(&oneOf{to, words}, name, usage)
	Complete(cmd, name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// flagNames are the long flags that a command knows, with their dashes.
func flagNames(cmd *cobra.Command) (names []string) {
	for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.InheritedFlags()} {
		set.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		})
	}
	return names
}
