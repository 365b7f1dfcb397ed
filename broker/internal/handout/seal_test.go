package handout_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
)

// place is where the keys are that seal.
const place = "ringcx-broker/short"

// counting is a Store that counts, and can be made to fail or to hang.
type counting struct {
	ringcx.Store
	mu           sync.Mutex
	loads, saves int
	down, hangs  bool
}

func (s *counting) set(down, hangs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.hangs, s.loads = down, hangs, 0
}

func (s *counting) wait(ctx context.Context) error {
	s.mu.Lock()
	s.loads++
	down, hangs := s.down, s.hangs
	s.mu.Unlock()
	if down {
		return errors.New("the store is down")
	}
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (s *counting) Load(ctx context.Context, key string) ([]byte, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Store.Load(ctx, key)
}

func (s *counting) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.loads--
	s.mu.Unlock()
	return s.Store.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		return fn(old, func(value []byte) error {
			s.mu.Lock()
			s.saves++
			s.mu.Unlock()
			return save(value)
		})
	})
}

// stored are the keys in a Store.
func stored(t *testing.T, store ringcx.Store) (ids []string) {
	t.Helper()
	value, err := store.Load(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Keys []struct{ ID string } }
	if err := json.Unmarshal(value, &f); err != nil {
		t.Fatal(err)
	}
	for _, k := range f.Keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func put(t *testing.T, store ringcx.Store, value []byte) {
	t.Helper()
	if err := store.Update(t.Context(), place, func(_ []byte, save func([]byte) error) error { return save(value) }); err != nil {
		t.Fatal(err)
	}
}

// together is a Store that answers what it is asked first only when all have asked it.
type together struct {
	ringcx.Store
	all sync.WaitGroup
}

func (s *together) Load(ctx context.Context, key string) ([]byte, error) {
	value, err := s.Store.Load(ctx, key)
	s.all.Done()
	s.all.Wait()
	return value, err
}

func TestReplicasThatBeginTogetherSealWithOneKey(t *testing.T) {
	var replicas [8]handout.Short
	memory := new(ringcx.Memory)
	store := &together{Store: memory}
	store.all.Add(len(replicas))
	var pairs [len(replicas)]handout.Pair
	var all sync.WaitGroup
	for i := range replicas {
		replicas[i].Store = store
		all.Go(func() {
			var err error
			if pairs[i], err = replicas[i].Issue(t.Context(), caller.Caller{Name: "a"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range replicas {
		for _, p := range pairs {
			if !good(t, &replicas[i], p.Access) {
				t.Error("a replica does not know the token of another")
			}
		}
	}
	if ids := stored(t, memory); len(ids) != 1 {
		t.Errorf("the Store has %d keys", len(ids))
	}
}

func TestANewKeyIsUsedWhenEachReplicaKnowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		here, there := &handout.Short{Store: store}, &handout.Short{Store: store}
		old := issue(t, here, caller.Caller{Name: "a"})
		day := time.Now().Add(24 * time.Hour)
		time.Sleep(time.Until(day) - time.Second/2)
		if good(t, there, old.Access) || len(stored(t, store)) != 1 { // it reads the keys for the last time before the new one
			t.Fatal("the day is over")
		}
		time.Sleep(time.Until(day))
		for at := time.Duration(0); at < 5*time.Minute; at += time.Second / 4 {
			if p := issue(t, here, caller.Caller{Name: "a"}); !good(t, there, p.Access) {
				t.Fatalf("%v after it was made a key is not known", at)
			}
			time.Sleep(time.Second / 4)
		}
		if len(stored(t, store)) != 2 { // the control
			t.Error("no key was made")
		}
	})
}

func TestEachDayHasAKeyAndNoTokenEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		here, there := &handout.Short{Store: store}, &handout.Short{Store: store}
		seen := map[string]bool{}
		for at := time.Duration(0); at < 10*24*time.Hour; at += 31 * time.Minute {
			p, q := issue(t, here, caller.Caller{Name: "a"}), issue(t, there, caller.Caller{Name: "b"})
			if !good(t, there, p.Access) || !good(t, here, q.Access) {
				t.Fatalf("after %v a replica does not know the token of another", at)
			}
			time.Sleep(4 * time.Minute)
			if !good(t, there, p.Access) || !good(t, here, q.Access) {
				t.Fatalf("after %v a token ends too early", at)
			}
			time.Sleep(27 * time.Minute)
			if _, ok := refreshes(t, there, p.Refresh); !ok {
				t.Fatalf("after %v a token cannot be refreshed", at)
			}
			for _, id := range stored(t, store) {
				seen[id] = true
			}
			if n := len(stored(t, store)); n > 3 {
				t.Fatalf("%d keys are kept", n)
			}
		}
		if len(seen) < 9 || len(seen) > 11 {
			t.Errorf("ten days have %d keys", len(seen))
		}
	})
}

func TestATokenOfAKeyThatIsGoneIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		s := &handout.Short{Store: store}
		p := issue(t, s, caller.Caller{Name: "a"})
		time.Sleep(3 * time.Minute)
		if !good(t, s, p.Access) { // the control
			t.Error("it is none before")
		}
		put(t, store, nil)
		time.Sleep(time.Minute)
		if good(t, s, p.Access) {
			t.Error("it is one a minute later")
		}
		if !good(t, s, issue(t, s, caller.Caller{Name: "a"}).Access) {
			t.Error("there is no new key")
		}
	})
}

func TestReplicasThatBeginWithoutTheStoreDoNotSayNo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: new(ringcx.Memory)}
		p := issue(t, &handout.Short{Store: store}, caller.Caller{Name: "a"})
		for _, hangs := range []bool{false, true} {
			store.set(!hangs, hangs)
			fresh := &handout.Short{Store: store}
			for _, text := range []string{"", "rcxb_0011223344556677_x", "rcxs_", "rcxs_%", p.Refresh} {
				if good(t, fresh, text) {
					t.Errorf("%q is a token", text)
				}
			}
			if store.loads > 0 {
				t.Error("what has not the form of a token asks the Store")
			}
			begun := time.Now()
			_, _, err1 := fresh.Whose(t.Context(), p.Access)
			_, err2 := fresh.Issue(t.Context(), caller.Caller{Name: "a"})
			if err1 == nil || errors.Is(err1, caller.ErrUnknown) || err2 == nil || errors.Is(err2, caller.ErrUnknown) {
				t.Errorf("hangs %v: %v, %v", hangs, err1, err2)
			}
			if time.Since(begun) > 10*time.Second {
				t.Errorf("that took %v", time.Since(begun))
			}
			store.set(false, false)
			if !good(t, fresh, p.Access) {
				t.Error("it is no token when the Store is there")
			}
		}
	})
}

func TestATokenThatIsKnownNeedsNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: new(ringcx.Memory)}
		here, there := &handout.Short{Store: store}, &handout.Short{Store: store}
		for _, hangs := range []bool{false, true} {
			store.set(false, false)
			p := issue(t, here, caller.Caller{Name: "a", Keyed: true})
			if !good(t, there, p.Access) {
				t.Fatal("it is none")
			}
			store.set(!hangs, hangs)
			for range 3 * 24 * 2 { // three days, in which another key was due
				time.Sleep(30 * time.Minute)
				begun := time.Now()
				var ok bool
				if p, ok = refreshes(t, here, p.Refresh); !ok || !good(t, there, p.Access) {
					t.Fatalf("hangs %v: a token of a key that is known is none", hangs)
				}
				if waited := time.Since(begun); waited > 600*time.Millisecond { // a moment at each of them
					t.Fatalf("hangs %v: that took %v", hangs, waited)
				}
			}
			store.set(false, false)
			time.Sleep(time.Minute)
			if !good(t, here, issue(t, there, caller.Caller{Name: "a"}).Access) {
				t.Error("replicas do not find together again")
			}
		}
	})
}

func TestGuessesAskTheStoreOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: new(ringcx.Memory)}
		s := &handout.Short{Store: store}
		p := issue(t, s, caller.Caller{Name: "a"})
		strange := issue(t, new(handout.Short), caller.Caller{Name: "a"})
		for range 10 {
			time.Sleep(time.Second)
			store.set(false, false)
			for range 100 {
				if good(t, s, strange.Access) || !good(t, s, p.Access) {
					t.Fatal("a guess is a token, or a token none")
				}
			}
			if store.loads > 1 {
				t.Fatalf("guesses ask the Store %d times", store.loads)
			}
		}
		if store.saves != 1 {
			t.Errorf("they write %d times", store.saves)
		}
	})
}

func TestKeysThatAreDamagedAreNotWrittenOver(t *testing.T) {
	for _, value := range []string{"x", `{"version":2}`, `{"version":1,"keys":[{"id":"AAAAAA==","secret":"c2VjcmV0"}]}`} {
		store := new(ringcx.Memory)
		put(t, store, []byte(value))
		_, err := (&handout.Short{Store: store}).Issue(t.Context(), caller.Caller{Name: "a"})
		if err == nil || errors.Is(err, caller.ErrUnknown) || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("%s: %v", value, err)
		}
		if is, err := store.Load(t.Context(), place); err != nil || string(is) != value {
			t.Errorf("%s became %s, %v", value, is, err)
		}
	}
}
