package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest is the name that somebody who wrote word most likely meant, "" if none is near. The first of several that are
// as near is it.
func nearest(word string, names []string) string {
	const most = 64 // a longer word is no slip of the keyboard, and a secret perhaps
	if word == "" || len(word) > most {
		return ""
	}
	word = strings.ToLower(word)
	best, least := "", min(len(word), max(2, len(word)/3)+1)
	for _, name := range names {
		lower := strings.ToLower(name)
		d := distance(word, lower)
		if len(word) > 2 && strings.HasPrefix(lower, word) {
			d = min(d, 1)
		} else if len(word) > 3 && strings.Contains(lower, word) {
			d = min(d, 2)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// didYouMean is a hint that names what is near, if something is, and what to do to see all.
func didYouMean(near, otherwise string) string {
	if near == "" {
		return otherwise
	}
	return "did you mean " + near + "? " + otherwise
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
