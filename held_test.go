package ringcx_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// countingStore counts what is asked of it.
type countingStore struct {
	ringcx.Store
	asked atomic.Int64
}

func (s *countingStore) Load(ctx context.Context, key string) ([]byte, error) {
	s.asked.Add(1)
	return s.Store.Load(ctx, key)
}

func (s *countingStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	s.asked.Add(1)
	return s.Store.Update(ctx, key, fn)
}

func TestCallersWhoWaitTogetherAskTheStoreOnce(t *testing.T) {
	cost := func(callers int) (n int64) {
		synctest.Test(t, func(t *testing.T) {
			store := &countingStore{Store: new(ringcx.Memory)}
			v := newVendor(t)
			fault(t, v, loginPath, "delay", `"delay":"2s"`) // so that all have asked before there is an answer
			s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					if _, err := s.Token(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			n = store.asked.Load()
		})
		return n
	}
	if one, many := cost(1), cost(100); many != one {
		t.Errorf("the store was asked %d times for one caller and %d times for a hundred", one, many)
	}
}

func TestATokenAtHandIsNotAskedOfTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, session := range map[string]func(*ringcx.Config, *ringcx.SessionOptions) *ringcx.SessionOptions{
			"with timers": func(_ *ringcx.Config, o *ringcx.SessionOptions) *ringcx.SessionOptions { return o },
			"with a clock of its own": func(c *ringcx.Config, o *ringcx.SessionOptions) *ringcx.SessionOptions {
				c.Now = time.Now
				return o
			},
			"in a program of one call": func(_ *ringcx.Config, o *ringcx.SessionOptions) *ringcx.SessionOptions {
				o.Inline = true
				return o
			},
		} {
			v, store := newVendor(t), &countingStore{Store: new(ringcx.Memory)}
			c := v.Config()
			opts := session(c, &ringcx.SessionOptions{Store: store, Key: "k"})
			s := c.NewSession(c.JWT(v.Demo().JWT), opts)
			old := mustToken(t, s)
			before := store.asked.Load()
			for range 30 {
				time.Sleep(7 * time.Second)
				if mustToken(t, s) != old {
					t.Errorf("%s another token", name)
				}
			}
			if n := store.asked.Load() - before; n > 0 {
				t.Errorf("%s the store is asked %d times for a token that is not due", name, n)
			}
			time.Sleep(time.Minute)
			mustToken(t, s)
			synctest.Wait()
			if store.asked.Load() == before {
				t.Errorf("%s the store is not asked when a renewal is due", name)
			}
		}
	})
}

func TestASessionOfNobodyLeavesItsStoreAlone(t *testing.T) {
	store := &countingStore{Store: new(ringcx.Memory)}
	c := &ringcx.Config{ClientID: "client"}
	s := c.NewSession(anonymous{c.JWT("e30.e30.sig")}, &ringcx.SessionOptions{Store: store})
	_, tokenErr := s.Token(t.Context())
	_, statusErr := s.Status(t.Context())
	for name, err := range map[string]error{
		"token": tokenErr, "status": statusErr, "login": s.Login(t.Context()), "logout": s.Logout(t.Context()), "forget": s.Forget(t.Context()),
	} {
		if err == nil || !strings.Contains(err.Error(), "nothing says whose session it is") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := store.asked.Load(); n > 0 {
		t.Errorf("the store was asked %d times", n)
	}
}

// anonymous hides whom a grant stands for.
type anonymous struct{ grant ringcx.Grant }

func (a anonymous) Renew(ctx context.Context, prev *ringcx.Token) (*ringcx.Token, error) {
	return a.grant.Renew(ctx, prev)
}

// sometimesHeldStore is a store whose lock somebody else may hold.
type sometimesHeldStore struct {
	ringcx.Store
	held bool
}

func (s *sometimesHeldStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if s.held {
		return heldStore{}.Update(ctx, key, fn)
	}
	return s.Store.Update(ctx, key, fn)
}

func TestAProcessThatRenewsInItsCallsDoesNotWaitForATokenThatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &sometimesHeldStore{Store: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
		old := mustToken(t, s)
		time.Sleep(4*time.Minute + time.Second)
		store.held = true
		begin := time.Now()
		if token := mustToken(t, s); token.AccessToken != old.AccessToken || time.Since(begin) > 30*time.Second {
			t.Errorf("after %s another token or a late one", time.Since(begin))
		}
		store.held = false
		if token := mustToken(t, s); token.AccessToken == old.AccessToken {
			t.Error("when nobody holds the store it is not renewed")
		}
	})
}

func TestADamagedLedgerIsWaitedOutOnceByALogoutToo(t *testing.T) {
	for _, host := range []string{"RingCentral", "RingCX"} {
		t.Run(host, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, store := newVendor(t), &keysStore{Memory: new(ringcx.Memory)}
				s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
				mustToken(t, s)
				ledgers := store.ledgers()
				if len(ledgers) != 2 {
					t.Fatalf("ledgers: %q", ledgers)
				}
				damaged := ledgers[map[string]int{"RingCentral": 0, "RingCX": 1}[host]] // a login comes before an exchange
				spoil := func(_ []byte, save func([]byte) error) error { return save([]byte("damaged")) }
				if err := store.Memory.Update(t.Context(), damaged, spoil); err != nil {
					t.Fatal(err)
				}
				var e *ringcx.Error
				if err := s.Logout(t.Context()); !errors.As(err, &e) || e.RetryAfter > 61*time.Second || e.RetryAfter < 59*time.Second {
					t.Fatalf("at once: %v", err)
				}
				time.Sleep(30 * time.Second)
				if err := s.Logout(t.Context()); !errors.As(err, &e) || e.RetryAfter > 31*time.Second {
					t.Errorf("after half a minute: %v", err)
				}
				time.Sleep(31 * time.Second)
				if err := s.Logout(t.Context()); err != nil {
					t.Errorf("after a minute: %v", err)
				}
			})
		})
	}
}

// keysStore notes the keys that are changed, in the order of their first change.
type keysStore struct {
	*ringcx.Memory
	keys []string
}

func (s *keysStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	s.keys = append(s.keys, key)
	return s.Memory.Update(ctx, key, fn)
}

func (s *keysStore) ledgers() (all []string) {
	seen := map[string]bool{}
	for _, key := range s.keys {
		if strings.HasPrefix(key, "ledger-") && !seen[key] {
			all = append(all, key)
		}
		seen[key] = true
	}
	return all
}

// oneMinute is a grant of a program's own, whose tokens live for a minute and are not refreshed, and which fails later.
type oneMinute struct {
	login ringcx.Grant
	asked int
	fails bool
}

func (*oneMinute) Identity() string { return "ada" }

func (g *oneMinute) Renew(ctx context.Context, _ *ringcx.Token) (*ringcx.Token, error) {
	if g.asked++; g.fails {
		<-time.After(20 * time.Second) // in a bubble
		return nil, errBroken
	}
	t, err := g.login.Renew(ctx, nil)
	if err == nil {
		t.RefreshToken, t.Expiry = "", t.Obtained.Add(time.Minute)
	}
	return t, err
}

func TestAGrantThatFailsIsAskedOnceForEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c := v.Config()
		grant := &oneMinute{login: c.JWT(v.Demo().JWT)}
		s := c.NewSession(grant, &ringcx.SessionOptions{Inline: true})
		ends := mustToken(t, s).EndAt()
		time.Sleep(time.Until(ends) - 15*time.Second)
		fault(t, v, refreshPath, "status", `"status":401`)
		grant.fails = true
		token, err := s.Token(t.Context())
		if !errors.Is(err, errBroken) && !strings.Contains(err.Error(), errBroken.Error()) || grant.asked != 2 {
			t.Errorf("%v, %v: in two calls it was asked %d times", token, err, grant.asked)
		}
		if !time.Now().After(ends) {
			t.Error("the token that was there has not ended, so this test shows nothing")
		}
	})
}
