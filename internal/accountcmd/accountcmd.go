// Package accountcmd has the sub-account that commands work in: how it is told, chosen and kept, and the commands that list and
// choose it.
package accountcmd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/subaccount"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Commands is one run of a command, as far as sub-accounts go.
type Commands struct {
	*env.Env
	*tell.Teller
	*terminal.Terminal
	*profile.Accounts

	Lister func(profile.Login) *apicmd.Lister // gets lists for a session

	name    string              // the sub-account that --account names; "": it does not
	chosen  *subaccount.Account // the one that calls work in, once it was found
	sure    bool                // it was found for a call that changes something
	session profile.Login       // of SignedIn, once it was made
}

// Flag lets a command, and those below it, be told the sub-account.
func (c *Commands) Flag(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&c.name, "account", "", "sub-account to work in (default: $RINGCX_ACCOUNT, then what 'ringcx accounts use' said)")
	cmdline.Complete(cmd, "account", cobra.NoFileCompletions)
}

// SignedIn is that of the account, once for each run: what finds the sub-account and what calls in it are one session.
func (c *Commands) SignedIn() (profile.Login, *profile.Account, error) {
	if c.session != nil {
		return c.session, c.Account, nil
	}
	session, acc, err := c.Accounts.SignedIn()
	if err == nil {
		c.session = session
	}
	return session, acc, err
}

// New is the command 'accounts'.
func (c *Commands) New() *cobra.Command {
	return cmdline.Group("accounts", "Work with RingCX accounts", newListCmd(c), newUseCmd(c))
}

func newListCmd(c *Commands) *cobra.Command {
	var format *rows.Format
	cmd := &cobra.Command{
		Use: "list", Short: "List the main account and its sub-accounts; on a terminal, the one in use has a star", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.listAccounts(format) },
	}
	format = rows.Flags(cmd)
	c.Flag(cmd)
	return cmd
}

// listAccounts prints the accounts that the login may use.
func (c *Commands) listAccounts(format *rows.Format) error {
	session, acc, err := c.SignedIn()
	if err != nil {
		return err
	}
	var all []json.RawMessage
	if err := c.Lister(session).Each(c.Context, acc.Config.Endpoint.Canonical().RingCX+Path, 0, "accountId", func(page []json.RawMessage) error {
		all = append(all, page...)
		return nil
	}); err != nil {
		return err
	}
	shape := rows.Shape{Columns: []terminal.Column{{Title: "ACCOUNT", Field: "accountId"}, {Title: "NAME", Field: "accountName"}, {Title: "MAIN ACCOUNT", Field: "mainAccountId"}}}
	accounts, odd := accountsOf(all)
	c.warnOdd(odd)
	c.chooser(session, acc).Saw(accounts)
	given, _ := c.Given(acc)
	if used, err := subaccount.Find(accounts, given); err == nil {
		shape.Marked = func(r json.RawMessage) bool { return rows.Field(r, "accountId") == used.ID }
	}
	if !format.JSON && format.JQ == "" { // of which a line can be made
		all = slices.DeleteFunc(all, func(row json.RawMessage) bool { return row[0] != '{' })
	}
	w := format.To(c.Context, c.Terminal, nil, shape)
	if err := w.Write(all...); err != nil {
		return fmt.Errorf("GET %s: %w", Path, err)
	}
	return w.End()
}

func newUseCmd(c *Commands) *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use: "use ACCOUNT", Short: "Choose the sub-account that calls work in",
		Long: `Keeps the sub-account in the profile, as 'account' in config.toml. ACCOUNT is an ID or a name, and the vendor is asked
whether the login may use it. --account and RINGCX_ACCOUNT come before what is kept, and a login that may use only one
sub-account needs none of them. --clear forgets what was chosen.`,
		Example: `  ringcx accounts list
  ringcx accounts use 21000001`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case remove && len(args) > 0:
				return usage.New("--clear takes no sub-account", "see 'ringcx accounts use --help'")
			case !remove && (len(args) != 1 || strings.TrimSpace(args[0]) == ""):
				return usage.New("'ringcx accounts use' takes one sub-account", "'ringcx accounts list' shows them")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if remove {
				return c.keepAccount(nil)
			}
			return c.useAccount(args[0])
		},
	}
	cmd.Flags().BoolVar(&remove, "clear", false, "forget the sub-account that was chosen")
	return cmd
}

// useAccount keeps a sub-account in the profile, if its login may use it.
func (c *Commands) useAccount(given string) error {
	session, acc, err := c.SignedIn()
	if err != nil {
		return err
	}
	if err := keepable(acc); err != nil {
		return err
	}
	chosen, err := c.chooser(session, acc).Ask(c.Context, given)
	if err != nil {
		return err
	}
	if chosen.Believed {
		c.Inform("This login may not list accounts, so that %s is kept as it was given.\n", chosen.String())
	}
	if err := c.keepAccount(&chosen); err != nil {
		return err
	}
	if given, source := c.Given(nil); given != "" {
		c.Inform("Calls here still work in %s, as %s says.\n", given, source)
	}
	return nil
}

// keepable refuses an account without a profile, in which nothing can be kept.
func keepable(acc *profile.Account) error {
	if acc.Profile != "" {
		return nil
	}
	return usage.New("the login is that of "+acc.Source+", and not one of a profile in which a sub-account is kept", "set RINGCX_ACCOUNT there to its ID")
}

// keepAccount keeps a sub-account in the profile in use; nil: none.
func (c *Commands) keepAccount(chosen *subaccount.Account) error {
	acc, err := c.Resolve()
	if err != nil {
		return err
	}
	if err := keepable(acc); err != nil {
		return err
	}
	err = c.ChangeSettings(func(s *profile.Settings) error {
		p, known := s.Fit(acc.Profile)
		if !known {
			return usage.New(s.NoProfile(acc.Profile), "'ringcx profile list' shows them")
		}
		if p.Account = ""; chosen != nil {
			p.Account = profile.AccountID(chosen.ID)
		}
		s.Profiles[acc.Profile] = p
		return nil
	})
	switch {
	case err != nil:
	case chosen == nil:
		c.Inform("No sub-account is chosen in profile %s.\n", acc.Profile)
	default:
		c.Inform("Calls of profile %s work in sub-account %s.\n", acc.Profile, chosen.String())
	}
	return err
}
