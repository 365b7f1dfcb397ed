// Package apicli has the commands that call the RingCX API: operations by their names, what people do daily, leads, recordings,
// reports. What they do is in packages that know no command line; here are flags, help, and where output goes.
package apicli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/accountcmd"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/resourcecmd"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

// Commands are the commands of one run.
type Commands struct {
	*env.Env
	*tell.Teller
	*terminal.Terminal
	*profile.Accounts
	Sub *accountcmd.Commands // the sub-accounts as this run sees them
}

// New makes the commands of a run. Their accounts are those of all of them.
func New(env *env.Env, to *tell.Teller, on *terminal.Terminal, accounts *profile.Accounts) *Commands {
	a := &Commands{Env: env, Teller: to, Terminal: on, Accounts: accounts}
	a.Sub = &accountcmd.Commands{Env: env, Teller: to, Terminal: on, Accounts: accounts, Lister: a.lister}
	return a
}

// All are the commands. inherited are the flags of all commands of the program.
func (a *Commands) All(inherited *pflag.FlagSet) []*cobra.Command {
	return append(newResourceCmds(a, inherited), newAPICmd(a, inherited), a.Sub.New(), newLeadsCmd(a), newRecordingsCmd(a), newReportsCmd(a))
}

// SignedIn is that of the account, once for each run.
func (a *Commands) SignedIn() (profile.Login, *profile.Account, error) { return a.Sub.SignedIn() }

// subaccount is the ID of the sub-account that a call works in. It is looked up among those of the login, so that a wrong one
// is refused before the call; what is known from before costs no request.
func (a *Commands) subaccount() (string, error) { return a.Sub.ID(false) }

// subaccountUnasked is subaccount for a call that is shown and not sent: nobody is asked, nor does anybody have to be logged in.
func (a *Commands) subaccountUnasked() (string, error) { return a.Sub.Unasked() }

// accountFlag lets a command, and those below it, be told the sub-account.
func (a *Commands) accountFlag(cmd *cobra.Command) { a.Sub.Flag(cmd) }

// formatFlags are the flags that say how a command prints rows.
func formatFlags(cmd *cobra.Command) *rows.Format { return rows.Flags(cmd) }

// newResourceCmds are the commands of the things that people work with daily.
func newResourceCmds(a *Commands, inherited *pflag.FlagSet) []*cobra.Command {
	return resourcecmd.New(&resourcecmd.Host{
		Env: a.Env, Teller: a.Teller, Terminal: a.Terminal, Inherited: inherited, AccountFlag: a.accountFlag,
		SignIn: func() (*resourcecmd.Login, error) {
			session, acc, err := a.SignedIn()
			if err != nil {
				return nil, err
			}
			return &resourcecmd.Login{Lists: a.lister(session), Base: acc.Config.Endpoint.Canonical().RingCX, Verbose: a.Verbose}, nil
		},
		Account: a.Sub.ID, Chosen: a.Sub.Chosen, Unasked: a.subaccountUnasked, Show: a.showCall,
	})
}
