package ringcx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// badWay is a way to the vendor that fails as f says; nil: it works.
type badWay struct {
	base http.RoundTripper
	f    func(*http.Request) (*http.Response, error)
	n    int
}

func (f *badWay) RoundTrip(r *http.Request) (*http.Response, error) {
	f.n++
	if f.f != nil {
		return f.f(r)
	}
	return f.base.RoundTrip(r)
}

func lostWithoutAByte(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func brokenOff(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"acc`), brokenReader{}))}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestARequestWithoutAByteOfAnAnswerHoldsNoOthersBack(t *testing.T) {
	for name, c := range map[string]struct {
		f     func(*http.Request) (*http.Response, error)
		waits bool
	}{"not a byte": {lostWithoutAByte, false}, "broken off": {brokenOff, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				store := new(ringcx.Memory)
				way := &badWay{base: v.Client().Transport}
				config := v.Config()
				config.HTTPClient = &http.Client{Transport: way}
				opts := &ringcx.SessionOptions{Store: store, Key: "k"}
				s, other := config.NewSession(config.JWT(v.Demo().JWT), opts), v.Session(opts)
				first := mustToken(t, s)
				mustToken(t, other)
				refresh := storedToken(t, store, "k", "ringcx", "refresh_token")
				s.Invalidate(first)
				other.Invalidate(first)
				way.f = c.f
				start, n := time.Now(), len(v.Requests())
				done := make(chan error, 1)
				go func() {
					_, err := s.Token(t.Context())
					done <- err
				}()
				synctest.Wait()
				way.f = nil
				r := stored(t, store, "k")
				if r["doubtful"] != ringcx.Fingerprint(refresh) {
					t.Errorf("the refresh token does not count as spent: %v", r["doubtful"])
				}
				if (r["failure"] != nil) != c.waits {
					t.Errorf("the record has the failure %v", r["failure"])
				}
				if token := mustToken(t, other); !works(t, v, token) || (time.Since(start) > 0) != c.waits {
					t.Errorf("another program waited %s", time.Since(start))
				}
				if err := <-done; err != nil || time.Since(start) > 2*time.Second {
					t.Errorf("after %s: %v", time.Since(start), err)
				}
				wantAsked(t, v, n, exchangePath, usersPath)
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestTheSessionItHappensToMakesLongerAndLongerPausesAndGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		way := &badWay{base: v.Client().Transport, f: lostWithoutAByte}
		config := v.Config()
		config.HTTPClient = &http.Client{Transport: way}
		s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		var sent []time.Duration
		start := time.Now()
		way.f = func(r *http.Request) (*http.Response, error) {
			sent = append(sent, time.Since(start))
			return lostWithoutAByte(r)
		}
		_, err := s.Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) || !errors.Is(err, io.ErrUnexpectedEOF) || !e.Temporary() || e.RetryAfter <= 0 || e.Hint() == "" {
			t.Errorf("%v", err)
		}
		if len(sent) != 3 || sent[1]-sent[0] < time.Second || sent[2]-sent[1] < 2*time.Second || sent[2] > 10*time.Second {
			t.Errorf("sent at %v", sent)
		}
		for range 5 { // of somebody who does not wait
			_, _ = s.Token(t.Context())
			time.Sleep(10 * time.Second)
		}
		inMinute := 0
		for _, at := range sent {
			if at < time.Minute {
				inMinute++
			}
		}
		if inMinute > 5 {
			t.Errorf("%d requests in a minute, and each may have arrived", inMinute)
		}
		way.f = nil
		if token := mustToken(t, s); !works(t, v, token) {
			t.Error("the token does not work")
		}
	})
}

// takenStore is a store whose turn somebody else has until the gate is open. It gives up a moment before it has to.
type takenStore struct {
	ringcx.Store
	gate chan struct{}
}

func (b *takenStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	deadline, _ := ctx.Deadline()
	select {
	case <-b.gate:
		return b.Store.Update(ctx, key, fn)
	case <-time.After(time.Until(deadline) - time.Millisecond):
		return errors.New("it is in use")
	}
}

func TestATokenThatEndsWhileItIsKeptInHandIsRenewedAllTheSame(t *testing.T) {
	for name, ends := range map[string]bool{"somebody is at it": false, "and the machine sleeps": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				store := &takenStore{new(ringcx.Memory), make(chan struct{})}
				var off atomic.Int64
				config := v.Config()
				config.Now = func() time.Time { return time.Now().Add(time.Duration(off.Load())) }
				old := mustToken(t, v.Session(&ringcx.SessionOptions{Store: store.Store, Key: "k"}))
				time.Sleep(4*time.Minute + 12*time.Second) // a renewal is due
				s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
				start := time.Now()
				go func() {
					if time.Sleep(time.Second); ends {
						off.Store(int64(time.Minute))
					}
					time.Sleep(29 * time.Second)
					close(store.gate)
				}()
				token, took := mustToken(t, s), time.Since(start)
				<-store.gate
				if (token.AccessToken == old.AccessToken) == ends || (took.Round(time.Second) == 30*time.Second) != ends {
					t.Errorf("after %s, the old one: %v", took, token.AccessToken == old.AccessToken)
				}
			})
		})
	}
}

func TestARequestWithoutAByteOfAnAnswerCountsAndSetsNoQuietTime(t *testing.T) {
	for name, c := range map[string]struct {
		f      func(*http.Request) (*http.Response, error)
		silent bool
	}{"not a byte": {lostWithoutAByte, true}, "broken off": {brokenOff, false}} {
		config := ringcx.Config{ClientID: "id", HTTPClient: &http.Client{Transport: &badWay{f: c.f}}}
		_, err := config.Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
		now := time.Now()
		r := &ringcx.Record{RingCentral: &ringcx.Stored{AccessToken: "rc", Expiry: now.Add(time.Hour)}}
		n := ringcx.NewNeed(0, "", false, true)
		r.Begin(ringcx.Exchange, now)
		again := r.Fail(ringcx.Exchange, err, &n, now, now.Add(5*time.Second))
		l := r.Ledgers.RingCX
		if again == c.silent || (r.Failure == nil) != c.silent || r.Attempt != nil {
			t.Errorf("%s: again %v, failure %v, attempt %v", name, again, r.Failure, r.Attempt)
		}
		if l.QuietUntil.IsZero() != c.silent || (l.Failures == 0) != c.silent || len(l.Sent) != 1 || l.Sent[0].Equal(now.Add(31*time.Second)) != c.silent {
			t.Errorf("%s: %+v", name, l)
		}
	}
}
