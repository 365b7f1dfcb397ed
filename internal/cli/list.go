package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

func newAccountsCmd(a *app) *cobra.Command {
	return cmdline.Group("accounts", "Work with RingCX accounts", newListCmd(a, "List the main account and its sub-accounts",
		"/voice/api/v1/admin/accounts",
		terminal.Column{Title: "ACCOUNT", Field: "accountId"}, terminal.Column{Title: "NAME", Field: "accountName"}, terminal.Column{Title: "MAIN ACCOUNT", Field: "mainAccountId"}))
}

func newUsersCmd(a *app) *cobra.Command {
	return cmdline.Group("users", "Work with RingCX administrators", newListCmd(a, "List the users that may administer RingCX",
		"/voice/api/v1/admin/users?flatten=true",
		terminal.Column{Title: "USER", Field: "userId"}, terminal.Column{Title: "FIRST NAME", Field: "firstName"}, terminal.Column{Title: "LAST NAME", Field: "lastName"}, terminal.Column{Title: "USER NAME", Field: "userName"}, terminal.Column{Title: "ENABLED", Field: "enabled"}))
}

func newListCmd(a *app, short, path string, columns ...terminal.Column) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: short, Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			session, acc, err := a.SignedIn()
			if err != nil {
				return err
			}
			rows, err := a.lister(session).All(a.Context, acc.Config.Endpoint.Canonical().RingCX+path)
			if err != nil {
				return err
			}
			if asJSON {
				return terminal.WriteJSON(a.Stdout, rows)
			}
			return a.Table(rows, columns)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the vendor's answer as JSON")
	return cmd
}

// profileBlocks prints profiles for a narrow terminal.
func (a *app) profileBlocks(profiles []profileRow) error {
	rows := make([]map[string]any, len(profiles))
	for i, r := range profiles {
		rows[i] = map[string]any{"name": strings.TrimSpace(r.Name + " " + star(r.Selected)), "method": r.way(), "app": r.ClientID, "cx": r.Servers.RingCX, "dirs": strings.Join(r.Directories, ", ")}
	}
	return a.Blocks(rows, []terminal.Column{{Title: "PROFILE", Field: "name"}, {Title: "LOGIN", Field: "method"}, {Title: "APP", Field: "app"}, {Title: "RINGCX", Field: "cx"}, {Title: "DIRECTORIES", Field: "dirs"}})
}
