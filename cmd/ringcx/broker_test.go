package main_test

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"

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
