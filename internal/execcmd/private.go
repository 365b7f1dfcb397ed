package execcmd

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/profile"
)

// private is a broker for one program.
type privateBroker struct {
	url, key string

	session *ringcx.Session
	broker  *broker.Broker
	server  *http.Server
	served  chan error
}

// open starts a broker on a free port of this machine. It serves this user's processes where the system tells whose a connection
// is, and whoever shows the key elsewhere.
func open(ctx context.Context, acc *profile.Account) (*privateBroker, error) {
	p := &privateBroker{served: make(chan error, 1)}
	p.session = acc.Config.NewSession(acc.Grant(), &ringcx.SessionOptions{Store: acc.Store, Key: acc.Key, MaxWait: 30 * time.Second})
	name := acc.Profile
	if name == "" {
		name = profile.Default
	}
	var err error
	p.broker, err = broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: name, Session: p.session, Endpoint: acc.Config.Endpoint, AllowHTTP: acc.Config.AllowHTTP}},
		Store:    new(ringcx.Memory),
		Users:    map[uint32]string{uint32(os.Geteuid()): callerName}, //nolint:gosec // one that there is not matches nobody
		Loopback: true,
	})
	if err != nil {
		return nil, err
	}
	if p.key, err = p.broker.CreateKey(ctx, callerName, "", 0); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.url, p.server = "http://"+listener.Addr().String(), p.broker.Server()
	go func() { p.served <- p.server.Serve(listener) }()
	return p, nil
}

// settles is how long a renewal may go on after the program has ended: its answer is to be stored.
const settles = time.Minute

// close ends the broker, and waits for what is on its way to the store.
func (p *privateBroker) close() error {
	err := p.server.Close()
	p.broker.Close()
	if failed := <-p.served; !errors.Is(failed, http.ErrServerClosed) {
		err = errors.Join(err, failed)
	}
	ctx, cancel := context.WithTimeout(context.Background(), settles)
	defer cancel()
	return errors.Join(err, p.session.Wait(ctx))
}
