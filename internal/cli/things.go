package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/accountcmd"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/resourcecmd"
	"github.com/ringcx-go/ringcx/internal/rows"
)

// subaccounts are the sub-accounts as this run sees them.
func (a *app) subaccounts() *accountcmd.Commands {
	return &accountcmd.Commands{Env: a.Env, Teller: a.Teller, Terminal: a.Terminal, Accounts: a.Accounts, Lister: a.lister}
}

// SignedIn is that of the account, once for each run.
func (a *app) SignedIn() (*ringcx.Session, *profile.Account, error) { return a.sub.SignedIn() }

// subaccount is the ID of the sub-account that a call works in. It is looked up among those of the login, so that a wrong one
// is refused before the call; what is known from before costs no request.
func (a *app) subaccount() (string, error) { return a.sub.ID() }

// subaccountUnasked is subaccount for a call that is shown and not sent: nobody is asked, nor does anybody have to be logged in.
func (a *app) subaccountUnasked() (string, error) { return a.sub.Unasked() }

// accountFlag lets a command, and those below it, be told the sub-account.
func (a *app) accountFlag(cmd *cobra.Command) { a.sub.Flag(cmd) }

// formatFlags are the flags that say how a command prints rows.
func formatFlags(cmd *cobra.Command) *rows.Format { return rows.Flags(cmd) }

// newResourceCmds are the commands of the things that people work with daily.
func newResourceCmds(a *app, inherited *pflag.FlagSet) []*cobra.Command {
	return resourcecmd.New(&resourcecmd.Host{
		Env: a.Env, Teller: a.Teller, Terminal: a.Terminal, Inherited: inherited, AccountFlag: a.accountFlag,
		SignIn: func() (*resourcecmd.Login, error) {
			session, acc, err := a.SignedIn()
			if err != nil {
				return nil, err
			}
			return &resourcecmd.Login{Lists: a.lister(session), Base: acc.Config.Endpoint.Canonical().RingCX, Verbose: a.Verbose}, nil
		},
		Account: a.subaccount, Unasked: a.subaccountUnasked, Show: a.showCall,
	})
}
