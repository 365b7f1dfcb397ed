package handout_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
)

// issue issues a pair.
func issue(t testing.TB, s *handout.Short, c caller.Caller) handout.Pair {
	t.Helper()
	p, err := s.Issue(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// good tells whether an access token is one.
func good(t testing.TB, s *handout.Short, text string) bool {
	t.Helper()
	_, _, err := s.Whose(t.Context(), text)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		t.Fatal(err)
	}
	return err == nil
}

// refreshes tells whether a refresh token is one, and spends it.
func refreshes(t testing.TB, s *handout.Short, text string) (handout.Pair, bool) {
	t.Helper()
	p, _, err := s.Refresh(t.Context(), text)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		t.Fatal(err)
	}
	return p, err == nil
}

func TestATokenOfTheBrokersOwnLivesFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(handout.Short)
		p := issue(t, s, caller.Caller{Name: "a", Profile: "main", Keyed: true})
		c, until, err := s.Whose(t.Context(), p.Access)
		if err != nil || c.Name != "a" || c.Profile != "main" || time.Until(until) != 5*time.Minute {
			t.Errorf("%+v, %v, %v", c, until, err)
		}
		time.Sleep(5*time.Minute - time.Millisecond)
		if !good(t, s, p.Access) {
			t.Error("it ends too early")
		}
		time.Sleep(time.Millisecond)
		if good(t, s, p.Access) {
			t.Error("it lives on")
		}
		again, ok := refreshes(t, s, p.Refresh)
		if !ok || !good(t, s, again.Access) {
			t.Error("the refresh token does not refresh")
		}
		if _, ok := refreshes(t, s, p.Refresh); ok {
			t.Error("a refresh token is spent twice")
		}
		time.Sleep(time.Hour)
		if _, ok := refreshes(t, s, again.Refresh); ok {
			t.Error("a refresh token lives longer than an hour")
		}
	})
}

func TestATokenIsGoodAtEveryReplicaOfItsStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: new(ringcx.Memory)}
		here, there, elsewhere := &handout.Short{Store: store}, &handout.Short{Store: store}, &handout.Short{Store: new(ringcx.Memory)}
		issue(t, elsewhere, caller.Caller{Name: "other"}) // it has keys, too
		for _, c := range []caller.Caller{
			{Name: "a", Keyed: true},
			{Name: "worker", ID: "0011223344556677", Profile: "sales", Keyed: true},
			{Name: "ci:acme/app", ID: "jwt 0011223344556677", Until: time.Now().Add(time.Minute)},
			{Name: "é\x00", ID: strings.Repeat("i", 300), Profile: "p", Keyed: true, Until: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
		} {
			p := issue(t, here, c)
			got, until, err := there.Whose(t.Context(), p.Access)
			if !got.Until.Equal(c.Until) {
				t.Errorf("%v became %v", c.Until, got.Until)
			}
			if got.Until = c.Until; err != nil || got != c || time.Until(until) != p.AccessLife {
				t.Errorf("%+v, %v, %v; want %+v for %v", got, until, err, c, p.AccessLife)
			}
			if good(t, elsewhere, p.Access) {
				t.Error("it is good in another Store, too")
			}
			if next, ok := refreshes(t, there, p.Refresh); !ok || !good(t, here, next.Access) {
				t.Error("it cannot be refreshed at another replica")
			}
		}
		if store.saves != 1 || store.loads != 2 {
			t.Errorf("tokens took %d writes and %d reads of the Store", store.saves, store.loads)
		}
		if one, another := new(handout.Short), new(handout.Short); good(t, another, issue(t, one, caller.Caller{Name: "a"}).Access) {
			t.Error("without a Store it is good in another process")
		}
	})
}

func TestATextThatIsNotTheTokenIsNone(t *testing.T) {
	s := new(handout.Short)
	is := func(text string) bool {
		if _, ok := refreshes(t, s, text); ok {
			return true
		}
		return good(t, s, text)
	}
	for _, id := range []string{"1", "12", "123"} { // one after the other fills its last letter less
		p := issue(t, s, caller.Caller{Name: "a", ID: id, Profile: "main"})
		for _, text := range []string{p.Access, p.Refresh} {
			for _, one := range unlike(t, text) {
				if is(one) {
					t.Fatalf("%q is a token, for %q", one, text)
				}
			}
			if !is(text) { // the control
				t.Errorf("%q itself is none", text)
			}
		}
	}
}

// unlike are texts that differ from a token in little.
func unlike(t *testing.T, text string) []string {
	t.Helper()
	all := []string{"", text + "A", text + "\n", text + "=", " " + text, strings.ToUpper(text), text[:9] + "\n" + text[9:]}
	other := "rcxs_"
	if strings.HasPrefix(text, other) {
		other = "rcxr_"
	}
	all = append(all, other+text[5:])
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*"
	for i := range text {
		all = append(all, text[:i], text[i+1:])
		some := letters
		if i < len(text)-1 {
			some = "Aaz09-_.*"
		}
		for _, letter := range some {
			if rune(text[i]) != letter {
				all = append(all, text[:i]+string(letter)+text[i+1:])
			}
		}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text[5:])
	if err != nil {
		t.Fatal(err)
	}
	clear(sealed[:4]) // of no key
	return append(all, text[:5]+base64.RawURLEncoding.EncodeToString(sealed))
}

func TestATokenOfTheLongestNameHasFourHundredLetters(t *testing.T) {
	p := issue(t, new(handout.Short), caller.Caller{Name: strings.Repeat("n", 200), ID: "jwt 0011223344556677", Profile: "production", Until: time.Now().Add(time.Hour)})
	if len(p.Access) > 400 || len(p.Refresh) > 400 {
		t.Errorf("%d and %d letters", len(p.Access), len(p.Refresh))
	}
	if strings.Contains(p.Access, "bm5u") { // what it holds is not to be read
		t.Error("the name is in it")
	}
}

func TestACallerThatMayNotComeAnyMoreHasNoToken(t *testing.T) {
	var why error
	s := &handout.Short{Alive: func(context.Context, caller.Caller) error { return why }}
	p := issue(t, s, caller.Caller{Name: "a", ID: "1", Keyed: true})
	p, ok := refreshes(t, s, p.Refresh)
	if !ok || !good(t, s, p.Access) {
		t.Fatal("it has none before")
	}
	why = caller.ErrUnknown
	if _, ok := refreshes(t, s, p.Refresh); ok || good(t, s, p.Access) {
		t.Error("it has one after its key was revoked")
	}
	why = errors.New("the Store is down")
	_, _, err1 := s.Whose(t.Context(), p.Access)
	_, _, err2 := s.Refresh(t.Context(), p.Refresh)
	if !errors.Is(err1, why) || !errors.Is(err2, why) || !errors.Is(s.End(t.Context(), p.Access), why) {
		t.Errorf("what cannot be told is said to be %v, %v", err1, err2)
	}
	if why = nil; !good(t, s, p.Access) {
		t.Error("it has none when that can be told again")
	}
	if _, ok := refreshes(t, s, p.Refresh); !ok {
		t.Error("what could not be looked up was spent")
	}
}

func TestWhoHasNoKeyShowsWhoItIsWithinAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(handout.Short)
		for _, is := range []struct {
			caller caller.Caller
			shown  time.Duration // how long what it showed is good; 0: it does not end
			last   time.Duration
		}{
			{caller.Caller{Name: "user"}, 0, time.Hour},
			{caller.Caller{Name: "certificate"}, 1000 * time.Hour, time.Hour},
			{caller.Caller{Name: "job"}, 30 * time.Minute, 30 * time.Minute},
			{caller.Caller{Name: "worker", ID: "1", Keyed: true}, 0, 50 * time.Hour}, // the control: its key tells
		} {
			c := is.caller
			if is.shown > 0 {
				c.Until = time.Now().Add(is.shown)
			}
			begun, p, ok := time.Now(), issue(t, s, c), true
			for ok && time.Since(begun) < 50*time.Hour {
				time.Sleep(time.Minute)
				p, ok = refreshes(t, s, p.Refresh)
			}
			if got := time.Since(begun); got != is.last {
				t.Errorf("%s goes on for %v, not %v", c.Name, got, is.last)
			}
		}
	})
}

func TestWhatEndedAtOneReplicaEndsAtOthersByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		here, there := &handout.Short{Store: store}, &handout.Short{Store: store}
		for _, last := range []bool{false, true} { // by its access token, by its refresh token
			p := issue(t, here, caller.Caller{Name: "a", Keyed: true})
			text := p.Access
			if last {
				text = p.Refresh
			}
			if err := here.End(t.Context(), text); err != nil {
				t.Fatal(err)
			}
			if _, ok := refreshes(t, here, p.Refresh); ok || good(t, here, p.Access) {
				t.Error("it is good where it was ended")
			}
			if !good(t, there, p.Access) { // nothing tells the other
				t.Error("it is not good elsewhere")
			}
			time.Sleep(5 * time.Minute)
			if good(t, there, p.Access) {
				t.Error("it does not end elsewhere")
			}
			time.Sleep(55 * time.Minute)
			if _, ok := refreshes(t, there, p.Refresh); ok {
				t.Error("the refresh token does not end elsewhere")
			}
		}
		issue(t, here, caller.Caller{Name: "a"})
		if err := here.End(t.Context(), issue(t, here, caller.Caller{Name: "a"}).Access); err != nil || here.Remembered() != 1 {
			t.Errorf("%d are remembered, %v", here.Remembered(), err)
		}
	})
}

func TestOneCallersEndsBringNobodyElsesTokenBack(t *testing.T) {
	s := new(handout.Short)
	end := func(name string) handout.Pair {
		p := issue(t, s, caller.Caller{Name: name})
		if err := s.End(t.Context(), p.Access); err != nil {
			t.Fatal(err)
		}
		return p
	}
	quiet := end("quiet")
	var last handout.Pair
	for range 5000 {
		last = end("loud")
	}
	if good(t, s, quiet.Access) || good(t, s, last.Access) {
		t.Error("a token that was ended is good")
	}
	if n := s.Remembered(); n != 1001 {
		t.Errorf("%d are remembered", n)
	}
	for i := range 20_000 {
		end(fmt.Sprint(i))
	}
	if good(t, s, quiet.Access) {
		t.Error("twenty thousand others bring it back")
	}
}

func TestARefreshTokenIsSpentByOneOfManyAtOnce(t *testing.T) {
	var here sync.WaitGroup
	here.Add(20)
	s := &handout.Short{Alive: func(context.Context, caller.Caller) error {
		here.Done()
		here.Wait() // for all the others
		return nil
	}}
	p := issue(t, s, caller.Caller{Name: "a"})
	got := make(chan bool)
	for range 20 {
		go func() {
			_, _, err := s.Refresh(t.Context(), p.Refresh)
			got <- err == nil
		}()
	}
	n := 0
	for range 20 {
		if <-got {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d had it", n)
	}
}

func FuzzOnlyWhatWasHandedOutIsAToken(f *testing.F) {
	s := new(handout.Short)
	p := issue(f, s, caller.Caller{Name: "a", ID: "1"})
	other := issue(f, new(handout.Short), caller.Caller{Name: "a"})
	for _, text := range []string{"", "rcxs_", "rcxr_AAAA", "rcxs_AAAAAAAA", "rcxs_" + strings.Repeat("A", 43), "rcxs_\n", p.Access[:20], other.Access, other.Refresh, other.Refresh[11:]} {
		f.Add(text)
		f.Add("rcxs_" + p.Access[5:11] + text)
	}
	r := &http.Request{}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := s.Authenticate(r, text); c != nil || !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%q is of %v, %v", text, c, err)
		}
		if _, ok := refreshes(t, s, text); ok {
			t.Errorf("%q refreshes", text)
		}
		if err := s.End(t.Context(), text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if c, err := s.Authenticate(r, p.Access); err != nil || c.Name != "a" {
			t.Errorf("the token is of %v, %v", c, err)
		}
	})
}

func FuzzWhatIsInATokenIsReadWhole(f *testing.F) {
	for _, c := range []caller.Caller{{}, {Name: "a", ID: "1", Profile: "main", Keyed: true}, {Name: strings.Repeat("n", 200), Until: time.Unix(1e9, 0)}} {
		text := handout.Written(c)
		f.Add(text)
		f.Add(text[:len(text)-1])
		f.Add(append(text, 0))
	}
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, ok := handout.Rewrite(text)
		if !ok {
			return
		}
		if len(first) > len(text) {
			t.Errorf("%d bytes are read from %d", len(first), len(text))
		}
		if again, ok := handout.Rewrite(first); !ok || !bytes.Equal(again, first) {
			t.Errorf("%x is read as %x", first, again)
		}
	})
}

func BenchmarkATokenOfTheBrokersOwn(b *testing.B) {
	keys := &caller.Keys{Store: new(ringcx.Memory)}
	key, err := keys.Create(b.Context(), "worker", "", 0)
	if err != nil {
		b.Fatal(err)
	}
	c, err := keys.Check(b.Context(), key)
	if err != nil {
		b.Fatal(err)
	}
	s := &handout.Short{Store: keys.Store, Alive: func(ctx context.Context, c caller.Caller) error { return keys.Alive(ctx, c.ID) }}
	p := issue(b, s, *c)
	r := (&http.Request{}).WithContext(b.Context())
	b.Run("shown", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Authenticate(r, p.Access); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("issued", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			issue(b, s, *c)
		}
	})
}
