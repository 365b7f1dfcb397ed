// Package resourcecmd has the commands for the things that people work with daily. They are the same for each kind of the table
// in package resource: list, get, create, update, delete, and lists of what belongs to one.
package resourcecmd

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

// Host is what the commands need of the run that they are part of.
type Host struct {
	*env.Env
	*tell.Teller
	*terminal.Terminal

	Inherited   *pflag.FlagSet                     // the flags that every command has
	AccountFlag func(*cobra.Command)               // lets a command be told the sub-account
	SignIn      func() (*Login, error)             // asks the vendor for nothing yet
	Account     func(changes bool) (string, error) // the sub-account of a call, which may change something
	Chosen      func() string                      // the same with its name, once it was found
	Unasked     func() (string, error)             // the same without asking the vendor or needing a login
	Show        func(call *apicmd.Call) error      // shows a call in place of sending it
}

// Login is what calls are sent with.
type Login struct {
	Lists   *apicmd.Lister
	Base    string // the server
	Verbose bool
}

// New are the commands of all kinds.
func New(h *Host) (all []*cobra.Command) {
	for _, k := range resource.Kinds {
		g := cmdline.Group(k.Name, k.Short, newListCmd(h, k), newGetCmd(h, k), newCreateCmd(h, k), newUpdateCmd(h, k), newDeleteCmd(h, k))
		for _, m := range k.More {
			g.AddCommand(newMoreCmd(h, k, m))
		}
		g.Long = k.Short + ". What is not a command here is one of 'ringcx api'."
		if !k.NoAccount {
			h.AccountFlag(g)
		}
		all = append(all, g)
	}
	return all
}

// runner gets things for the account that the command works with. Until what is returned beside it is called, it shows what
// takes long to people whose output that does not disturb.
func (h *Host) runner(format *rows.Format, changes bool) (*resource.Runner, func(), error) {
	login, err := h.SignIn()
	if err != nil {
		return nil, nil, err
	}
	r := &resource.Runner{Lists: login.Lists, Base: login.Base, Account: func() (string, error) { return h.Account(changes) }, Sure: changes}
	r.Warn = h.Warn
	if login.Verbose {
		r.Note = func(text string) { h.Inform("ringcx: %s\n", text) }
	}
	if h.Draws() && (!h.OutTerminal || !format.Given()) {
		to, line := terminal.Trusted(h.Stderr), ""
		draw := func(text string) {
			if text != line {
				fmt.Fprintf(to, "\r\x1b[K%s", text)
			}
			line = text
		}
		r.Progress = draw
		return r, func() { draw("") }, nil
	}
	return r, func() {}, nil
}
