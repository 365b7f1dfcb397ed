package client_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/client"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// memory is a broker before a vendor in a bubble, over connections in memory.
type memory struct {
	session *ringcx.Session
	key     string

	conns chan net.Conn
	done  chan struct{}
	once  sync.Once    // closes it
	down  atomic.Bool  // no connection is had
	deaf  atomic.Bool  // requests are not answered
	slow  atomic.Int64 // how long an answer to who waits for the next token takes besides
	dials atomic.Int64
	asked atomic.Int64
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error   { m.once.Do(func() { close(m.done) }); return nil }
func (m *memory) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	m.dials.Add(1)
	if m.down.Load() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	here, there := net.Pipe()
	select {
	case m.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request, b http.Handler) {
	m.asked.Add(1)
	if m.deaf.Load() {
		<-r.Context().Done()
		return
	}
	if d := time.Duration(m.slow.Load()); d > 0 && r.URL.Query().Has("after") {
		time.Sleep(d)
	}
	b.ServeHTTP(w, r)
}

// bubble runs f with a broker in memory, and a client of it.
func bubble(t *testing.T, f func(t *testing.T, m *memory, c *client.Client), change ...func(*client.Options)) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		m := &memory{session: vendor.Session(nil), conns: make(chan net.Conn), done: make(chan struct{})}
		b, err := broker.New(&broker.Options{
			Profiles: []broker.Profile{{Name: "main", Session: m.session, Endpoint: ringcx.Endpoint{RingCentral: "http://localhost:1", RingCX: "http://localhost:1"}}}, Store: new(ringcx.Memory),
		})
		if err != nil {
			t.Fatal(err)
		}
		if m.key, err = b.CreateKey(t.Context(), "worker", "", 0); err != nil {
			t.Fatal(err)
		}
		server := b.Server()
		server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.ServeHTTP(w, r, b) })
		go func() { _ = server.Serve(m) }()
		o := &client.Options{URL: "http://127.0.0.1:8788", Key: m.key, Transport: &http.Transport{DialContext: m.dial}}
		for _, g := range change {
			g(o)
		}
		c, err := client.New(o)
		if err != nil {
			t.Fatal(err)
		}
		f(t, m, c)
		m.deaf.Store(false)
		time.Sleep(time.Minute) // what is under way ends
		c.CloseIdleConnections()
		_ = server.Close()
		b.Close()
		vendor.Client().CloseIdleConnections()
	})
}

// working is how long the token of c lives; it fails if there is none, or if it took time.
func working(t *testing.T, c *client.Client) time.Duration {
	t.Helper()
	began := time.Now()
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatalf("no token: %v", err)
	}
	if took := time.Since(began); took > 0 {
		t.Fatalf("it took %s", took)
	}
	if d := time.Until(token.Expiry); d > 0 {
		return d
	}
	t.Fatalf("the token has ended: %v", token)
	return 0
}

func TestNobodyWaitsForTheNextTokenWhileTheOldOneLives(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		working(t, c)
		m.slow.Store(int64(3 * time.Second))
		for range 6 * 3600 {
			time.Sleep(time.Second)
			if left := working(t, c); left < 20*time.Second {
				t.Fatalf("%s before its end there is no other", left)
			}
		}
		if n := m.asked.Load(); n < 6*12 || n > 6*16*2 {
			t.Errorf("the broker was asked %d times in six hours of tokens of five minutes", n)
		}
	})
}

func TestATokenIsUsedUntilItEndsWhenTheBrokerIsGoneAndNobodyStorms(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		left := working(t, c)
		m.down.Store(true)
		for end := time.Now().Add(left); time.Now().Before(end); time.Sleep(time.Second) {
			working(t, c)
		}
		if n := m.dials.Load(); n > 40 {
			t.Errorf("%d connections while the token lived", n)
		}
		m.dials.Store(0)
		began := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				for time.Since(began) < 10*time.Minute {
					token, err := c.Token(t.Context())
					var e *client.Error
					if token != nil || !errors.As(err, &e) || !e.Temporary() || e.StatusCode != 0 {
						t.Errorf("without a broker: %v, %v", token, err)
						return
					}
					time.Sleep(time.Second)
				}
			})
		}
		wg.Wait()
		if n := m.dials.Load(); n > 250 || n < 60 {
			t.Errorf("%d connections were tried in ten minutes", n)
		}
		m.down.Store(false)
		for back := time.Now(); ; time.Sleep(100 * time.Millisecond) {
			if token, err := c.Token(t.Context()); err == nil && time.Until(token.Expiry) > 0 {
				break
			}
			if time.Since(back) > 16*time.Second {
				t.Fatal("the broker is back, and not asked")
			}
		}
		working(t, c)
	})
}

// source is a program's own tokens.
type source struct{ asked, refused, confirmed atomic.Int64 }

func (s *source) Token(context.Context) (*ringcx.Token, error) {
	s.asked.Add(1)
	return &ringcx.Token{AccessToken: "fallback", TokenType: "Bearer", Expiry: time.Now().Add(time.Minute)}, nil
}
func (s *source) Confirm(*ringcx.Token)    { s.confirmed.Add(1) }
func (s *source) Invalidate(*ringcx.Token) { s.refused.Add(1) }

func TestTheFallbackIsUsedWhenTheLastTokenHasEndedAndNotBefore(t *testing.T) {
	own := &source{}
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		left := working(t, c)
		m.deaf.Store(true) // a process that was stopped takes connections, and says nothing
		time.Sleep(left - time.Second)
		working(t, c)
		if n := own.asked.Load(); n != 0 {
			t.Errorf("the fallback was asked %d times while the token lived", n)
		}
		time.Sleep(time.Second)
		began := time.Now()
		token, err := c.Token(t.Context())
		if err != nil || token.AccessToken != "fallback" {
			t.Fatalf("%v, %v", token, err)
		}
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("it took %s", took)
		}
		for range 100 { // who comes later does not wait
			time.Sleep(time.Second)
			working(t, c)
		}
		c.Confirm(token)
		c.Invalidate(token)
		if own.confirmed.Load() != 1 || own.refused.Load() != 1 {
			t.Error("the fallback does not learn what becomes of its tokens")
		}
		m.deaf.Store(false)
		for back := time.Now(); ; time.Sleep(100 * time.Millisecond) {
			if token, err := c.Token(t.Context()); err == nil && token.AccessToken != "fallback" {
				break
			}
			if time.Since(back) > 30*time.Second {
				t.Fatal("the broker is back, and not asked")
			}
		}
	}, func(o *client.Options) { o.Fallback = own })
}

func TestACallerMayGiveUpAndTheOthersGetTheToken(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		m.deaf.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Token(t.Context()); err == nil {
				t.Error("a token without an answer")
			}
		})
		began := time.Now()
		if _, err := c.Token(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		wg.Wait()
		if n := m.asked.Load(); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestACallerThatGivesUpSaysNothingOfTheBroker(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		m.deaf.Store(true)
		request := func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, ringcx.Production.RingCX+accounts, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.Client().Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		}
		token := func(ctx context.Context) error { _, err := c.Token(ctx); return err }
		for what, do := range map[string]func(context.Context) error{"a token": token, "a request": request} {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			var e *client.Error
			if err := do(ctx); !errors.As(err, &e) || !errors.Is(err, context.Canceled) || e.Temporary() || e.Hint() != "" {
				t.Errorf("%s, cancelled: %v", what, err)
			}
			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
			err := do(ctx)
			cancel()
			if !errors.As(err, &e) || !errors.Is(err, context.DeadlineExceeded) || !e.Temporary() || !strings.HasPrefix(e.Hint(), "wait longer") || e.Detail != "it has not answered in time" {
				t.Errorf("%s, too late: %v", what, err)
			}
		}
	})
}

func TestATokenThatTheVendorRefusedIsAskedForAgainOnce(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		token, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		m.session.Invalidate(token)
		c.Invalidate(token)
		next, err := c.Token(t.Context())
		if err != nil || next.AccessToken == token.AccessToken {
			t.Fatalf("the same token again: %v", err)
		}
		before := m.asked.Load()
		for range 100 { // this time it is not about the token
			c.Invalidate(next)
			if again, err := c.Token(t.Context()); err != nil || again.AccessToken != next.AccessToken {
				t.Fatal(again, err)
			}
		}
		if n := m.asked.Load() - before; n != 1 {
			t.Errorf("the broker was asked %d times about a token that it stands by", n)
		}
	})
}

func TestATokenLivesAsLongAsIsAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T, m *memory, c *client.Client) {
		working(t, c)
		time.Sleep(100 * time.Second)
		token, err := c.TokenFor(t.Context(), 4*time.Minute)
		if err != nil || time.Until(token.Expiry) < 4*time.Minute {
			t.Fatalf("%v, %v", token, err)
		}
		time.Sleep(time.Until(token.RenewAt()) + 15*time.Second)
		m.slow.Store(int64(4 * time.Second))
		working(t, c) // which has another asked for
		began := time.Now()
		if token, err = c.TokenFor(t.Context(), 4*time.Minute); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %s: who needs more waited for who needs nothing", err, time.Since(began))
		}
		time.Sleep(10 * time.Second)
		if again, err := c.Token(t.Context()); err != nil || again.AccessToken != token.AccessToken {
			t.Errorf("a late answer took the place of a later token: %v", err)
		}
		var e *client.Error
		if token, err := c.TokenFor(t.Context(), time.Hour); token != nil || !errors.As(err, &e) || e.StatusCode != http.StatusBadRequest {
			t.Errorf("an hour: %v, %v", token, err)
		}
		working(t, c) // which keeps nobody from the others
	})
}
