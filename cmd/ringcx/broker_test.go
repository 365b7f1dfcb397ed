package main_test

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
)

// startBroker starts a broker before the vendor, on a socket with -unix, and sets the variables that lead to it. What words
// follow are the operations that its rules allow; none: there are no rules. -stop stops it.
func startBroker(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, "broker [-unix] [OPERATION…] | broker -stop")
	s := stageOf(ts)
	if slices.Equal(args, []string{"-stop"}) {
		ts.Check(s.servers["broker"].Close())
		return
	}
	v, args := vendorOf(ts, args)
	at := v.server.URL
	c := &ringcx.Config{ClientID: v.box.Demo().ClientID, ClientSecret: v.box.Demo().ClientSecret, Endpoint: ringcx.Endpoint{RingCentral: at, RingCX: at}}
	opts := &broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: c.NewSession(c.JWT(v.box.Demo().JWT), nil), Endpoint: c.Endpoint}}, Store: new(ringcx.Memory),
	}
	unix := len(args) > 0 && args[0] == "-unix"
	if unix {
		args = args[1:]
	}
	for _, op := range args {
		opts.Rules = append(opts.Rules, broker.Rule{Operation: op})
	}
	b, err := broker.New(opts)
	ts.Check(err)
	ts.Defer(b.Close)
	web := httptest.NewUnstartedServer(nil)
	web.Config = b.Server()
	if unix {
		path := filepath.Join(ts.Getenv("HOME"), "b.sock")
		_ = web.Listener.Close()
		web.Listener, err = net.Listen("unix", path) //nolint:noctx // it is of a test
		ts.Check(err)
		ts.Setenv("RINGCX_BROKER", "unix:"+path)
	}
	web.Start()
	if !unix {
		ts.Setenv("RINGCX_BROKER", web.URL)
	}
	ts.Defer(web.Close)
	s.servers["broker"] = closing(web.Close)
	key, err := b.CreateKey(context.Background(), "worker", "", 0)
	ts.Check(err)
	v.learn("key of the broker", key)
	ts.Setenv("RINGCX_BROKER_KEY", key)
	ts.Setenv("BROKER_KEY_FILE", ts.MkAbs("broker.key"))
	ts.Check(os.WriteFile(ts.MkAbs("broker.key"), []byte(key+"\n"), 0o600))
}

// closing is a function as an io.Closer.
type closing func()

func (f closing) Close() error {
	f()
	return nil
}

func TestACommandWaitsForABrokerThatHangsAsLongAsItIsTold(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // nothing is accepted, so nothing is answered
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	const patience = 20 * time.Second // of broker/client, which is more
	for _, flag := range []string{"--max-wait=1s", "--timeout=1s"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, "ringcx", flag, "token") //nolint:gosec // of a test
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "RINGCX_BROKER=http://"+listener.Addr().String(), "RINGCX_BROKER_KEY=rcxb_a_b")
		out, err := cmd.CombinedOutput()
		if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "it has not answered in time") || !strings.Contains(string(out), "check that the broker runs") {
			t.Errorf("%s: %v, %s", flag, err, out)
		}
	}
}
