package cli

import (
	"errors"
	"slices"
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
		if d > 1 && sameLetters(word, lower) { // two of them changed places
			d = 1
		}
		if d > 1 && len(word) <= 3 { // two others leave nothing of it
			continue
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// sameLetters says whether a word is another one with its letters in another order.
func sameLetters(a, b string) bool {
	one, other := []byte(a), []byte(b)
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}

// didYouMean is a hint that names what is near, if something is, and what to do to see all.
func didYouMean(near, otherwise string) string {
	if near == "" {
		return otherwise
	}
	return "did you mean " + near + "? " + otherwise
}

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

// wordFlag adds a flag that takes one of a few words, of which the first is the default. They are completed, another one is
// refused, and the nearest is named.
func wordFlag(cmd *cobra.Command, to *string, name, usage string, words ...string) {
	*to = words[0]
	cmd.Flags().Var(&oneOf{to, words}, name, usage)
	complete(cmd, name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// hintOf is the hint for a word that is none of a few.
func hintOf(word string, words []string) string {
	return didYouMean(nearWord(word, words), "one of "+listed(words))
}

// listed are words in a sentence.
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// elsewhere are words of other programs for what a flag of ours takes.
var elsewhere = map[string]string{
	"bash": "sh", "zsh": "sh", "ksh": "sh", "dash": "sh", "posix": "sh", "shell": "sh", "pwsh": "powershell", "ps1": "powershell",
	"env": "dotenv", ".env": "dotenv", "gh": "github", "actions": "github",
}

// nearWord is the one of a few words that was most likely meant, "" if none is near.
func nearWord(word string, words []string) string {
	if ours := elsewhere[strings.ToLower(word)]; slices.Contains(words, ours) {
		return ours
	}
	return nearest(word, words)
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
