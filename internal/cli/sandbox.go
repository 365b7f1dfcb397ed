package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const sandboxHelp = `Emulates RingCentral's token endpoints and RingCX on one port, for programs in any language: only the host changes
between the sandbox and production. It starts with one account, its users and three apps, the same on every start with the
same seed; 'ringcx sandbox env' asks it what a program needs to sign in. Everything lives in memory, or with --data in a file
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
machine only; --console-password-file, or RINGCX_CONSOLE_PASSWORD in the environment, opens it to other machines. Then
everybody has to give the password, here and there, in the console and to /_sandbox/.

/_sandbox/, /_ns/ and the console answer under names of this machine, so that no web page that a browser shows can reach
them under another. --host NAME adds the name that a compose network, for one, knows this machine by.

--tls DIR speaks HTTPS for this machine and those names; --tls-vendor-names adds the vendor's, by an authority of their own
that lives 30 days. 'ringcx sandbox env --tls DIR' and --write-env add the variables by which programs trust what is in DIR:
SSL_CERT_FILE (OpenSSL, Python, Ruby, Go on Linux), CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE and NODE_EXTRA_CA_CERTS; docs/sandbox.md
says what the others need, such as Java and PHP with curl. All but the last take the place of
what is trusted otherwise, so give the shell to the sandbox.`

func newSandboxCmd(a *app) *cobra.Command {
	var opts serve.Options
	var passwordFile string
	var chosen choices
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Emulate both vendor servers on this machine", Args: cmdline.NoArgs,
		Long: sandboxHelp,
		Example: `  ringcx sandbox &
  eval "$(ringcx sandbox env)" && ringcx login --jwt && ringcx accounts list`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := chosen.apply(a, &opts.Sandbox); err != nil {
				return err
			}
			return a.runSandbox(cmd, &opts, passwordFile)
		},
	}
	chosen.flags(a, cmd)
	cmd.Flags().StringVar(&passwordFile, "console-password-file", "", "`FILE` with the password that the console asks for")
	sandboxFlags(cmd, &opts)
	cmd.AddCommand(newSandboxEnvCmd(a, &opts.At), newSandboxContractCmd(a, &opts.Sandbox))
	return cmd
}

// runSandbox runs a sandbox as its flags say, until it is stopped.
func (a *app) runSandbox(cmd *cobra.Command, opts *serve.Options, passwordFile string) (err error) {
	seeded := cmd.Flags().Changed("seed")
	opts.Seeded = seeded && opts.Sandbox.Seed != 0
	opts.GoodDay = cmd.Flags().Changed("hostile") && opts.Sandbox.Hostile == 0
	if opts.Data != "" && !seeded {
		opts.Sandbox.Seed = 0 // that of the file
	}
	if opts.Sandbox.ConsolePassword, err = a.ownPassword(passwordFile); err != nil {
		return err
	}
	opts.Talk = serve.Talk{Stderr: a.Stderr, Terminal: a.ErrTerminal, Verbose: a.Verbose, Background: a.Background}
	return serve.Run(a.Context, opts)
}

func sandboxFlags(cmd *cobra.Command, opts *serve.Options) {
	box := &opts.Sandbox
	f := cmd.Flags()
	f.StringVar(&opts.Data, "data", "", "keep everything in `FILE`, made if there is none")
	f.StringVar(&opts.Snapshot, "snapshot", "", "begin with the snapshot in `FILE`")
	f.StringVar(&opts.WriteEnv, "write-env", "", "write the variables that 'ringcx sandbox env' prints to `FILE`")
	f.DurationVar(&box.TokenTTL, "token-ttl", 5*time.Minute, "lifetime of RingCX access tokens, in whole seconds; 0 is the vendor's five minutes")
	cmdline.WordFlag(cmd, &box.Algorithm, "algorithm", "signature of RingCX access tokens: ES256, RS256 or EdDSA", "ES256", "RS256", "EdDSA")
	f.Float64Var(&box.Hostile, "hostile", 0, "share of the requests, 0 to 1, that a hostile day spoils; the same for the same seed")
	f.BoolVar(&box.NoLimits, "no-limits", false, "switch the request limits off")
	f.StringArrayVar(&opts.At.Hosts, "host", nil, "one more `NAME` by which this machine is known; again for another")
	cmd.PersistentFlags().StringVar(&opts.At.Listen, "listen", serve.DefaultListen, "`ADDRESS` to listen on; port 0 takes a free one")
	cmd.PersistentFlags().Uint64Var(&box.Seed, "seed", 1, "seed of the demo client ID, secret and JWT")
	cmd.PersistentFlags().StringVar(&opts.At.TLSDir, "tls", "", "speak HTTPS, with a private authority in `DIR`, made if there is none")
	cmd.PersistentFlags().BoolVar(&opts.At.VendorNames, "tls-vendor-names", false, "speak it under the vendor's names, too, with an authority that lives 30 days")
}

// readOwnEnvFile reads the file of --env-file for the sandbox, or for who asks it: what it says of accounts is not used.
func (a *app) readOwnEnvFile() error {
	return a.ReadEnvFileFor("--env-file names a file of NAME=value lines to read; --write-env FILE has the sandbox write those that lead to it")
}

// ownPassword is that of the console of a sandbox that starts, which is all that it takes from the file of --env-file.
func (a *app) ownPassword(file string) (string, error) {
	if err := a.readOwnEnvFile(); err != nil {
		return "", err
	}
	password, err := a.consolePassword(file)
	if err == nil && password == "" && a.AccountFile != "" {
		a.Inform("ringcx: of %s the sandbox reads RINGCX_CONSOLE_PASSWORD alone, which is not there; --write-env FILE writes what leads to it\n", a.AccountFile)
	}
	return password, err
}

// consolePassword is the password of the sandbox's console: that of the file, else of the environment, else none. Blanks
// around it do not count.
func (a *app) consolePassword(file string) (string, error) {
	const purpose = "--console-password-file names a file that holds the password alone"
	password, from, err := a.Getenv("RINGCX_CONSOLE_PASSWORD"), "RINGCX_CONSOLE_PASSWORD", error(nil) //nolint:gosec // a name
	if file != "" {
		password, from, err = a.ReadSecret(file, purpose, env.MaxSecret)
	}
	password = strings.TrimFunc(password, env.IsMargin)
	switch hidden := strings.IndexFunc(password, wording.Deceptive); {
	case err != nil:
		return "", err
	case file != "" && password == "":
		return "", usage.New("there is no password in "+from, purpose)
	case hidden >= 0:
		r, _ := utf8.DecodeRuneInString(password[hidden:])
		return "", usage.New(fmt.Sprintf("the password in %s holds a character that nobody sees: %s", from, wording.Printable(string(r))), "give it alone, in one line")
	}
	a.TellPassword(password, from)
	return password, nil
}
