package ringcx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

const endPath = "DELETE /api/auth/logout/***"

func TestALogoutForgetsWhatIsInMemoryToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		s := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		if err := s.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		if token, err := s.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("after a logout: %v, %v", token, err)
		}
	})
}

func TestALogoutKeepsAQuietTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "retry-after", `"status":429,"retryAfter":"50"`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Token(ctx); err == nil {
			t.Error("a token in a quiet time")
		}
		n := len(v.Paths())
		var e *ringcx.Error
		if err := s.Logout(t.Context()); !errors.As(err, &e) || e.RetryAfter < 40*time.Second {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, n, revokePath)
		wantNoVerdicts(t, v)
	})
}

func TestALogoutThatItsCallerLeftIsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		fault(t, v, revokePath, "delay", `"delay":"20s"`)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Logout(ctx); err != nil {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, 2, revokePath, endPath)
	})
}

func TestALogoutRevokesNothingOfOtherCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		token := mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		c := v.Config()
		if err := c.NewSession(c.JWT("e30.e30.other"), &ringcx.SessionOptions{Store: store, Key: "k"}).Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantAsked(t, v, 2)
		if !works(t, v, token) {
			t.Error("the token of other credentials was ended")
		}
	})
}

func TestAnAnswerThatCouldNotBeSavedIsForgottenByALogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &moodyStore{Memory: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		store.fail = map[int]bool{2: true}
		if _, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error: %v", err)
		}
		left, err := store.Load(t.Context(), "k") // with the intent whose answer is known in memory alone
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Logout(t.Context()) // RingCX does not know the refresh token any more
		restore := func(_ []byte, save func([]byte) error) error { return save(left) }
		if err := store.Update(t.Context(), "k", restore); err != nil {
			t.Fatal(err)
		}
		from := len(v.Paths())
		_, _ = s.Token(t.Context())
		if got := strings.Join(asked(v, from), " "); !strings.Contains(got, loginPath) {
			t.Errorf("a token from before the logout was handed out, after %q", got)
		}
	})
}

func TestACorrectedPasswordIsTriedAtOnceAndASpentCodeNotAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		c, demo := v.Config(), v.Demo()
		for i, password := range []string{"wrong", demo.AdminPassword} {
			s := c.NewSession(c.RingCXPassword(demo.AdminUsername, password, demo.PlatformID), &ringcx.SessionOptions{Store: store, Key: "k"})
			if _, err := s.Token(t.Context()); (err == nil) != (i == 1) {
				t.Errorf("try %d: %v", i, err)
			}
		}
	})
	posts := 0
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		posts++
		w.WriteHeader(http.StatusBadGateway)
	})
	s := c.NewSession(c.AuthorizationCode("code", "http://127.0.0.1/", "verifier"), nil)
	for range 2 {
		if _, err := s.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) || posts != 1 {
			t.Errorf("a code whose answer was lost: %d requests, %v", posts, err)
		}
	}
}

func TestALogoutThatTheVendorDidNotHearOfKeepsTheSession(t *testing.T) {
	for _, bad := range []struct{ name, path, kind, more string }{
		{"the server fails", revokePath, "status", `"status":500`},
		{"the server is busy", revokePath, "retry-after", `"status":503,"retryAfter":"20"`},
		{"the limit is used up", revokePath, "retry-after", `"status":429,"retryAfter":"20"`},
		{"the answer is lost", revokePath, "drop-answer", ""},
		{"RingCX fails", "DELETE /api/auth/logout/*", "status", `"status":500`},
	} {
		t.Run(bad.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, store := newVendor(t), new(ringcx.Memory)
				s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
				mustToken(t, s)
				fault(t, v, bad.path, bad.kind, bad.more)
				var e *ringcx.Error
				if err := s.Logout(t.Context()); !errors.As(err, &e) || !e.Temporary() {
					t.Fatalf("error: %v", err)
				}
				if value, err := store.Load(t.Context(), "k"); err != nil || value == nil {
					t.Errorf("the session was not kept: %v", err)
				}
				time.Sleep(time.Minute)
				if err := s.Logout(t.Context()); err != nil {
					t.Errorf("the next try: %v", err)
				}
				if value, err := store.Load(t.Context(), "k"); err != nil || value != nil {
					t.Errorf("a session that was ended was kept: %v", err)
				}
			})
		})
	}
}

func TestASessionThatIsForgottenIsNotEndedAtTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		token := mustToken(t, s)
		n := len(v.Paths())
		if err := s.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantAsked(t, v, n)
		if value, err := store.Load(t.Context(), "k"); err != nil || value != nil {
			t.Errorf("it is still stored: %v", err)
		}
		if !works(t, v, token) {
			t.Error("its token was ended")
		}
	})
}

func TestALogoutOfWhatTheVendorHasEndedAlreadyIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store, twin := newVendor(t), new(ringcx.Memory), new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		value, err := store.Load(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		restore := func(_ []byte, save func([]byte) error) error { return save(value) }
		if err := twin.Update(t.Context(), "k", restore); err != nil {
			t.Fatal(err)
		}
		for _, s := range []ringcx.Store{store, twin} {
			if err := v.Session(&ringcx.SessionOptions{Store: s, Key: "k"}).Logout(t.Context()); err != nil {
				t.Errorf("error: %v", err)
			}
		}
	})
}

func TestALogoutOfAnAppThatIsRefusedKeepsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		c := v.Config()
		c.ClientSecret = "another"
		var e *ringcx.Error
		err := c.NewSession(c.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"}).Logout(t.Context())
		if !errors.As(err, &e) || e.Temporary() {
			t.Errorf("error: %v", err)
		}
		if value, err := store.Load(t.Context(), "k"); err != nil || value == nil {
			t.Errorf("the session was not kept: %v", err)
		}
	})
}

// saying answers requests whose path begins with one in its own words.
type saying struct {
	http.RoundTripper
	path, kind, body string
	status           int
}

func (s *saying) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.URL.Path, s.path) {
		return s.RoundTripper.RoundTrip(req)
	}
	return &http.Response{
		StatusCode: s.status, Header: http.Header{"Content-Type": {s.kind}}, Body: io.NopCloser(strings.NewReader(s.body)), Request: req,
	}, nil
}

func TestALogoutIsDoneOnlyIfTheAnswerSaysThatTheTokenHasEnded(t *testing.T) {
	const revoke, end, asJSON, asPage = "/restapi/oauth/revoke", "/api/auth/logout/", "application/json", "text/html"
	for _, c := range []struct {
		path, kind, body string
		status           int
		done             bool
	}{
		{revoke, asJSON, `{}`, 200, true},
		{revoke, asJSON, `{"error":"invalid_token"}`, 400, true},
		{revoke, asJSON, `{"error":"invalid_grant","errors":[{"errorCode":"OAU-211","message":"Token revoked"}]}`, 400, true},
		{revoke, asJSON, `{"errors":[{"errorCode":"OAU-213","message":"Token not found"}]}`, 400, true},
		{revoke, "text/plain", "junk", 400, false},
		{revoke, asJSON, `{"error":"unsupported_token_type"}`, 400, false},
		{revoke, asJSON, `{"error":"invalid_request"}`, 400, false},
		{revoke, asJSON, `{"error":"invalid_client"}`, 401, false},
		{revoke, asPage, "<!doctype html>", 404, false},
		{end, "text/plain", "", 204, true},
		{end, asJSON, `{"message":"no such token"}`, 400, true},
		{end, asPage, "<!doctype html>", 404, false},
		{end, asPage, "<!doctype html>", 401, false},
		{end, "text/plain", "", 404, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			v, store := newVendor(t), new(ringcx.Memory)
			mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
			cfg := v.Config()
			cfg.HTTPClient = &http.Client{Transport: &saying{v.Client().Transport, c.path, c.kind, c.body, c.status}}
			err := cfg.NewSession(cfg.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"}).Logout(t.Context())
			value, problem := store.Load(t.Context(), "k")
			if problem != nil || (err == nil) != c.done || (value == nil) != c.done {
				t.Errorf("%s %d %s: error %v, kept %t; want done %t", c.path, c.status, c.body, err, value != nil, c.done)
			}
		})
	}
}

// fixedStore does not change what it has under key, as a file that is mounted by itself.
type fixedStore struct {
	*ringcx.Memory
	key string
}

func (f *fixedStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return f.Memory.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		if key == f.key {
			save = func([]byte) error { return errBroken }
		}
		return fn(old, save)
	})
}

func TestASessionThatCouldNotBeForgottenIsNotEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &fixedStore{Memory: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		token := mustToken(t, s)
		n := len(v.Paths())
		store.key = "k"
		if err := s.Logout(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, n)
		if !works(t, v, token) {
			t.Error("the session was ended, and its record is there")
		}
		store.key = ""
		if err := s.Logout(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestALogoutLeavesWhatItCannotRead(t *testing.T) {
	v, store := newVendor(t), new(ringcx.Memory)
	const damaged = `{"version":1,"ringcx":{"acc`
	err := store.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save([]byte(damaged)) })
	if err != nil {
		t.Fatal(err)
	}
	s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
	if err := s.Logout(t.Context()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("the logout ends with %v", err)
	}
	if now := value(t, store, "k"); string(now) != damaged || len(v.Paths()) > 0 {
		t.Errorf("the store holds %s after %d requests", now, len(v.Paths()))
	}
}
