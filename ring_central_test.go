package ringcx_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// platformToken is the RingCentral token of s.
func platformToken(t *testing.T, s *ringcx.Session) *ringcx.Token {
	t.Helper()
	token, err := s.RingCentral().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// platformStatus is what the platform answers to a call with token.
func platformStatus(t *testing.T, v *ringcxtest.Server, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL+"/restapi/v1.0/account/~/extension/~", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("User-Agent", "test/1.0")
	resp, err := v.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestTheRingCentralTokenIsTheOneOfTheLineage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		first := platformToken(t, s)
		wantAsked(t, v, 0, loginPath)
		if platformStatus(t, v, first.AccessToken) != http.StatusOK {
			t.Error("the token does not work at RingCentral")
		}
		if first.RefreshToken != "" {
			t.Error("the refresh token, which only the engine may spend, was handed out")
		}
		if token := mustToken(t, s); token.AccessToken == first.AccessToken {
			t.Error("the token of RingCX is that of RingCentral")
		}
		wantAsked(t, v, 2, exchangePath)
		if platformToken(t, s) != first {
			t.Error("the second call did not get the same token")
		}
		wantNoVerdicts(t, v)
	})
}

func TestTwoDaysOfBothTokensSpendNoRefreshTokenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		sessions := []*ringcx.Session{v.Session(&ringcx.SessionOptions{Store: store}), v.Session(&ringcx.SessionOptions{Store: store})}
		for range 2 * 24 * 4 {
			var wg sync.WaitGroup
			for _, s := range sessions {
				for _, source := range []ringcx.TokenSource{s, s.RingCentral()} {
					wg.Go(func() {
						if _, err := source.Token(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
			}
			wg.Wait()
			if status := platformStatus(t, v, platformToken(t, sessions[0]).AccessToken); status != http.StatusOK {
				t.Fatalf("the RingCentral token is answered %d", status)
			}
			time.Sleep(15 * time.Minute)
		}
		for _, s := range sessions {
			if err := s.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		wantNoVerdicts(t, v)
		if n := len(v.Paths()); n > 600 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestARefusedRingCentralTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		first := platformToken(t, s)
		source := s.RingCentral().(ringcx.Informed)
		source.Confirm(first)
		for range 3 {
			source.Invalidate(first)
		}
		second := platformToken(t, s)
		source.Invalidate(first)
		if second.AccessToken == first.AccessToken || platformToken(t, s) != second {
			t.Error("the refused token was not replaced by one other")
		}
		wantAsked(t, v, 0, loginPath, loginPath)
	})
}

func TestATokenThatAnExchangeNeededIsTheNextOfRingCentral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		before := platformToken(t, s)
		time.Sleep(2 * time.Hour) // both have ended, and the exchange needs a login
		mustToken(t, s)
		asked := len(v.Paths())
		if platformToken(t, s).AccessToken == before.AccessToken || len(v.Paths()) != asked {
			t.Error("the login that an exchange needed is done again")
		}
	})
}

func TestAnEndedSessionHandsOutNoRingCentralToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		opts := &ringcx.SessionOptions{Store: store, Key: "k"}
		s := v.Session(opts)
		before := platformToken(t, s)
		mustToken(t, s)
		if err := s.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if platformToken(t, s).AccessToken == before.AccessToken {
			t.Error("the token of the lineage before is handed out")
		}
		later := v.Config().NewSession(nil, opts)
		if err := s.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := later.RingCentral().Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("after a logout: %v", err)
		}
	})
}

func TestALoginToRingCXItselfHasNoRingCentralToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c := v.Config()
		store := new(ringcx.Memory)
		opts := &ringcx.SessionOptions{Store: store, Key: "k"}
		direct := c.NewSession(c.RingCXPassword("nobody", "wrong", ""), opts)
		if _, err := direct.RingCentral().Token(t.Context()); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("a direct login: %v", err)
		}
		if len(v.Paths()) > 0 {
			t.Error("the vendor was asked")
		}
		if _, err := direct.Token(t.Context()); err == nil || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("its RingCX token: %v", err)
		}
		invalid := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: "http://h.example"}}).NewSession(nil, nil)
		if _, err := invalid.RingCentral().Token(t.Context()); err == nil {
			t.Error("a wrong configuration is not reported")
		}
	})
}

func TestARefusedExchangeKeepsNobodyFromRingCentral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(&ringcx.SessionOptions{MaxWait: -1})
		fault(t, v, exchangePath, "status", `"status":403`)
		if _, err := s.Token(t.Context()); err == nil {
			t.Fatal("the exchange was not refused")
		}
		platformToken(t, s)
		if got := v.Paths(); slices.Contains(got[2:], loginPath) {
			t.Errorf("requests were %q", got)
		}
	})
}
