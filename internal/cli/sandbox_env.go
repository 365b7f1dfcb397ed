package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// envRequest is what 'ringcx sandbox env' is asked for.
type envRequest struct {
	which, namespace, passwordFile, form string
	unset                                bool
}

const sandboxEnvHelp = `Asks the sandbox that is running there, and prints the variables that point a program at it, with those of one of its apps:

jwt     an app with the JWT flow, and the JWT of the demo user
native  an app for programs on a desk: login in a browser, no secret
web     an app for servers: login in a browser, with a secret and one redirect URI
admin   no app: user name and password of RingCX itself, for 'ringcx login --direct'

Variables of the others, and of other accounts, that would get in the way are set to nothing. A sandbox that is only just starting is waited for,
five seconds. One with a console password is asked with that: on this machine, over TLS, or at the host that RINGCX_ALLOW_HTTP names.
If that fails, the only line on stdout is 'false', so that a shell stops: eval "$(ringcx sandbox env)" && ringcx login.

--format writes them for others: fish and powershell, which stop, too; dotenv for files of NAME=value lines, json for programs, github
for the file that GITHUB_ENV names. After a failure these three have nothing on stdout.

--unset prints what takes all variables of accounts away again, and those by which programs trust the sandbox. It needs no sandbox.`

func newSandboxEnvCmd(a *app, at *serve.Place) *cobra.Command {
	var r envRequest
	cmd := &cobra.Command{
		Use: "env", Short: "Print the variables that point a program at the sandbox",
		Long: sandboxEnvHelp,
		Example: `  eval "$(ringcx sandbox env)" && ringcx login
  eval "$(ringcx sandbox env --app native)" && ringcx login
  eval "$(ringcx sandbox env --namespace nightly)" && ./my-tests
  eval "$(ringcx sandbox env --unset)"
  ringcx sandbox env --format fish | source; and ringcx login
  ringcx sandbox env --format powershell | Out-String | Invoke-Expression; ringcx login
  ringcx sandbox env --format github >>"$GITHUB_ENV"`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set := a.accountSet()
			if err := a.readOwnEnvFile(); err != nil {
				return err
			}
			if r.unset {
				return a.printUnset(at, shell.Named(r.form))
			}
			seed := ""
			if flag := cmd.Flag("seed"); flag.Changed {
				seed = flag.Value.String()
			}
			return a.printEnv(at, r, seed, set)
		},
	}
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		a.evaluated = true
		return cmd.Root().PersistentPreRunE(cmd, args)
	}
	cmd.Flags().StringVar(&r.namespace, "namespace", "", "variables of the namespace `NAME` of the sandbox, which begins with that")
	cmdline.WordFlag(cmd, &r.which, "app", "whose variables: `jwt`, native, web or admin", "jwt", "native", "web", "admin")
	cmdline.WordFlag(cmd, &r.form, "format", "for a shell like `sh`, or for fish, powershell, dotenv, json or github", shell.Forms()...)
	cmd.Flags().BoolVar(&r.unset, "unset", false, "print what takes the variables away again, instead")
	cmd.Flags().StringVar(&r.passwordFile, "console-password-file", "", "`FILE` with the password of the sandbox's console, if it has one")
	return cmd
}

// printEnv asks a sandbox, of that seed if one is given, and prints what leads there. set are the variables of accounts that
// this shell has.
func (a *app) printEnv(at *serve.Place, r envRequest, seed string, set []string) error {
	password, err := a.consolePassword(r.passwordFile)
	if err != nil {
		return err
	}
	vars, talk, err := serve.Variables(a.Context, &serve.Request{
		At: *at, App: r.which, Namespace: r.namespace, Seed: seed, Password: password, AllowHTTP: a.Variable("RINGCX_ALLOW_HTTP"), Set: set, Tell: a.Inform,
	})
	if err != nil {
		return err
	}
	text, err := shell.Named(r.form).Set(vars)
	if err != nil {
		return err
	}
	if talk != "" && a.ErrTerminal {
		fmt.Fprintln(a.Stderr, wording.Printable(talk))
	}
	_, err = io.WriteString(terminal.Unfolded(a.Stdout), text)
	return err
}

// stopShell prints the shell's "false", or what stops another shell, and nothing else, for a command that has failed and whose
// output a shell evaluates, so that what comes after && is not run with variables that were there before. Of a command line that
// was not understood it is enough that it looks like one.
func (a *app) stopShell() {
	if a.evaluated || !a.started && looksEvaluated(a.Args) {
		_, _ = io.WriteString(a.Stdout, formAmong(a.Args).Stop())
	}
}

// looksEvaluated tells a command line that has "env" in it, or behind "sandbox" something like it.
func looksEvaluated(args []string) bool {
	behind := false
	for _, word := range args {
		switch d := wording.Distance(word, "env"); {
		case strings.HasPrefix(word, "-") || len(word) > 64:
		case d <= 1, behind && d <= 2:
			return true
		case wording.Distance(word, "sandbox") <= 2:
			behind = true
		}
	}
	return false
}

// formAmong is the form that arguments ask for, or seem to, whether or not they are understood.
func formAmong(args []string) shell.Form {
	names := shell.Forms()
	name := names[0]
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--format="); ok {
			name = value
		} else if arg == "--format" && i+1 < len(args) {
			name = args[i+1]
		}
	}
	if !slices.Contains(names, name) {
		name = wording.NearWord(name, names)
	}
	return shell.Named(name)
}

// printUnset prints what takes the variables away.
func (a *app) printUnset(at *serve.Place, f shell.Form) error {
	text, err := f.Unset(slices.Concat(env.AccountVariables, at.TrustNames(a.Getenv)))
	if errors.Is(err, shell.ErrNoUnset) {
		return usage.New(err.Error(), "leave the file out, or choose another --format")
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(terminal.Unfolded(a.Stdout), text)
	return err
}

// accountSet are the variables of this shell that speak of an account.
func (a *app) accountSet() (names []string) {
	for _, name := range env.AccountVariables {
		if a.Getenv(name) != "" {
			names = append(names, name)
		}
	}
	return names
}
