package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apitoken"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const apitokenCreateHelp = `Makes a permanent API token of the user and prints it, or writes it to a file that only you can read. It has no end, no
name and no list of what it may do: it stands for the user in the X-Auth-Token header of older programs until it is
deleted. Each call makes one more.`

// newAPITokenCmd are the commands for permanent API tokens. Such a token stands for its user without an end, so only create
// and list --show print one, and none is taken from the command line, where other users could read it.
func newAPITokenCmd(a *app) *cobra.Command {
	var output string
	create := &cobra.Command{
		Use: "create", Short: "Make a permanent API token, and print it or write it to a file", Args: cmdline.NoArgs,
		Long: apitokenCreateHelp,
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

// apiTokens are the calls about the tokens of the user.
func (a *app) apiTokens() (*apitoken.Calls, error) {
	session, acc, err := a.SignedIn()
	if err != nil {
		return nil, err
	}
	return &apitoken.Calls{Client: session.Client(), Base: acc.Config.Endpoint.Canonical().RingCX}, nil
}

// createAPIToken makes a token, if there is where to put it.
func (a *app) createAPIToken(output string) error {
	defer terminal.HoldPipe()() // a token that nobody reads is told on stderr
	toFile := output != "" && output != "-"
	if a.OutNowhere && !toFile {
		return usage.New("standard output is closed or the null device, where nobody could read the token; none was made", "use --output FILE")
	}
	calls, err := a.apiTokens()
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
	token, err := calls.Create(a.Context)
	if err != nil {
		return err
	}
	if err := put(token + "\n"); err != nil {
		return terminal.NewUnprinted(
			fmt.Errorf("the API token %s was made, but not written to %s: %w", apitoken.Brief(token), to, err),
			"'ringcx apitoken list --show' prints it, 'ringcx apitoken delete' deletes it",
		)
	}
	if to == output {
		a.Inform("Wrote the API token %s to %s.\n", apitoken.Brief(token), output)
	}
	return nil
}

func (a *app) listAPITokens(show, asJSON bool) error {
	calls, err := a.apiTokens()
	if err != nil {
		return err
	}
	tokens, err := calls.List(a.Context)
	if err != nil {
		return err
	}
	rows := make([]map[string]any, len(tokens))
	for i, t := range tokens {
		if !show {
			t = apitoken.Brief(t)
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
	calls, err := a.apiTokens()
	if err != nil {
		return err
	}
	tokens, err := calls.List(a.Context)
	if err != nil {
		return err
	}
	if tokenFile == "" {
		if token, err = apitoken.Pick(tokens, args[0]); err != nil {
			return err
		}
	}
	if !yes {
		answer, err := a.AskMaybe(fmt.Sprintf("Delete the API token %s? Programs that use it stop working. [y/N]", apitoken.Brief(token)))
		if err != nil {
			return err
		}
		if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
			return errors.New("nothing was deleted")
		}
	}
	if err := calls.Delete(a.Context, token); err != nil {
		return err
	}
	a.Inform("Deleted the API token %s.\n", apitoken.Brief(token))
	return nil
}

// readAPIToken reads a token from a private file, or from standard input.
func (a *app) readAPIToken(name string) (string, error) {
	data, from, err := a.ReadSecret(name, "--token-file names a file that holds the API token alone", 4<<10)
	if err != nil {
		return "", err
	}
	token := env.Pasted(data)
	if !apitoken.Is(token) {
		return "", usage.New(from+" does not hold an API token", "give the token alone, in one line, as 'ringcx apitoken create' printed it")
	}
	return token, nil
}
