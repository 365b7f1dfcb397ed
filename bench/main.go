// Command bench compares ringcx with its peers on this machine and prints medians and ratios. It is a module of its own,
// so that the peers are no dependency of the SDK:
//
//	cd bench
//	go run .                 # all parts but proxy
//	go run . token commit    # only these: token, wait, commit, commands, sandbox, proxy
//	go run . sandbox --json  # the figures of the sandbox for programs
//	go test -v .             # a simulated day, and recovery from a penalty
//
// Contestants take turns, so that whatever else the machine does hits them alike. PostgreSQL and Redis are measured
// against themselves in the packages of their stores: go test -run '^$' -bench . ./store/...
//
// The part sandbox needs Linux, and npm for the token servers of others, which it installs in the user's cache directory.
// It takes about four minutes.
//
// The part proxy needs Linux, too. It takes nginx and Caddy from Debian packages that apt-get downloads, and builds oauth2-proxy, both below
// the user's cache directory, and says which of them it could not have. It takes about three minutes, without that.
package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/sandbox"
)

// part is one question this command answers.
type part struct {
	name  string
	run   func() error
	asked bool // only if it is named
}

var parts = []part{
	{name: "token", run: hotPath},
	{name: "wait", run: renewals},
	{name: "commit", run: commits},
	{name: "commands", run: commands},
	{name: "sandbox", run: sandboxes},
	{name: "proxy", run: proxies, asked: true},
}

// asJSON is whether the figures of the sandbox are for programs.
var asJSON bool

// bareCommand has this program be the bare token endpoint that the sandbox is compared with.
const bareCommand = "bare-server"

func main() {
	wanted := slices.DeleteFunc(os.Args[1:], func(arg string) bool {
		asJSON = asJSON || arg == "--json"
		return arg == "--json"
	})
	do := run
	if slices.Equal(wanted, []string{bareCommand}) {
		do = func([]string) error { return bareServer() }
	}
	if slices.Equal(wanted, []string{upstreamCommand}) {
		do = func([]string) error { return upstreamServer() }
	}
	if len(wanted) == 2 && wanted[0] == bareProxyCommand {
		do = func(words []string) error { return bareProxyServer(words[1]) }
	}
	if err := do(wanted); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(wanted []string) error {
	for _, name := range wanted {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	if asJSON && !slices.Equal(wanted, []string{"sandbox"}) {
		return errors.New("--json is for the part sandbox alone")
	}
	if asJSON {
		return sandboxes()
	}
	fmt.Printf("%s %s/%s, %d cores\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	for _, p := range parts {
		if p.asked && len(wanted) == 0 {
			fmt.Printf("\n(not compared: %s, see go run . %s)\n", p.name, p.name)
		}
		if (p.asked || len(wanted) > 0) && !slices.Contains(wanted, p.name) {
			continue
		}
		fmt.Println()
		if err := p.run(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// quantile is what so many of a hundred numbers are at the most.
func quantile(of [][]float64, percent int) float64 {
	s := slices.Sorted(slices.Values(slices.Concat(of...)))
	if len(s) == 0 {
		return 0
	}
	return s[min(len(s)*percent/100, len(s)-1)]
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}

// vendor is a sandbox to sign in to, over loopback.
type vendor struct {
	*sandbox.Server
	url   string
	close func()
}

func newVendor(opts *sandbox.Options) (*vendor, error) {
	box, err := sandbox.New(opts)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(box)
	return &vendor{box, server.URL, server.Close}, nil
}

// demoCredentials are those of the demo user: the same seed gives the same.
func demoCredentials() (demo sandbox.Credentials, err error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return demo, err
	}
	return box.Demo(), nil
}

// session of the demo user.
func (v *vendor) session() *ringcx.Session {
	demo := v.Demo()
	config := &ringcx.Config{ClientID: demo.ClientID, ClientSecret: demo.ClientSecret, Endpoint: ringcx.Endpoint{RingCentral: v.url, RingCX: v.url}}
	return config.NewSession(config.JWT(demo.JWT), nil)
}
