package cli

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/sandbox"
)

const defaultListen = "127.0.0.1:8787"

func (a *app) sandbox() *cobra.Command {
	var opts sandbox.Options
	var at place
	var passwordFile string
	var chosen choices
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Emulate both vendor servers on this machine", Args: noArgs,
		Long: `Emulates RingCentral's token endpoints and RingCX on one port, for programs in any language: only the host changes
between the sandbox and production. It starts with one account, its users and three apps, the same on every start with the
same seed; 'ringcx sandbox env' prints what a program needs to sign in. Everything lives in memory, or with --data in a file
that survives kill -9; --snapshot FILE begins with what GET /_sandbox/snapshot of a sandbox answered.

Many test suites share one sandbox without meeting each other: 'ringcx sandbox env --namespace NAME' prints the variables of a
sandbox inside this one, with a clock, limits, tokens and a log of its own.

Tests move its clock (POST /_sandbox/clock {"advance":"6m"}), read what was asked and what was wrong with it
(GET /_sandbox/requests), order bad days (POST /_sandbox/faults) and start over (POST /_sandbox/reset). --hostile 0.1
spoils a tenth of all requests: delays, outages, lost answers and the like. docs/sandbox.md has the rest.

What the vendor does where that is not known, or where a test wants otherwise, is chosen with --set, or while it runs
(POST /_sandbox/switches); 'ringcx sandbox contract' lists everything that can be chosen. --emulate engage is the vendor
as its documentation had it under the older host.

People open /console/ in a browser: create apps, watch requests as they happen. Without a password that works on this
machine only; --console-password-file, or RINGCX_CONSOLE_PASSWORD in the environment, opens it to other machines, which
have to send the password to /_sandbox/ too.

--tls DIR speaks HTTPS, also under the vendor's host names. 'ringcx sandbox env --tls DIR' and --env-file add the variables
by which programs trust the authority in DIR: SSL_CERT_FILE (OpenSSL, Python, PHP, Go on Linux), CURL_CA_BUNDLE and
NODE_EXTRA_CA_CERTS. The first two take the place of what is trusted otherwise, so give the shell to the sandbox.`,
		Example: `  ringcx sandbox &
  eval "$(ringcx sandbox env)"
  ringcx login --jwt && ringcx accounts list`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := chosen.apply(&opts); err != nil {
				return err
			}
			if at.data != "" && !cmd.Flags().Changed("seed") {
				opts.Seed = 0 // that of the file
			}
			var err error
			if opts.ConsolePassword, err = a.consolePassword(passwordFile); err != nil {
				return err
			}
			return a.serve(&opts, &at)
		},
	}
	chosen.flags(a, cmd)
	cmd.Flags().StringVar(&passwordFile, "console-password-file", "", "`FILE` with the password that the console asks for")
	sandboxFlags(cmd, &opts, &at)
	cmd.AddCommand(a.sandboxEnv(&opts, &at), a.sandboxContract(&opts))
	return cmd
}

func sandboxFlags(cmd *cobra.Command, opts *sandbox.Options, at *place) {
	f := cmd.Flags()
	f.StringVar(&at.data, "data", "", "keep everything in `FILE`, made if there is none")
	f.StringVar(&at.snapshot, "snapshot", "", "begin with the snapshot in `FILE`")
	f.StringVar(&at.envFile, "env-file", "", "write the variables that 'ringcx sandbox env' prints to `FILE`")
	f.DurationVar(&opts.TokenTTL, "token-ttl", 5*time.Minute, "lifetime of RingCX access tokens")
	f.StringVar(&opts.Algorithm, "algorithm", "ES256", "signature of RingCX access tokens: ES256, RS256 or EdDSA")
	f.Float64Var(&opts.Hostile, "hostile", 0, "share of the requests, 0 to 1, that a hostile day spoils; the same for the same seed")
	f.BoolVar(&opts.NoLimits, "no-limits", false, "switch the request limits off")
	complete(cmd, "algorithm", cobra.FixedCompletions([]string{"ES256", "RS256", "EdDSA"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.PersistentFlags().StringVar(&at.listen, "listen", defaultListen, "`ADDRESS` to listen on; port 0 takes a free one")
	cmd.PersistentFlags().Uint64Var(&opts.Seed, "seed", 1, "seed of the demo client ID, secret and JWT")
	cmd.PersistentFlags().StringVar(&at.tlsDir, "tls", "", "speak HTTPS, with a private authority in `DIR`, made if there is none")
}

func (a *app) sandboxEnv(opts *sandbox.Options, at *place) *cobra.Command {
	var which, namespace string
	cmd := &cobra.Command{
		Use: "env", Short: "Print the variables that point a program at the sandbox", Args: noArgs,
		Long: `Prints the variables that point a program at the sandbox, and those of one of its apps:

jwt     an app with the JWT flow, and the JWT of the demo user
native  an app for programs on a desk: login in a browser, no secret
web     an app for servers: login in a browser, with a secret and one redirect URI
admin   no app: user name and password of RingCX itself, for 'ringcx login --direct'

Variables of the others that would get in the way are set to nothing.`,
		Example: `  eval "$(ringcx sandbox env)" && ringcx login
  eval "$(ringcx sandbox env --app native)" && ringcx login
  eval "$(ringcx sandbox env --namespace nightly)" && ./my-tests`,
		RunE: func(*cobra.Command, []string) error {
			box, err := sandbox.New(&sandbox.Options{Seed: opts.Seed})
			if err != nil {
				return err
			}
			host, port, err := net.SplitHostPort(at.listen)
			if err != nil || port == "0" {
				return &usageError{fmt.Sprintf("--listen %q must name the host and port of a sandbox", at.listen), "such as --listen " + defaultListen}
			}
			url := at.url(host, port)
			if namespace != "" {
				if url, err = a.namespaceURL(at, url, namespace); err != nil {
					return err
				}
			}
			text, talk, err := appExports(which, url, box.Demo())
			if err != nil {
				return err
			}
			if talk != "" && a.ErrTerminal {
				fmt.Fprintln(a.Stderr, talk)
			}
			trust, err := at.trust()
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.Stdout, text+trust)
			return err
		},
	}
	cmd.Flags().StringVar(&namespace, "namespace", "", "variables of the namespace `NAME` of a running sandbox, which begins with that")
	cmd.Flags().StringVar(&which, "app", "jwt", "whose variables: `jwt`, native, web or admin")
	complete(cmd, "app", cobra.FixedCompletions([]string{"jwt", "native", "web", "admin"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// reachable is a host that programs on this machine can connect to.
func reachable(host string) string {
	if host == "" || host == "0.0.0.0" || host == "::" {
		return "127.0.0.1"
	}
	return host
}

// exports are the shell lines of the app with the JWT flow; --env-file reads them too.
func exports(url string, demo sandbox.Credentials) string {
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
		return exports(url, demo), "", nil
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
	return exportLines(append(vars, [2]string{"RC_USER_JWT", ""})), talk, nil
}

func exportLines(vars [][2]string) string {
	var b strings.Builder
	for _, v := range vars {
		fmt.Fprintf(&b, "export %s='%s'\n", v[0], v[1])
	}
	return b.String()
}

// consolePassword is the password of the sandbox's console: that of the file, else of the environment, else none.
func (a *app) consolePassword(file string) (string, error) {
	if file == "" {
		return strings.TrimSpace(a.Getenv("RINGCX_CONSOLE_PASSWORD")), nil
	}
	const purpose = "--console-password-file names a file that holds the password alone"
	password, from, err := a.readSecret(file, purpose)
	if password = strings.TrimSpace(password); err == nil && password == "" {
		return "", &usageError{"there is no password in " + from, purpose}
	}
	return password, err
}

// shellPath is a path as a shell's "." command takes it: with a slash, or it is looked for elsewhere.
func shellPath(path string) string {
	if !strings.ContainsRune(path, '/') {
		path = "./" + path
	}
	if strings.ContainsAny(path, " '\"$`\\&;|<>()*?~#!") {
		path = "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// logRequest shows each request to people, never its secrets: the log holds none.
func (a *app) logRequest(r sandbox.Request) {
	if !a.ErrTerminal && !a.verbose {
		return
	}
	line := fmt.Sprintf("%s  %d  %-6s %s", r.Time.Local().Format(time.TimeOnly), r.Status, r.Method, r.Path)
	if r.Namespace != "" {
		line += "  (" + r.Namespace + ")"
	}
	if r.Fault != "" {
		line += "  (spoiled: " + r.Fault + ")"
	}
	if len(r.Verdicts) > 0 {
		line += "  ! " + strings.Join(r.Verdicts, ", ")
	}
	fmt.Fprintln(a.Stderr, printable(line))
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// unwrapOp leaves the address out of a network error that has been named already.
func unwrapOp(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
