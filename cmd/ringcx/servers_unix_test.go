//go:build unix

package main_test

import (
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

// starters start the database servers that scripts can have.
var starters = map[string]func(...string) (*testservers.Server, error){
	"postgres": testservers.Postgres, "redis": testservers.Redis,
}

func init() {
	for name := range starters {
		commands[name] = func(ts *testscript.TestScript, neg bool, args []string) { startServer(ts, neg, name, args) }
		conditions[name] = func() (bool, error) { return installed(name) }
	}
}

// installed says whether a server can be started, by starting one.
func installed(name string) (bool, error) {
	server, err := starters[name]()
	if errors.Is(err, testservers.ErrMissing) && os.Getenv("RINGCX_TEST_REQUIRE") != "1" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, server.Stop()
}

// startServer starts a server and sets POSTGRES_URL and POSTGRES_HOST, or those of REDIS. Its password is a secret like those of the vendor.
func startServer(ts *testscript.TestScript, neg bool, name string, args []string) {
	s := stageOf(ts)
	switch {
	case len(args) == 1 && args[0] == "-stop" && s.servers[name] != nil:
		ts.Check(s.servers[name].Close())
		delete(s.servers, name)
		return
	case neg || len(args) > 0 && strings.HasPrefix(args[0], "-") || s.servers[name] != nil:
		usage(ts, true, name+" [SETTING...], then "+name+" -stop")
	}
	server, err := starters[name](args...)
	ts.Check(err)
	s.servers[name] = closer(server.Stop)
	word, err := url.PathUnescape(testservers.Password)
	ts.Check(err)
	v, _ := vendorOf(ts, nil)
	v.learn("password of "+name, word)
	v.learn("password of "+name, testservers.Password)
	host, port := server.Address()
	ts.Setenv(strings.ToUpper(name)+"_URL", server.URL())
	ts.Setenv(strings.ToUpper(name)+"_HOST", net.JoinHostPort(host, strconv.Itoa(port)))
}

// closer is an io.Closer.
type closer func() error

func (c closer) Close() error { return c() }
