package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicli"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/brokercmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/doctor"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/execcmd"
	"github.com/ringcx-go/ringcx/internal/login"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Main runs the command and returns its exit code.
func Main(env *env.Env) int {
	hushLibraries()
	env, failure, end := terminal.Guard(env)
	defer end()
	app := newApp(env)
	root := app.command()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := app.execute(root)
	app.EndsWith(err)
	if err != nil {
		app.stopShell()
	}
	end()
	var misuse *usage.Error
	switch {
	case terminal.IsUnread(failure()):
		var lost *terminal.Unprinted
		if errors.As(err, &lost) {
			app.report(err)
		}
		return exitUnread
	case failure() != nil && (err == nil || err.Error() == failure().Error()):
		return app.report(unwritten(failure()))
	case err == nil:
		return exitDone
	case env.Context.Err() != nil && !app.programs.Running():
		if lost := (*apicmd.LostError)(nil); errors.Is(err, context.Canceled) && !errors.As(err, &lost) {
			err = errInterrupted
		}
		app.report(err)
		return interruptCode(env.Context)
	case !app.started && !errors.As(err, &misuse):
		err = usage.New(err.Error(), "run 'ringcx help' to see the commands")
	}
	return app.report(err)
}

// unwritten is a failure to write to standard output.
func unwritten(err error) error {
	return usage.WithHint(
		fmt.Errorf("standard output could not be written: %w", terminal.UnwrapOutput(err)), "make room where it goes, or let it go elsewhere; nothing stored was lost",
	)
}

var errInterrupted = errors.New("interrupted; nothing stored was lost")

// patience is how long an interrupted command may take to finish, so that an answer under way is stored. One that comes
// later is not missed: the next command knows from the store that a request was sent.
const patience = 3 * time.Second

// execute runs the command until it ends, or a little longer than the user wants it to.
func (a *app) execute(root *cobra.Command) error {
	defer a.CloseStore()
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(a.Context) }()
	select {
	case err := <-done:
		return a.logins.OtherStore(err)
	case <-a.Context.Done():
	}
	if a.programs.Running() {
		return <-done
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.Context), max(patience, a.broker.Patience()))
	defer cancel()
	select {
	case err := <-done:
		for _, s := range a.Sessions {
			_ = s.Wait(ctx) // late is no failure: see patience
		}
		return err
	case <-ctx.Done():
		return context.Canceled
	}
}

// hintFor names the command that logs in to the profile again, where that is what helps: the engine's own hints are about
// JWTs.
func (a *app) hintFor(err error) string {
	var hinted interface{ Hint() string }
	var vendor *ringcx.Error
	var failed *login.Failed
	if why := doctor.WhyRefused(a.Account, err); why != "" {
		return why
	}
	if a.Account.Swapped(err) {
		return "the client ID is longer than the client secret: each seems to be in the other's place"
	}
	own := errors.As(err, &hinted) && !errors.As(err, &vendor) || errors.As(err, &failed)
	if hint := a.goneSandbox(err); hint != "" {
		return hint
	}
	if a.Account != nil && a.Account.Broker != nil && strings.Contains(usage.Hint(err), "'ringcx login") {
		return "whoever runs the broker looks at its login there: 'ringcx doctor --profile NAME'; " + profile.UnsetBroker
	}
	if hint := a.elsewhere(err); hint != "" {
		return hint
	}
	if strings.Contains(usage.Hint(err), "'ringcx logout --local'") {
		return strings.ReplaceAll(usage.Hint(err), "'ringcx logout --local'", "'"+profile.LogoutCommand(a.InUse, true)+"'")
	}
	if a.Again == "" || own || !errors.Is(err, ringcx.ErrLoginRequired) || strings.Contains(a.Again, "--jwt") {
		return usage.Hint(err)
	}
	return fmt.Sprintf("run '%s'", a.Again)
}

// app is one run of the command.
type app struct {
	*Env
	*tell.Teller
	*terminal.Terminal
	*profile.Accounts
	logins *login.Conversation

	api      *apicli.Commands
	broker   *brokercmd.Commands
	programs *execcmd.Commands

	started   bool // the command line was understood
	evaluated bool // a shell evaluates what is printed
}

// newApp is a run of the command in an environment.
func newApp(env *env.Env) *app {
	to := tell.New(env)
	a := &app{Env: env, Teller: to, Terminal: terminal.New(env, to), Accounts: &profile.Accounts{Env: env, Teller: to}}
	a.NewClient, a.Patient = a.client, a.by
	a.api = apicli.New(env, to, a.Terminal, a.Accounts)
	a.broker = brokercmd.New(env, to, a.Terminal, a.Accounts)
	a.programs = execcmd.New(env, to, a.Accounts)
	a.logins = &login.Conversation{
		Env: env, Teller: to, Terminal: a.Terminal, Accounts: a.Accounts, HintOf: a.hintFor, GoneSandbox: a.goneSandbox,
	}
	return a
}

func (a *app) command() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "ringcx",
		Short: "RingCX access tokens that are always good",
		Long: `ringcx signs in to RingCX, keeps the tokens alive and calls the API.

Without an account: 'ringcx demo' tells the whole story, 'ringcx sandbox' emulates the vendor for any program.
With one: 'ringcx login' once, then 'ringcx token' and 'ringcx api' for ever.

Environment: RC_SERVER_URL, RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT (or RC_CLIENT_ID, RC_CLIENT_SECRET
and RC_JWT) name the app and its user; RINGCX_SERVER_URL and RINGCX_PROFILE the rest; RINGCX_USERNAME, RINGCX_PASSWORD and
RINGCX_PLATFORM_ID a user of RingCX itself. RINGCX_STORE says where sessions are kept: file:DIR, keyring: (or keyring:DIR),
postgres://… or redis://….

An account comes whole from one place: the profile that --profile or RINGCX_PROFILE names, else the file of --env-file, else
the broker in RINGCX_BROKER with the key in RINGCX_BROKER_KEY or in the file RINGCX_BROKER_KEY_FILE, else RC_APP_CLIENT_ID and
RC_USER_JWT with their own servers (production where none are set), else the directory's profile or the default one. -v and 'ringcx status' tell which.

Whatever is waited for is told on stderr, after a second. A server may say nothing for a minute, or as --timeout says; a vendor
or another process that is busy is waited for as long as --max-wait says, and ends the command with exit code 75 then.

Exit codes: 0 done, 1 error, 2 usage, 4 login required, 75 the vendor or another process is busy, try later, 130 interrupted
(Ctrl-C), 141 the reader of the output has left, 143 ended by SIGTERM or SIGHUP.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.started = true
			return cmp.Or(cmdline.NoEmptyNames(cmd), a.checkWaits(cmd))
		},
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.printVersion(false)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVarP(&version, "version", "V", false, "print the version")
	flags := root.PersistentFlags()
	flags.StringVar(&a.Profile, "profile", "", "named login to use (default: $RINGCX_PROFILE, then what 'ringcx profile use' said)")
	flags.StringVar(&a.EnvFile, "env-file", "", "take the account from the variables in `FILE`, and others that the environment lacks")
	flags.StringVar(&a.ServerURL, "server-url", "", "RingCentral server (default: $RC_SERVER_URL)")
	flags.StringVar(&a.RingCXURL, "ringcx-server-url", "", "RingCX server (default: $RINGCX_SERVER_URL)")
	flags.StringVar(&a.ClientID, "client-id", "", "client ID of the app (default: $RC_APP_CLIENT_ID)")
	flags.DurationVar(&a.Timeout, "timeout", 0, "time for a request and its answer (default: a server may say nothing for a minute)")
	flags.DurationVar(&a.MaxWait, "max-wait", usualWait, "wait so long for a busy vendor or process")
	flags.BoolVarP(&a.Verbose, "verbose", "v", false, "tell what is done on stderr")
	cmdline.Complete(root, "profile", func(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return a.completeProfile(cmd, nil, word)
	})
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return cmdline.FlagErrorAmong(a.Args, cmd, err) })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelpCmd())
	a.fitHelp(root)
	root.AddCommand(newDemoCmd(a), newLoginCmd(a), newLogoutCmd(a), newStatusCmd(a), newTokenCmd(a), newWhoamiCmd(a), newDoctorCmd(a), a.programs.New(), newAPITokenCmd(a), newProfileCmd(a), a.broker.New(), newSandboxCmd(a), newConformCmd(a), newCompletionCmd(a), newVersionCmd(a))
	if !a.names(root.Commands()) {
		root.AddCommand(a.api.All(flags)...)
	}
	return a.completing(root)
}

// names tells whether the first argument is the name of one of these commands, and of none that tells of others. The commands that
// call the API are many; a run that needs none of them, such as one of 'ringcx token', is to start quickly.
func (a *app) names(all []*cobra.Command) bool {
	return len(a.Args) > 0 && !slices.Contains([]string{"help", "completion"}, a.Args[0]) &&
		slices.ContainsFunc(all, func(c *cobra.Command) bool { return c.Name() == a.Args[0] })
}
