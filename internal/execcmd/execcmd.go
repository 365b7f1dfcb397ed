// Package execcmd has the command that runs another program beside a broker of its own: the program reaches RingCX with no secret
// in it, and none of the vendor's in its environment.
//
// On Unix the command becomes the program, in its own process: signals, job control, the terminal and how it ends are the program's
// own. The broker is a process of its own by then, of which neither a terminal nor the program knows, and ends with the program.
// On Windows, and as the first process of a container, the program is a child, and the broker is in the command.
package execcmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Exit codes of what could not be run, as shells, env and nohup have them.
const (
	exitNotRun   = 126
	exitNotFound = 127
)

// Ended says with which exit code the command has to end: that of the program, or of one that could not be run.
type Ended struct {
	Code int
	Err  error // what is said of it; nil: nothing
}

// Error is what is said of it.
func (e *Ended) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("the program ended with exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap is that error.
func (e *Ended) Unwrap() error { return e.Err }

// Commands are the commands of one run.
type Commands struct {
	*env.Env
	*tell.Teller
	*profile.Accounts

	running atomic.Bool // a program, which decides when the command ends
}

// New makes the commands of a run. Their accounts are those of all of them.
func New(env *env.Env, to *tell.Teller, accounts *profile.Accounts) *Commands {
	return &Commands{Env: env, Teller: to, Accounts: accounts}
}

// options are the flags.
type options struct {
	variable string        // gets the access token; "": there is a broker
	minTTL   time.Duration // of that token
	beside   string        // what this process is for the one that becomes the program; "": that one
}

const long = `Runs a program beside a broker that serves this program alone, on a port of this machine. The program needs no secret: it finds
in its environment

  RC_SERVER_URL, RINGCX_SERVER_URL   the broker, in place of the vendor's servers
  RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT (also RC_CLIENT_ID, RC_CLIENT_SECRET, RC_JWT)
                                     stand-ins that only this broker takes
  RINGCX_BROKER, RINGCX_BROKER_KEY   the broker and a key to it

and none of the login's own secrets. Programs that log in by themselves work as they are, and so does a request without any
header: on Linux the port serves this user's connections and nobody else's. Elsewhere a request shows the key, as
a Bearer token, and so it does where RINGCX_BROKER is set: then no broker is started, and the program goes through that one.

The program has this command's streams, terminal and signals, and its exit code is the command's: 127 if there is no such program,
126 if it cannot be run. The broker ends when the program ends.

With --env NAME there is no broker: the variable NAME holds the access token itself, which is not renewed, and the servers are the
vendor's. It is for programs that end within its life, of which a fifth is left at least; --min-ttl asks for more. It takes a login
of this machine: a broker in RINGCX_BROKER does not tell where its vendor is.`

// New makes the command.
func (c *Commands) New() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use: "exec [flags] -- CMD [ARG...]", Short: "Run a program that needs a token, without a secret in it",
		Long: long,
		Example: `  ringcx exec -- python3 report.py
  ringcx exec -- sh -c 'curl "$RINGCX_SERVER_URL/voice/api/v1/admin/users"'
  ringcx exec --env TOKEN -- ./nightly.sh`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.beside != "":
				return nil
			case len(args) == 0 || args[0] == "":
				return usage.New("exec takes the program to run", "such as: ringcx exec -- python3 myprogram.py")
			case o.variable == "" && o.minTTL != 0:
				return usage.New("--min-ttl is about the token of --env", "give both or none; a broker renews its token as long as it runs")
			case o.minTTL < 0:
				return usage.New("--min-ttl must not be negative", "give a duration such as 90s or 2m")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.beside != "" {
				return c.stand(o.beside)
			}
			if cmd.Flags().Changed("env") && !isName(o.variable) {
				return usage.New("--env names a variable: letters, digits and _, the first no digit", "such as --env TOKEN")
			}
			return c.run(&o, args)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringVar(&o.variable, "env", "", "no broker: put the access token into the variable `NAME`")
	f.DurationVar(&o.minTTL, "min-ttl", 0, "with --env: a token that lives this `duration` at least")
	f.StringVar(&o.beside, "beside", "", "the broker of another process, which starts it")
	_ = f.MarkHidden("beside")
	return cmd
}

// isName tells names of variables.
func isName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	return s != "" && strings.Trim(s, letters+"0123456789") == "" && strings.Contains(letters, s[:1])
}

// Running tells that a program runs which decides when this process ends, whatever signals come.
func (c *Commands) Running() bool { return c.running.Load() }

func (c *Commands) run(o *options, args []string) error {
	path, err := find(args[0], c.Environ())
	if err != nil {
		return err
	}
	p := &program{path: path, args: args}
	if err := c.ReadEnvFile(); err != nil {
		return err
	}
	if g := c.Given(); g.UsesBroker() {
		return c.through(g, o, p)
	}
	session, acc, err := c.SignedIn()
	if err != nil {
		return err
	}
	t, err := session.TokenFor(c.Context, o.minTTL)
	if err != nil {
		return tooMuch(err, o.minTTL)
	}
	if o.variable == "" {
		return c.beside(acc, p)
	}
	at := acc.Config.Endpoint.Canonical()
	p.env = c.environment(acc, [][2]string{{"RC_SERVER_URL", at.RingCentral}, {"RINGCX_SERVER_URL", at.RingCX}, {o.variable, t.AccessToken}})
	return c.become(p)
}

// program is what is run.
type program struct {
	path string
	args []string // with its name
	env  []string
}

// find looks for a program as execvp does, which has a PATH of its own where the environment has none.
func find(name string, environ []string) (string, error) {
	path, err := exec.LookPath(name)
	if !slices.ContainsFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "PATH=") }) && runtime.GOOS != "windows" && errors.Is(err, exec.ErrNotFound) {
		for _, dir := range []string{"/usr/local/bin", "/bin", "/usr/bin"} {
			if path, err = exec.LookPath(filepath.Join(dir, name)); err == nil {
				break
			}
		}
	}
	switch {
	case err == nil, errors.Is(err, exec.ErrDot) && runtime.GOOS != "windows":
		return path, nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", &Ended{exitNotFound, usage.WithHint(fmt.Errorf("there is no program %q", name), "look whether its name is right, and whether it is in a directory of PATH")}
	}
	return "", notRun(name, err)
}

// notRun is the error of a program that is there.
func notRun(name string, err error) error {
	var about *fs.PathError
	if errors.As(err, &about) {
		err = about.Err
	}
	var looked *exec.Error
	if errors.As(err, &looked) {
		err = looked.Err
	}
	return &Ended{exitNotRun, usage.WithHint(fmt.Errorf("%q cannot be run: %w", name, err), "look whether it is a program, and whether you may run it (chmod +x)")}
}

// tooMuch adds a hint to the only error of TokenFor that has none: no token of the vendor lives so long.
func tooMuch(err error, minTTL time.Duration) error {
	if minTTL == 0 || usage.Hint(err) != "" || errors.Is(err, ringcx.ErrLoginRequired) || errors.Is(err, context.Canceled) {
		return err
	}
	return usage.WithHint(err, "ask for less with --min-ttl, or leave out --env: a broker renews its token")
}
