package ringcx_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// Each of these fails when one line is taken out that nothing else missed.

func TestARequestCountsAsLateAsItMayArrive(t *testing.T) {
	r := &ringcx.Record{Version: 1}
	for range 5 {
		r.Begin(ringcx.Login, epoch) // and its sender dies
	}
	for _, after := range []time.Duration{61 * time.Second, 90 * time.Second} {
		if a, _ := ringcx.Plan(r, epoch.Add(after), ringcx.NewNeed(0, "", false, true)); a != ringcx.Wait {
			t.Errorf("%s after five requests that may have arrived half a minute later: %q", after, a)
		}
	}
	if a, _ := ringcx.Plan(r, epoch.Add(92*time.Second), ringcx.NewNeed(0, "", false, true)); a != ringcx.Login {
		t.Errorf("the minute is over: %q", a)
	}
}

func TestARequestThatWasAnsweredLateCountsFromThenOn(t *testing.T) {
	r, answered := &ringcx.Record{Version: 1}, epoch.Add(20*time.Second)
	r.Begin(ringcx.Login, epoch)
	r.Succeed(ringcx.Login, &ringcx.Token{AccessToken: "a", Obtained: epoch, Expiry: epoch.Add(time.Hour)}, epoch, answered)
	if sent := r.Ledgers.RingCentral.Sent; len(sent) != 1 || !sent[0].Equal(answered) {
		t.Errorf("in the ledger: %v, answered at %s", sent, answered)
	}
}

func TestACodeThatWasNotSentIsGoodForAnotherTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offline, sent := newVendor(t), true, 0
		config := v.Config()
		config.HTTPClient = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			if sent++; offline {
				return nil, &net.OpError{Op: "dial", Err: errBroken}
			}
			return nil, errBroken
		})}
		g := config.AuthorizationCode("the-code", "http://127.0.0.1/", ringcx.GenerateVerifier())
		for range 2 {
			if _, err := g.Renew(t.Context(), nil); err == nil || errors.Is(err, ringcx.ErrLoginRequired) {
				t.Errorf("offline: %v", err)
			}
		}
		offline = false
		_, _ = g.Renew(t.Context(), nil)
		if _, err := g.Renew(t.Context(), nil); !errors.Is(err, ringcx.ErrLoginRequired) || sent != 3 {
			t.Errorf("a code whose answer was lost was sent again: %d requests, %v", sent, err)
		}
	})
}

func TestAnAppIDWithSpecialCharactersReachesTheVendorWhole(t *testing.T) {
	var id, secret string
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ = r.BasicAuth()
		w.WriteHeader(http.StatusTeapot)
	})
	c.ClientID, c.ClientSecret = "a:b", "c%d e"
	_, _ = c.JWT(jwtValue).Renew(t.Context(), nil)
	if id != "a%3Ab" || secret != "c%25d+e" {
		t.Errorf("Basic %q %q, want what RFC 6749, section 2.3.1 says", id, secret)
	}
}

func TestAShorterQuietTimeDoesNotEndALongerOne(t *testing.T) {
	r, n := &ringcx.Record{Version: 1}, ringcx.NewNeed(0, "", false, true)
	r.Fail(ringcx.Login, &ringcx.Error{StatusCode: 503, RetryAfter: time.Minute}, &n, epoch, epoch)
	until := r.Ledgers.RingCentral.QuietUntil
	for _, status := range []int{500, 429} {
		e := ringcx.AnswerError("log in", &http.Response{StatusCode: status}, nil, epoch, nil)
		if status == 429 {
			e.RetryAfter = time.Minute
		}
		r.Fail(ringcx.Login, e, &n, epoch, epoch)
		if at := r.Ledgers.RingCentral.QuietUntil; at.Before(until) {
			t.Errorf("quiet until %s, then until %s", until, at)
		} else {
			until = at
		}
	}
	r.Fail(ringcx.Login, ringcx.AnswerError("log in", &http.Response{StatusCode: 500}, nil, epoch, nil), &n, epoch, epoch)
	if at := r.Ledgers.RingCentral.QuietUntil; !at.Equal(until) || until.Sub(epoch) < time.Minute {
		t.Errorf("a pause for a failing server ended a penalty: %s, then %s", until, at)
	}
}

func TestALedgerFromTheFutureThatDoesNotSayWhenItWasWrittenIsWaitedOutOnce(t *testing.T) {
	quiet, mended := ringcx.DecodeLedger([]byte(`{"quiet_until":"2040-01-01T00:00:00Z"}`), epoch)
	if at := quiet.QuietUntil.Sub(epoch); !mended || at != time.Minute {
		t.Errorf("quiet for %s, mended: %v", at, mended)
	}
	full, mended := ringcx.DecodeLedger([]byte(`{"sent":["2040-01-01T00:00:00Z","2040-01-01T00:00:00Z","2040-01-01T00:00:00Z","2040-01-01T00:00:00Z","2040-01-01T00:00:00Z"]}`), epoch)
	r := &ringcx.Record{Version: 1}
	r.Ledgers.RingCentral = *full
	if a, until := ringcx.Plan(r, epoch, ringcx.NewNeed(0, "", false, true)); !mended || a != ringcx.Wait || until.Sub(epoch) > 61*time.Second {
		t.Errorf("%q until %s, mended: %v", a, until, mended)
	}
}

func TestALoginThatItsCallerLeftIsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		fault(t, v, loginPath, "delay", `"delay":"20s"`)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_ = s.Login(ctx)
		synctest.Wait()
		if storedToken(t, store, "k", "ringcx", "access_token") == "" {
			t.Error("the answer to a request that was sent is lost")
		}
	})
}

func TestACallerWhoLeavesDoesNotEndARenewalThatWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		ctx, cancel := context.WithCancel(t.Context())
		err := store.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
			go func() { _, _ = s.Token(ctx) }()
			synctest.Wait()
			go func() {
				if token, err := s.Token(t.Context()); err != nil || !works(t, v, token) {
					t.Errorf("who stayed got %v", err)
				}
			}()
			synctest.Wait()
			cancel()
			synctest.Wait()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantAsked(t, v, 0, loginPath, exchangePath, usersPath)
	})
}

func TestACallThatCannotReadTheStoreGetsTheTokenThatStillWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := &unreadableStore{Store: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
		old := mustToken(t, s)
		time.Sleep(4*time.Minute + time.Second)
		store.broken = true
		if mustToken(t, s) != old {
			t.Error("another token")
		}
	})
}

type unreadableStore struct {
	ringcx.Store
	broken bool
}

func (s *unreadableStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if s.broken {
		return errBroken
	}
	return s.Store.Update(ctx, key, fn)
}

func (s *unreadableStore) Load(ctx context.Context, key string) ([]byte, error) {
	if s.broken {
		return nil, errBroken
	}
	return s.Store.Load(ctx, key)
}

func TestATokenThatWasReplacedDoesNotComeBackByALookAtIt(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	s := v.Session(nil)
	old := mustToken(t, s)
	s.Invalidate(old)
	fresh := mustToken(t, s)
	if s.LookAt(old, time.Now()); s.Hot() != fresh {
		t.Error("a look at the old token changed what is handed out")
	}
	if s.LookAt(fresh, onTheWall(time.Now(), -time.Hour)); s.Hot() != nil {
		t.Error("a token is handed out from memory after a suspension")
	}
}

func TestTheStartOfAnUnansweredLoginRefreshIsKept(t *testing.T) {
	r := &ringcx.Record{Version: 1}
	r.Begin(ringcx.RefreshLogin, epoch)
	r.Recover()
	r.Begin(ringcx.RefreshLogin, epoch.Add(30*time.Minute))
	r.Recover()
	if r.Attempt == nil || !r.Attempt.Start.Equal(epoch) {
		t.Errorf("the attempt that may be repeated for 55 minutes: %+v", r.Attempt)
	}
}

func TestARefreshThatDoesNotRotateKeepsItsRefreshToken(t *testing.T) {
	r := &ringcx.Record{Version: 1, RingCentral: &ringcx.Stored{AccessToken: "a", RefreshToken: "r", RefreshExpiry: epoch.Add(time.Hour)}}
	r.Succeed(ringcx.RefreshLogin, &ringcx.Token{AccessToken: "b", Obtained: epoch, Expiry: epoch.Add(time.Hour)}, epoch, epoch)
	if r.RingCentral.RefreshToken != "r" || !r.RingCentral.RefreshExpiry.Equal(epoch.Add(time.Hour)) {
		t.Error("the refresh token is gone")
	}
}

func TestAnAnswerThatWasLostIsNoReasonToSpendARefreshTokenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		time.Sleep(8 * 24 * time.Hour) // the RingCentral refresh token has ended
		s := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
		fault(t, v, refreshPath, "drop-answer", "")
		n := len(v.Paths())
		if _, err := s.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, n, refreshPath)
		wantNoVerdicts(t, v)
	})
}

func TestWhatWasNotSentIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		config, base := v.Config(), v.Client().Transport
		offline := true
		config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if offline {
				return nil, &net.OpError{Op: "dial", Err: errBroken}
			}
			return base.RoundTrip(r)
		})}
		s := config.NewSession(config.JWT(v.Demo().JWT), nil)
		for range 9 {
			if _, err := s.Token(t.Context()); err == nil {
				t.Fatal("a token without a network")
			}
		}
		offline = false
		begin := time.Now()
		if mustToken(t, s); time.Since(begin) > time.Second {
			t.Errorf("waited %s for requests that were not sent", time.Since(begin))
		}
	})
}

func TestACorrectedSecretIsTriedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		wrong := v.Config()
		wrong.ClientSecret = "wrong"
		if _, err := wrong.NewSession(wrong.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"}).Token(t.Context()); err == nil {
			t.Fatal("a wrong secret brought a token")
		}
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		wantAsked(t, v, 0, loginPath, loginPath, exchangePath)
		if st := status(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})); st.Failure != "" {
			t.Errorf("a failure that is over: %s", st.Failure)
		}
	})
}

// slowStore takes long for the first save of the lineage.
type slowStore struct {
	ringcx.Store
	pause func()
	saved int
	begun time.Time
}

func (s *slowStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return s.Store.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		return fn(old, func(value []byte) error {
			if key == "k" {
				s.begun = time.Now()
				if s.saved++; s.saved == 1 {
					s.pause()
				}
			}
			return save(value)
		})
	})
}

func TestARequestWhoseIntentTookLongToSaveIsPlannedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &slowStore{Store: new(ringcx.Memory), pause: func() { time.Sleep(2 * time.Second) }}
		config, base := v.Config(), v.Client().Transport
		config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if late := time.Since(store.begun); late > time.Second {
				t.Errorf("sent %s after its intent was to be written down: another may have taken over", late)
			}
			return base.RoundTrip(r)
		})}
		s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		if left := status(t, s).LoginsLeft; left != 4 {
			t.Errorf("%d logins left after one of five", left)
		}
		wantNoVerdicts(t, v)
	})
}

func TestARequestWhoseIntentCannotBeTakenBackIsNotSentLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		moody := &moodyStore{Memory: new(ringcx.Memory), fail: map[int]bool{3: true}} // the third takes back what the first entered
		v, store := newVendor(t), &slowStore{Store: moody, pause: func() { time.Sleep(2 * time.Second) }}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		if token, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%v, %v", token, err)
		}
		wantAsked(t, v, 0)
		mustToken(t, s)
		if left := status(t, s).LoginsLeft; left != 4 {
			t.Errorf("%d logins left after one of five", left)
		}
	})
}

func TestALedgerThatWasWrittenInTheFutureIsQuietForAsLongAsItWas(t *testing.T) {
	for value, want := range map[string]time.Duration{
		`{"written":"2040-01-01T00:00:00Z","quiet_until":"2040-01-01T00:20:00Z"}`: 20 * time.Minute,
		`{"written":"2040-01-01T00:00:00Z","quiet_until":"2040-01-01T00:00:01Z"}`: time.Minute, // what another clock may have meant
	} {
		l, mended := ringcx.DecodeLedger([]byte(value), epoch)
		if at := l.QuietUntil.Sub(epoch); !mended || at != want || !l.Written.Equal(epoch) {
			t.Errorf("%s: quiet for %s, written %s, mended: %v", value, at, l.Written, mended)
		}
	}
	if l, mended := ringcx.DecodeLedger([]byte(`{"written":"2040-01-01T00:00:00Z"}`), epoch); !mended || !l.Written.Equal(epoch) {
		t.Errorf("nothing to be quiet for: written %s, mended: %v", l.Written, mended)
	}
}
