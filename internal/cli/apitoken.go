package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// apiTokens is where the vendor keeps the permanent API tokens of the user.
const apiTokens = "/voice/api/v1/admin/token"

// apitoken are the commands for permanent API tokens. Such a token stands for its user without an end, so only create
// and list --show print one, and none is taken from the command line, where other users could read it.
func (a *app) apitoken() *cobra.Command {
	var output string
	create := &cobra.Command{
		Use: "create", Short: "Make a permanent API token, and print it or write it to a file", Args: cmdline.NoArgs,
		Long: `Makes a permanent API token of the user and prints it, or writes it to a file that only you can read. It has no end, no
name and no list of what it may do: it stands for the user in the X-Auth-Token header of older programs until it is
deleted. Each call makes one more.`,
		Example: `  ringcx apitoken create --output token.txt
  sed 's/^/X-Auth-Token: /' token.txt | curl -H @- https://ringcx.ringcentral.com/voice/api/v1/admin/accounts
  ringcx apitoken delete --token-file token.txt`,
		RunE: func(*cobra.Command, []string) error { return a.createAPIToken(output) },
	}
	create.Flags().StringVar(&output, "output", "", "write the token to `FILE` (mode 0600), new or in place of one, - for standard output")
	var show, asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List the API tokens of the user, shortened", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listAPITokens(show, asJSON) },
	}
	list.Flags().BoolVar(&show, "show", false, "print whole tokens")
	list.Flags().BoolVar(&asJSON, "json", false, "print a list of JSON")
	var yes bool
	var tokenFile string
	remove := &cobra.Command{
		Use: "delete NUMBER|BEGINNING", Short: "Delete an API token: by its number or beginning in the list, or from a file",
		Example: `  ringcx apitoken delete 2
  ringcx apitoken delete aws80:c2353445
  ringcx apitoken delete --token-file token.txt --yes`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && len(args[0]) > 24:
				return usage.New("delete takes no whole token; other users of the machine could read it there", "give its number or beginning in 'ringcx apitoken list', or use --token-file FILE")
			case len(args) > 1 || (len(args) == 1) == (tokenFile != ""):
				return usage.New("delete takes the number or the beginning of one token, or --token-file", "see 'ringcx apitoken list'")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.deleteAPIToken(args, tokenFile, yes) },
	}
	remove.Flags().BoolVar(&yes, "yes", false, "do not ask")
	remove.Flags().StringVar(&tokenFile, "token-file", "", "delete the token in `FILE`, - for standard input")
	return cmdline.Group("apitoken", "Work with permanent API tokens", create, list, remove)
}

// createAPIToken makes a token, if there is where to put it.
func (a *app) createAPIToken(output string) error {
	defer terminal.HoldPipe()() // a token that nobody reads is told on stderr
	toFile := output != "" && output != "-"
	if a.OutNowhere && !toFile {
		return usage.New("standard output is closed or the null device, where nobody could read the token; none was made", "use --output FILE")
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	to, put := "standard output", func(text string) error { _, err := io.WriteString(a.Stdout, text); return err }
	if toFile {
		out, err := outfile.New(output)
		if err != nil {
			return err
		}
		defer out.Discard()
		to, put = output, out.WriteAll
	}
	token, err := a.newAPIToken(session, acc)
	if err != nil {
		return err
	}
	if err := put(token + "\n"); err != nil {
		return terminal.NewUnprinted(
			fmt.Errorf("the API token %s was made, but not written to %s: %w", brief(token), to, err),
			"'ringcx apitoken list --show' prints it, 'ringcx apitoken delete' deletes it",
		)
	}
	if to == output {
		a.Inform("Wrote the API token %s to %s.\n", brief(token), output)
	}
	return nil
}

func (a *app) listAPITokens(show, asJSON bool) error {
	tokens, _, _, err := a.loadAPITokens()
	if err != nil {
		return err
	}
	rows := make([]map[string]any, len(tokens))
	for i, t := range tokens {
		if !show {
			t = brief(t)
		}
		rows[i] = map[string]any{"number": i + 1, "token": t}
	}
	if asJSON {
		return terminal.WriteJSON(a.Stdout, rows)
	}
	return a.Table(rows, []terminal.Column{{Title: "NUMBER", Field: "number"}, {Title: "API TOKEN", Field: "token"}})
}

func (a *app) deleteAPIToken(args []string, tokenFile string, yes bool) error {
	var token string
	var err error
	if !yes && !a.CanAsk() {
		return usage.New("there is nobody to ask whether the token may be deleted", "add --yes if it may")
	}
	if tokenFile != "" {
		if token, err = a.readAPIToken(tokenFile); err != nil {
			return err
		}
	}
	tokens, session, acc, err := a.loadAPITokens()
	if err != nil {
		return err
	}
	if tokenFile == "" {
		if token, err = pick(tokens, args[0]); err != nil {
			return err
		}
	}
	if !yes {
		answer, err := a.AskMaybe(fmt.Sprintf("Delete the API token %s? Programs that use it stop working. [y/N]", brief(token)))
		if err != nil {
			return err
		}
		if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
			return errors.New("nothing was deleted")
		}
	}
	if err := a.removeAPIToken(session, acc, token); err != nil {
		return err
	}
	a.Inform("Deleted the API token %s.\n", brief(token))
	return nil
}

// pick finds the one token that a number or a beginning means.
func pick(tokens []string, word string) (string, error) {
	word = env.Pasted(word)
	if n, err := strconv.Atoi(word); err == nil && n > 0 && n <= len(tokens) {
		return tokens[n-1], nil
	}
	word = strings.TrimSuffix(word, "…")
	var found []string
	for _, t := range tokens {
		_, id, _ := strings.Cut(t, ":")
		if len(word) >= 4 && (strings.HasPrefix(t, word) || strings.HasPrefix(id, word)) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", usage.New(fmt.Sprintf("no API token of yours is or begins with %q", wording.Clip(word)), "see 'ringcx apitoken list'; a beginning has four characters at least")
	}
	return "", usage.New(fmt.Sprintf("%d API tokens begin with %q", len(found), wording.Clip(word)), "give more of it, or its number in 'ringcx apitoken list'")
}

// readAPIToken reads a token from a private file, or from standard input.
func (a *app) readAPIToken(name string) (string, error) {
	data, from, err := a.ReadSecret(name, "--token-file names a file that holds the API token alone", 4<<10)
	if err != nil {
		return "", err
	}
	token := env.Pasted(data)
	if !isAPIToken(token) {
		return "", usage.New(from+" does not hold an API token", "give the token alone, in one line, as 'ringcx apitoken create' printed it")
	}
	return token, nil
}
