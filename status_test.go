package ringcx_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

func TestWhatNeverHappenedHasNoTimeOnAnyClock(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			v, store := newVendor(t), clockedStore{new(ringcx.Memory)}
			s := onAMachine(t, v.Config(), v.Demo().JWT, store, ahead)
			mustToken(t, s)
			st := status(t, s)
			for name, at := range map[string]time.Time{
				"next": st.NextAt, "quiet": st.QuietUntil, "failure": st.FailureAt, "evicted": st.EvictedAt, "others": st.OthersAt,
				"use": st.Ladder[0].At, "log in": st.Ladder[4].At,
			} {
				if !at.IsZero() {
					t.Errorf("with a clock that is %s ahead, %s: %s", ahead, name, at)
				}
			}
			if here := time.Now().Add(ahead); st.Expiry.Sub(here).Round(time.Minute) != 5*time.Minute { // control
				t.Errorf("with a clock that is %s ahead the token ends at %s, now it is %s", ahead, st.Expiry, here)
			}
		})
	}
}

// readOnlyStore fails the test when it is written.
type readOnlyStore struct {
	ringcx.Store
	t *testing.T
}

func (s readOnlyStore) Update(_ context.Context, key string, _ func([]byte, func([]byte) error) error) error {
	s.t.Errorf("%q is changed", key)
	return errBroken
}

func TestStatusOnlyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &keysStore{Memory: new(ringcx.Memory)}
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		s := v.Session(&ringcx.SessionOptions{Store: readOnlyStore{store.Memory, t}, Key: "k"})
		if st := status(t, s); !st.QuietUntil.IsZero() {
			t.Errorf("quiet until %s", st.QuietUntil)
		}
		for _, key := range store.ledgers() {
			spoil := func(_ []byte, save func([]byte) error) error { return save([]byte("damaged")) }
			if err := store.Memory.Update(t.Context(), key, spoil); err != nil {
				t.Fatal(err)
			}
		}
		s = v.Session(&ringcx.SessionOptions{Store: readOnlyStore{store.Memory, t}, Key: "k"})
		if left := time.Until(status(t, s).QuietUntil); left < 59*time.Second || left > 61*time.Second {
			t.Errorf("with damaged ledgers it is quiet for %s more", left)
		}
	})
}

func TestTheLadderSaysWhenEachStepMayBeTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newVendor(t).Session(nil)
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range status(t, s).Ladder {
			held := i >= 2 // the exchange, and the two ways to a RingCentral token
			if left := time.Until(r.At); held != (left > 50*time.Second && left < 62*time.Second) || !held && !r.At.IsZero() {
				t.Errorf("%s: not before %s from now", r.Step, left)
			}
		}
		time.Sleep(62 * time.Second)
		for _, r := range status(t, s).Ladder {
			if !r.At.IsZero() {
				t.Errorf("%s: not before %s, a minute later", r.Step, r.At)
			}
		}
	})
}

func TestWhatOneAnswerSaidOfTheLimitIsNotBelievedOfTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		for range 3 { // that share the app, and nothing else
			mustToken(t, v.Session(nil))
		}
		s := v.Session(nil)
		mustToken(t, s)
		noticed := status(t, s).OthersAt
		if noticed.IsZero() {
			t.Fatal("the others were not noticed")
		}
		time.Sleep(5 * time.Minute)
		fault(t, v, loginPath, "drop-answer", `"times":9`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = s.Login(ctx)
		if at := status(t, s).OthersAt; !at.Equal(noticed) {
			t.Errorf("others were noticed at %s, and at %s by an answer that did not come", noticed, at)
		}
	})
}

func TestOnlyAWholeCountOfTheVendorsTellsOfOthers(t *testing.T) {
	for _, c := range []struct {
		limit, remaining, window string
		others                   bool
	}{
		{"5", "2", "60", true},
		{"5", "0", "", true},
		{"5", "4", "60", false}, // ours
		{"", "", "", false},
		{"5", "", "", false},
		{"", "0", "", false},
		{"5", "x", "60", false},
		{"x", "0", "60", false},
		{"5", "-1", "60", false},
		{"5", "6", "60", false},
		{"5", "0", "3600", false},
	} {
		cfg := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{"Limit": c.limit, "Remaining": c.remaining, "Window": c.window} {
				if value != "" {
					w.Header().Set("X-Rate-Limit-"+name, value)
				}
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600,"accessToken":"b","refreshToken":"r"}`)
		})
		s := cfg.NewSession(cfg.JWT(jwtValue), nil)
		mustToken(t, s)
		if at := status(t, s).OthersAt; at.IsZero() == c.others {
			t.Errorf("%q of %q left in %q: others at %s", c.remaining, c.limit, c.window, at)
		}
	}
}

func TestARequestAtTheEdgeOfTheVendorsMinuteIsNotTakenForSomebodyElses(t *testing.T) {
	for after, others := range map[time.Duration]bool{63 * time.Second: false, 70 * time.Second: true} {
		synctest.Test(t, func(t *testing.T) {
			remaining := "4"
			c := &ringcx.Config{ClientID: "client", ClientSecret: secretValue}
			c.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				h := http.Header{"Content-Type": {"application/json"}, "X-Rate-Limit-Limit": {"5"}, "X-Rate-Limit-Remaining": {remaining}}
				body := `{"access_token":"a","expires_in":3600,"accessToken":"b","refreshToken":"r"}`
				return &http.Response{StatusCode: http.StatusOK, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			})}
			s := c.NewSession(c.JWT(jwtValue), nil)
			mustToken(t, s)
			time.Sleep(after)
			remaining = "3" // the vendor counts both
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
			if at := status(t, s).OthersAt; at.IsZero() == others {
				t.Errorf("%s after the first request: others at %s", after, at)
			}
		})
	}
}

// A program that is updated finds what the one before it stored, and programs of two versions share their ledgers.
func TestTheNamesOfRecordsOutliveTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &ringcx.Config{ClientID: "client"}
		c.HTTPClient = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errBroken}
		})}
		store := &keysStore{Memory: new(ringcx.Memory)}
		for want, grant := range map[string]ringcx.Grant{
			"d8fa6bacd8e9a682": c.JWT("e30.e30.sig"), "ee7c145d50bc6c00": c.RingCXPassword("name", "password", ""),
		} {
			s := c.NewSession(grant, &ringcx.SessionOptions{Store: store})
			if _, err := s.Token(t.Context()); err == nil {
				t.Error("a token without a network")
			}
			if got := status(t, s).Key; got != want {
				t.Errorf("a record is called %q, it was %q", got, want)
			}
		}
		got, want := slices.Sorted(slices.Values(store.ledgers())), []string{"ledger-6466c72f76a38133", "ledger-b2bf29ea7207c6e1"}
		if !slices.Equal(got, want) {
			t.Errorf("the ledgers are called %q, they were %q", got, want)
		}
	})
}

func TestStatusTellsWhenAnUnansweredRefreshCannotBeRepeated(t *testing.T) {
	const tooLate, atHand = "the last one went unanswered too long ago to be repeated", "the RingCentral refresh token is at hand"
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(61 * time.Minute)
		fault(t, v, refreshPath, "status", `"status":401`)
		fault(t, v, loginPath, "drop-answer", `"times":9`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if _, err := s.Token(ctx); err == nil {
			t.Fatal("it was answered, so this test shows nothing")
		}
		synctest.Wait()
		withoutLogin := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
		for _, c := range []struct {
			after   time.Duration
			session *ringcx.Session
			want    string
		}{{0, s, atHand}, {0, withoutLogin, atHand}, {time.Hour, s, tooLate}, {0, withoutLogin, atHand}} {
			time.Sleep(c.after)
			if r := status(t, c.session).Ladder[3]; !strings.HasPrefix(r.Why, c.want) || r.Possible != (c.want == atHand) {
				t.Errorf("%s: possible %v, %s; want %q", r.Step, r.Possible, r.Why, c.want)
			}
		}
	})
}
