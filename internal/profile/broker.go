package profile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/client"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Login is what commands call the API with: the session of an account, or a broker.
type Login interface {
	ringcx.TokenSource
	TokenFor(ctx context.Context, minTTL time.Duration) (*ringcx.Token, error)
	Client() *http.Client
}

// Broker is a broker whose login is used.
type Broker struct {
	via *client.Client
	of  *Accounts
}

// Token implements ringcx.TokenSource.
func (b *Broker) Token(ctx context.Context) (*ringcx.Token, error) { return b.TokenFor(ctx, 0) }

// TokenFor is Token with a minimum. A broker that asks for patience is given it, as far as --max-wait goes, and so is one that does not
// answer.
func (b *Broker) TokenFor(ctx context.Context, minTTL time.Duration) (*ringcx.Token, error) {
	until := time.Now().Add(b.of.MaxWait)
	if ends, ok := ctx.Deadline(); ok && ends.Before(until) {
		until = ends
	}
	for {
		t, err := b.ask(ctx, minTTL, until)
		var e *client.Error
		if !errors.As(err, &e) || e.RetryAfter <= 0 || !e.Busy() || time.Now().Add(e.RetryAfter).After(until) {
			return t, err
		}
		if err := b.of.Pause(e.RetryAfter, fmt.Sprintf("the broker asked for patience (%d)", e.StatusCode)); err != nil {
			return nil, err
		}
	}
}

// ask asks once, and tells when that takes a while. It has until a time, and --timeout; without waits (--max-wait 0) only that.
func (b *Broker) ask(ctx context.Context, minTTL time.Duration, until time.Time) (*ringcx.Token, error) {
	if ends := time.Now().Add(b.of.Timeout); b.of.Timeout > 0 && (b.of.MaxWait <= 0 || ends.Before(until)) {
		until = ends
	}
	if b.of.MaxWait > 0 || b.of.Timeout > 0 {
		var cancel func()
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	until, _ = ctx.Deadline()
	defer b.of.Awaits("the broker at "+b.String()+" to bring a token", until)()
	return b.via.TokenFor(ctx, minTTL)
}

// String tells where it is.
func (b *Broker) String() string { return b.via.String() }

// Client is one that waits for answers as the user lets it.
func (b *Broker) Client() *http.Client { return b.of.Patient(b.via) }

// UsesBroker tells whether the account is a broker's: one is set, no profile is named, and no flag names an app or servers.
func (g Given) UsesBroker() bool { return g.Broker != "" && g.Profile == "" && g.Flags == (Lineage{}) }

// UnsetBroker is what to do where a login of this machine is meant.
const UnsetBroker = "unset RINGCX_BROKER to use a login of this machine, or name one with --profile"

// BrokerOf is a client of the broker that g names. An address or a key that a broker cannot have is an error with a remedy; nothing
// is asked yet.
func (a *Accounts) BrokerOf(g Given) (*client.Client, error) {
	c, err := client.New(&client.Options{
		URL: g.Broker, Key: a.Variable("RINGCX_BROKER_KEY"), KeyFile: a.Variable("RINGCX_BROKER_KEY_FILE"), Transport: settings(),
	})
	if err != nil {
		return nil, usage.New("RINGCX_BROKER in "+g.From+": "+err.Error(), UnsetBroker)
	}
	return c, nil
}

// brokered is the account of the broker that g names.
func (a *Accounts) brokered(g Given) (*Account, error) {
	c, err := a.BrokerOf(g)
	if err != nil {
		return nil, err
	}
	at := c.String()
	if strings.HasPrefix(at, "unix:") {
		at = "http://localhost"
	}
	acc := &Account{Source: "the broker at " + c.String(), Settings: &Settings{}, Stored: &Secrets{}, Broker: &Broker{c, a}}
	if a.Verbose {
		a.Inform("ringcx: the account is that of %s\n", acc.Source)
	}
	err = a.Configure(acc, Lineage{RingCentral: at, RingCX: at}, "")
	a.At = Lineage{} // it is no vendor, nor a sandbox
	return acc, err
}

// settings are those of http.DefaultTransport. They have no limit for answers: commands have their own.
func settings() *http.Transport {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment}
}

// NotByBroker refuses what takes a login of this machine where a broker's is used; what is being done, in the words of a sentence.
func (a *Accounts) NotByBroker(what string, remedy string) error {
	if err := a.ReadEnvFile(); err != nil {
		return err
	}
	if g := a.Given(); g.UsesBroker() {
		return usage.New("RINGCX_BROKER is set in "+g.From+", and "+what, remedy)
	}
	return nil
}
