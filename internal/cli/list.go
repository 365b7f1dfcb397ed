package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/subaccount"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func newAccountsCmd(a *app) *cobra.Command {
	return cmdline.Group("accounts", "Work with RingCX accounts", newAccountsListCmd(a), newAccountsUseCmd(a))
}

func newAccountsListCmd(a *app) *cobra.Command {
	var format *rows.Format
	cmd := &cobra.Command{
		Use: "list", Short: "List the main account and its sub-accounts; on a terminal, the one in use has a star", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listAccounts(format) },
	}
	format = formatFlags(cmd)
	a.accountFlag(cmd)
	return cmd
}

// listAccounts prints the accounts that the login may use.
func (a *app) listAccounts(format *rows.Format) error {
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	var all []json.RawMessage
	if err := a.lister(session).Each(a.Context, acc.Config.Endpoint.Canonical().RingCX+accountsPath, 0, func(page []json.RawMessage) error {
		all = append(all, page...)
		return nil
	}); err != nil {
		return err
	}
	shape := rows.Shape{Columns: []terminal.Column{{Title: "ACCOUNT", Field: "accountId"}, {Title: "NAME", Field: "accountName"}, {Title: "MAIN ACCOUNT", Field: "mainAccountId"}}}
	if accounts, err := accountsOf(all); err == nil && len(accounts) == len(all) {
		a.chooser(session, acc).Saw(accounts)
		given, _ := a.givenAccount(acc)
		if used, err := subaccount.Find(accounts, given); err == nil {
			shape.Marked = func(r json.RawMessage) bool { return rows.Field(r, "accountId") == used.ID }
		}
	}
	w := format.To(a.Context, a.Terminal, nil, shape)
	if err := w.Write(all...); err != nil {
		return fmt.Errorf("GET %s: %w", accountsPath, err)
	}
	return w.End()
}

func newAccountsUseCmd(a *app) *cobra.Command {
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
				return a.keepAccount(nil)
			}
			return a.useAccount(args[0])
		},
	}
	cmd.Flags().BoolVar(&remove, "clear", false, "forget the sub-account that was chosen")
	return cmd
}

// useAccount keeps a sub-account in the profile, if its login may use it.
func (a *app) useAccount(given string) error {
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	if err := keepable(acc); err != nil {
		return err
	}
	chosen, err := a.chooser(session, acc).Ask(a.Context, given)
	if err != nil {
		return err
	}
	if chosen.Believed {
		a.Inform("This login may not list accounts, so that %s is kept as it was given.\n", chosen.String())
	}
	if err := a.keepAccount(&chosen); err != nil {
		return err
	}
	if given, source := a.givenAccount(nil); given != "" {
		a.Inform("Calls here still work in %s, as %s says.\n", given, source)
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
func (a *app) keepAccount(chosen *subaccount.Account) error {
	acc, err := a.Resolve()
	if err != nil {
		return err
	}
	if err := keepable(acc); err != nil {
		return err
	}
	err = a.ChangeSettings(func(s *profile.Settings) error {
		p, known := s.Fit(acc.Profile)
		if !known {
			return usage.New(s.NoProfile(acc.Profile), "'ringcx profile list' shows them")
		}
		if p.Account = ""; chosen != nil {
			p.Account = chosen.ID
		}
		s.Profiles[acc.Profile] = p
		return nil
	})
	switch {
	case err != nil:
	case chosen == nil:
		a.Inform("No sub-account is chosen in profile %s.\n", acc.Profile)
	default:
		a.Inform("Calls of profile %s work in sub-account %s.\n", acc.Profile, chosen.String())
	}
	return err
}

// profileBlocks prints profiles for a narrow terminal.
func (a *app) profileBlocks(profiles []profileRow) error {
	rows := make([]map[string]any, len(profiles))
	for i, r := range profiles {
		rows[i] = map[string]any{"name": strings.TrimSpace(r.Name + " " + star(r.Selected)), "method": r.way(), "app": r.ClientID, "cx": r.Servers.RingCX, "dirs": strings.Join(r.Directories, ", ")}
	}
	return a.Blocks(rows, []terminal.Column{{Title: "PROFILE", Field: "name"}, {Title: "LOGIN", Field: "method"}, {Title: "APP", Field: "app"}, {Title: "RINGCX", Field: "cx"}, {Title: "DIRECTORIES", Field: "dirs"}})
}
