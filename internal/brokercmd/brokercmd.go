// Package brokercmd is 'ringcx broker': the broker as a process, its configuration, and the keys of its callers.
package brokercmd

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Commands are the commands of one run.
type Commands struct {
	*env.Env
	*tell.Teller
	*terminal.Terminal
	*profile.Accounts

	configFile string
	listens    []string
	checks     bool // it is to be told what is wrong with the places to listen at, too
	patience   atomic.Int64
}

// New makes the commands of a run.
func New(env *env.Env, to *tell.Teller, on *terminal.Terminal, accounts *profile.Accounts) *Commands {
	return &Commands{Env: env, Teller: to, Terminal: on, Accounts: accounts}
}

// Patience is how long the command may take to end when it was told to: what was begun is answered.
func (a *Commands) Patience() time.Duration { return time.Duration(a.patience.Load()) }

const help = `Serves many programs, in every language, with one login: it forwards requests below /voice/api/, /platform/api/ and
/restapi/ with the right token, and hands out access tokens at /token and, as an OAuth 2.0 server, at /oauth2/token. Its
callers hold a key of its own and never a secret of the vendor's. Requests that sign in are answered by the broker itself.

It serves the profile that commands use, at ` + defaultListen + `, unless --config names a file of TOML:

  profiles = ["support", "sales"]      # the first is that of callers that name none
  audit    = "/var/log/ringcx/audit.jsonl"
  [[listen]]
  address  = "0.0.0.0:8788"
  [tls]
  cert     = "/etc/ringcx/tls.crt"
  key      = "/etc/ringcx/tls.key"
  [[rule]]
  caller   = "reports"
  method   = "GET"
  path     = "/voice/api/v1/**"

docs/broker.md has all settings. SIGHUP reads the file again, without a request being dropped; if it is wrong, all stays as it
was. SIGTERM ends the broker when what was begun is answered: /readyz says 503 before. Sockets of systemd are used.
GET /healthz and GET /readyz tell, without a key, how it is, and GET /metrics tells Prometheus.`

// New is 'ringcx broker' with all below it.
func (a *Commands) New() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "broker", Short: "Serve many programs with one login", Args: cmdline.NoArgs, Long: help,
		Example: `  ringcx broker &
  ringcx broker key create --name me --output me.key
  sed 's/^/X-Auth-Token: /' me.key | curl -H @- http://` + defaultListen + `/token
  ringcx broker --config broker.toml --check`,
		RunE: func(*cobra.Command, []string) error {
			if check {
				return a.check()
			}
			return a.run()
		},
	}
	cmd.PersistentFlags().StringVar(&a.configFile, "config", "", "`FILE` of TOML that says what is served, where, and who may do what")
	cmd.Flags().StringArrayVar(&a.listens, "listen", nil, "`ADDRESS` to listen at, HOST:PORT or unix:PATH, in place of those of the file; again for another")
	cmd.Flags().BoolVar(&check, "check", false, "say what the broker would do and what is wrong, and serve nobody")
	cmd.AddCommand(a.newHealthCmd(), a.newKeyCmd(), cmdline.Group("policy", "Ask the rules", a.newTestCmd()))
	return cmd
}

// config is the configuration of the run, with what flags say. Of its text alone is told what is wrong to who does not serve with it.
func (a *Commands) config(textAlone bool) (*config, error) {
	c, wrong := readConfig(a.configFile, a.Dir, a.Warn, textAlone, a.usualStore())
	if a.checks && c != nil && len(a.listens) == 0 {
		wrong = append(wrong, c.tryPlaces(a.Context)...)
	}
	if err := a.tellWrong(wrong); err != nil {
		return nil, err
	}
	if len(a.listens) > 0 {
		c.listens = nil
	}
	for _, text := range a.listens {
		l, err := parseListen(text, a.Dir)
		if err != nil {
			return nil, usage.New("--listen: "+err.Error(), usage.Hint(err))
		}
		if l.tls = c.tls != nil && !l.local(); !l.tls && !l.local() {
			return nil, usage.New(
				fmt.Sprintf("--listen %s is reached by other machines, and keys and tokens would travel in clear", l.String()),
				"use --config FILE with [tls], or with insecure = true in [[listen]] if the network is private to the broker and its callers",
			)
		}
		for _, other := range c.listens {
			if l.meets(&other) {
				return nil, usage.New(fmt.Sprintf("--listen %s is where --listen %s listens already", l.String(), other.String()), "leave out one of them")
			}
		}
		c.listens = append(c.listens, l)
	}
	if len(a.listens) > 0 && c.unheard(c.listens) {
		return nil, usage.New(c.file+": "+unheard, "add --listen unix:PATH")
	}
	if a.checks && len(a.listens) > 0 {
		return c, a.tellWrong(c.tryPlaces(a.Context))
	}
	return c, nil
}

// tellWrong tells all that is wrong. One thing is the error itself.
func (a *Commands) tellWrong(wrong []*usage.Error) error { return a.tellEach(a.allWrong(wrong)) }

// allWrong is an error with all that is wrong. One thing is the error itself.
func (a *Commands) allWrong(wrong []*usage.Error) error {
	switch len(wrong) {
	case 0:
		return nil
	case 1:
		return wrong[0]
	}
	var all []error
	for _, w := range wrong {
		all = append(all, w)
	}
	return &several{usage.New(fmt.Sprintf("the configuration has %d errors", len(wrong)), "mend them, and see what it would do: ringcx broker --check --config "+shell.Word(a.configFile)), all}
}
