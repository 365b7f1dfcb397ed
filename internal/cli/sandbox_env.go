package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// envRequest is what 'ringcx sandbox env' is asked for.
type envRequest struct {
	which, namespace, passwordFile, form string
	unset                                bool
}

func (a *app) sandboxEnv(at *place) *cobra.Command {
	var r envRequest
	cmd := &cobra.Command{
		Use: "env", Short: "Print the variables that point a program at the sandbox",
		Long: `Asks the sandbox that is running there, and prints the variables that point a program at it, with those of one of its apps:

jwt     an app with the JWT flow, and the JWT of the demo user
native  an app for programs on a desk: login in a browser, no secret
web     an app for servers: login in a browser, with a secret and one redirect URI
admin   no app: user name and password of RingCX itself, for 'ringcx login --direct'

Variables of the others, and of other accounts, that would get in the way are set to nothing. A sandbox that is only just starting is waited for,
five seconds. One with a console password is asked with that: on this machine, over TLS, or at the host that RINGCX_ALLOW_HTTP names.
If that fails, the only line on stdout is 'false', so that a shell stops: eval "$(ringcx sandbox env)" && ringcx login.

--format writes them for others: fish and powershell, which stop, too; dotenv for files of NAME=value lines, json for programs, github
for the file that GITHUB_ENV names. After a failure these three have nothing on stdout.

--unset prints what takes all variables of accounts away again, and those by which programs trust the sandbox. It needs no sandbox.`,
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
				return a.printUnset(at, formNamed(r.form))
			}
			seed := ""
			if flag := cmd.Flag("seed"); flag.Changed {
				seed = flag.Value.String()
			}
			return a.askEnv(at, r, seed, set)
		},
	}
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		a.evaluated = true
		return cmd.Root().PersistentPreRunE(cmd, args)
	}
	cmd.Flags().StringVar(&r.namespace, "namespace", "", "variables of the namespace `NAME` of the sandbox, which begins with that")
	cmdline.WordFlag(cmd, &r.which, "app", "whose variables: `jwt`, native, web or admin", "jwt", "native", "web", "admin")
	cmdline.WordFlag(cmd, &r.form, "format", "for a shell like `sh`, or for fish, powershell, dotenv, json or github", formNames()...)
	cmd.Flags().BoolVar(&r.unset, "unset", false, "print what takes the variables away again, instead")
	cmd.Flags().StringVar(&r.passwordFile, "console-password-file", "", "`FILE` with the password of the sandbox's console, if it has one")
	return cmd
}

// askEnv asks a sandbox, of that seed if one is given, and prints what leads there. set are the variables of accounts that
// this shell has.
func (a *app) askEnv(at *place, r envRequest, seed string, set []string) error {
	password, err := a.consolePassword(r.passwordFile)
	if err != nil {
		return err
	}
	q := &inquiry{app: a, at: at, password: password, until: time.Now().Add(startTime)}
	if q.base, err = at.address(); err != nil {
		return err
	}
	if seed != "" {
		if err := q.hasSeed(seed); err != nil {
			return err
		}
	}
	url := q.base.String()
	if r.namespace != "" {
		if url, err = q.namespace(r.namespace); err != nil {
			return err
		}
	}
	demo, err := q.credentials(url)
	if err != nil {
		return err
	}
	return a.printEnv(at, r, url, demo, set)
}

// stopShell prints the shell's "false", or what stops another shell, and nothing else, for a command that has failed and whose
// output a shell evaluates, so that what comes after && is not run with variables that were there before. Of a command line that
// was not understood it is enough that it looks like one.
func (a *app) stopShell() {
	if a.evaluated || !a.started && looksEvaluated(a.Args) {
		_, _ = io.WriteString(a.Stdout, formAmong(a.Args).stop)
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

func (a *app) printEnv(at *place, r envRequest, url string, demo sandbox.Credentials, set []string) error {
	vars, talk := variablesOf(r.which, url, demo)
	trust, err := at.trust()
	if err != nil {
		return err
	}
	text, err := formNamed(r.form).set(slices.Concat(vars, inTheWay(set, vars), trust))
	if err != nil {
		return err
	}
	if talk != "" && a.ErrTerminal {
		fmt.Fprintln(a.Stderr, wording.Printable(talk))
	}
	_, err = io.WriteString(terminal.Unfolded(a.Stdout), text)
	return err
}

// printUnset prints what takes the variables away.
func (a *app) printUnset(at *place, f form) error {
	names := slices.Clone(env.AccountVariables)
	for _, name := range trustVariables {
		if at.tlsDir != "" || isAuthority(a.Getenv(name)) {
			names = append(names, name)
		}
	}
	text, err := f.unset(names)
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

// inTheWay sets those variables to nothing that speak of another account than vars, and are not among them.
func inTheWay(set []string, vars [][2]string) (others [][2]string) {
	for _, name := range set {
		if !slices.ContainsFunc(vars, func(v [2]string) bool { return v[0] == name }) {
			others = append(others, [2]string{name, ""})
		}
	}
	return others
}

// variablesOf lead a program to an app of the sandbox at url; talk is for the person who signs in to it. What another app left
// behind is taken away: an app without a secret fails with one.
func variablesOf(which, url string, demo sandbox.Credentials) (vars [][2]string, talk string) {
	vars = [][2]string{{"RC_SERVER_URL", url}, {"RINGCX_SERVER_URL", url}}
	talk = fmt.Sprintf("At the sign-in page of 'ringcx login': %s, password %s", demo.Email, demo.Password)
	jwt := ""
	switch which {
	case "native":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.NativeClientID}, [2]string{"RC_APP_CLIENT_SECRET", ""}, [2]string{"RC_REDIRECT_URL", ""})
	case "web":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.WebClientID}, [2]string{"RC_APP_CLIENT_SECRET", demo.WebClientSecret},
			[2]string{"RC_REDIRECT_URL", demo.WebRedirectURI})
	case "admin":
		talk = "Log in with: ringcx login --direct"
		vars = append(vars, [2]string{"RINGCX_USERNAME", demo.AdminUsername}, [2]string{"RINGCX_PASSWORD", demo.AdminPassword},
			[2]string{"RINGCX_PLATFORM_ID", demo.PlatformID}, [2]string{"RC_APP_CLIENT_ID", ""}, [2]string{"RC_APP_CLIENT_SECRET", ""})
	default: // jwt
		talk, jwt = "", demo.JWT
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.ClientID}, [2]string{"RC_APP_CLIENT_SECRET", demo.ClientSecret})
	}
	return append(vars, [2]string{"RC_USER_JWT", jwt}), talk
}
