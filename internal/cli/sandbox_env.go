package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/sandbox"
)

func (a *app) sandboxEnv(at *place) *cobra.Command {
	var which, namespace, passwordFile string
	cmd := &cobra.Command{
		Use: "env", Short: "Print the variables that point a program at the sandbox",
		Long: `Asks the sandbox that is running there, and prints the variables that point a program at it, with those of one of its apps:

jwt     an app with the JWT flow, and the JWT of the demo user
native  an app for programs on a desk: login in a browser, no secret
web     an app for servers: login in a browser, with a secret and one redirect URI
admin   no app: user name and password of RingCX itself, for 'ringcx login --direct'

Variables of the others, and of other accounts, that would get in the way are set to nothing. A sandbox that is only just starting is waited for,
five seconds. One with a console password is asked with that: on this machine, over TLS, or at the host that RINGCX_ALLOW_HTTP names.
If that fails, the only line on stdout is 'false', so that a shell stops: eval "$(ringcx sandbox env)" && ringcx login.`,
		Example: `  eval "$(ringcx sandbox env)" && ringcx login
  eval "$(ringcx sandbox env --app native)" && ringcx login
  eval "$(ringcx sandbox env --namespace nightly)" && ./my-tests`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, _, err := appExports(which, "", sandbox.Credentials{}); err != nil {
				return err
			}
			password, err := a.consolePassword(passwordFile)
			if err != nil {
				return err
			}
			q := &inquiry{app: a, at: at, password: password, until: time.Now().Add(startTime)}
			if q.base, err = at.address(); err != nil {
				return err
			}
			if flag := cmd.Flag("seed"); flag.Changed {
				if err := q.hasSeed(flag.Value.String()); err != nil {
					return err
				}
			}
			url := q.base.String()
			if namespace != "" {
				if url, err = q.namespace(namespace); err != nil {
					return err
				}
			}
			demo, err := q.credentials(url)
			if err != nil {
				return err
			}
			return a.printEnv(at, which, url, demo)
		},
	}
	cmd.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		a.evaluated = true
		return cmd.Root().PersistentPreRunE(cmd, args)
	}
	cmd.Flags().StringVar(&namespace, "namespace", "", "variables of the namespace `NAME` of the sandbox, which begins with that")
	cmd.Flags().StringVar(&which, "app", "jwt", "whose variables: `jwt`, native, web or admin")
	cmd.Flags().StringVar(&passwordFile, "console-password-file", "", "`FILE` with the password of the sandbox's console, if it has one")
	complete(cmd, "app", cobra.FixedCompletions([]string{"jwt", "native", "web", "admin"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// stopShell prints the shell's "false", and nothing else, for a command that has failed and whose output a shell evaluates, so
// that what comes after && is not run with variables that were there before. Of a command line that was not understood it is
// enough that it looks like one.
func (a *app) stopShell() {
	if a.evaluated || !a.started && looksEvaluated(a.Args) {
		_, _ = io.WriteString(a.Stdout, "false\n")
	}
}

// looksEvaluated tells a command line that has "env" in it, or behind "sandbox" something like it.
func looksEvaluated(args []string) bool {
	behind := false
	for _, word := range args {
		switch d := distance(word, "env"); {
		case strings.HasPrefix(word, "-") || len(word) > 64:
		case d <= 1, behind && d <= 2:
			return true
		case distance(word, "sandbox") <= 2:
			behind = true
		}
	}
	return false
}

func (a *app) printEnv(at *place, which, url string, demo sandbox.Credentials) error {
	text, talk, err := appExports(which, url, demo)
	if err != nil {
		return err
	}
	trust, err := at.trust()
	if err != nil {
		return err
	}
	if talk != "" && a.ErrTerminal {
		fmt.Fprintln(a.Stderr, printable(talk))
	}
	others, err := exportLines(a.inTheWay(text))
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.Stdout, text+others+trust)
	return err
}

// inTheWay are the variables of this shell that speak of another account, and are not among the exported ones.
func (a *app) inTheWay(exported string) (vars [][2]string) {
	for _, name := range accountVariables {
		if a.Getenv(name) != "" && !strings.Contains(exported, "export "+name+"=") {
			vars = append(vars, [2]string{name, ""})
		}
	}
	return vars
}

// exports are the shell lines of the app with the JWT flow; --env-file reads them too.
func exports(url string, demo sandbox.Credentials) (string, error) {
	return exportLines([][2]string{
		{"RC_SERVER_URL", url},
		{"RINGCX_SERVER_URL", url},
		{"RC_APP_CLIENT_ID", demo.ClientID},
		{"RC_APP_CLIENT_SECRET", demo.ClientSecret},
		{"RC_USER_JWT", demo.JWT},
	})
}

// appExports are the shell lines of an app, and what to tell the person who signs in to it. What another app left behind
// is taken away: an app without a secret fails with one.
func appExports(which, url string, demo sandbox.Credentials) (text, talk string, err error) {
	vars := [][2]string{{"RC_SERVER_URL", url}, {"RINGCX_SERVER_URL", url}}
	talk = fmt.Sprintf("At the sign-in page of 'ringcx login': %s, password %s", demo.Email, demo.Password)
	switch which {
	case "jwt":
		text, err = exports(url, demo)
		return text, "", err
	case "native":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.NativeClientID}, [2]string{"RC_APP_CLIENT_SECRET", ""}, [2]string{"RC_REDIRECT_URL", ""})
	case "web":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.WebClientID}, [2]string{"RC_APP_CLIENT_SECRET", demo.WebClientSecret},
			[2]string{"RC_REDIRECT_URL", demo.WebRedirectURI})
	case "admin":
		talk = "Log in with: ringcx login --direct"
		vars = append(vars, [2]string{"RINGCX_USERNAME", demo.AdminUsername}, [2]string{"RINGCX_PASSWORD", demo.AdminPassword},
			[2]string{"RINGCX_PLATFORM_ID", demo.PlatformID}, [2]string{"RC_APP_CLIENT_ID", ""}, [2]string{"RC_APP_CLIENT_SECRET", ""})
	default:
		return "", "", &usageError{fmt.Sprintf("the sandbox has no app %q", clip(which)), "one of jwt, native, web and admin"}
	}
	text, err = exportLines(append(vars, [2]string{"RC_USER_JWT", ""}))
	return text, talk, err
}
