package ringcx_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestADayOfCallsNeedsOneLoginAndNoCallerSeesARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		client := v.Session(nil).Client()
		for range 24 * 60 {
			if status := call(t, client, v.URL+"/voice/api/v1/admin/accounts"); status != http.StatusOK {
				t.Fatalf("a call was answered %d", status)
			}
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		count := map[string]int{}
		for _, r := range v.Requests() {
			count[r.Method+" "+r.Path]++
			if r.Status != http.StatusOK {
				t.Errorf("%s %s was answered %d", r.Method, r.Path, r.Status)
			}
		}
		if count[loginPath] != 1 || count[exchangePath] != 1 {
			t.Errorf("requests: %v", count)
		}
		if n := count[refreshPath]; n < 288 || n > 400 {
			t.Errorf("%d refreshes in a day, want about one per token lifetime", n)
		}
		wantNoVerdicts(t, v)
	})
}

func TestTheFirstTokenTakesOneLoginAndOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		token := mustToken(t, s)
		if token.RefreshToken != "" {
			t.Error("the refresh token, which only the engine may spend, was handed out")
		}
		if left := time.Until(token.Expiry); left != 5*time.Minute {
			t.Errorf("the token lives %s", left)
		}
		if token.MainAccountID == "" || !strings.Contains(string(token.Details), "agentDetails") {
			t.Errorf("what came with the token is missing: %q %s", token.MainAccountID, token.Details)
		}
		wantAsked(t, v, 0, loginPath, exchangePath)
		if mustToken(t, s) != token {
			t.Error("the second call did not get the same token")
		}
		wantAsked(t, v, 2)
		if !works(t, v, token) {
			t.Error("the token does not work")
		}
	})
}

func TestAThousandCallersAtOnceCauseOneRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		for round, wait := range []time.Duration{0, 6 * time.Minute} {
			time.Sleep(wait)
			var wg sync.WaitGroup
			for range 1000 {
				wg.Go(func() {
					if _, err := s.Token(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			want := [][]string{{loginPath, exchangePath}, {loginPath, exchangePath, refreshPath}}[round]
			wantAsked(t, v, 0, want...)
		}
	})
}

func TestARenewalAheadOfTimeKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		old := mustToken(t, s)
		time.Sleep(4*time.Minute + time.Second) // a fifth of the life is left
		fault(t, v, refreshPath, "delay", `"delay":"20s"`)
		begin := time.Now()
		if mustToken(t, s) != old || time.Since(begin) != 0 {
			t.Error("a caller waited, though the old token works")
		}
		if s.Hot() != old {
			t.Error("while it is renewed, the old token is not at hand")
		}
		time.Sleep(21 * time.Second)
		synctest.Wait()
		if fresh := mustToken(t, s); fresh == old || !works(t, v, fresh) {
			t.Error("the renewal ahead of time brought no new token")
		}
	})
}

func TestWhileTheOldTokenWorksAFailedRenewalIsNobodysProblem(t *testing.T) {
	for _, inline := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			s := v.Session(&ringcx.SessionOptions{Inline: inline})
			old := mustToken(t, s)
			time.Sleep(4*time.Minute + time.Second)
			fault(t, v, refreshPath, "status", `"status":500`)
			for range 3 {
				if mustToken(t, s) != old {
					t.Error("a caller did not get the token that still works")
				}
				synctest.Wait()
			}
			if n := len(asked(v, 2)); n != 1 {
				t.Errorf("%d requests, want 1 that failed", n)
			}
			time.Sleep(30 * time.Second)
			mustToken(t, s)
			synctest.Wait()
			if fresh := mustToken(t, s); fresh == old {
				t.Error("the renewal was not tried again")
			}
			wantNoVerdicts(t, v)
		})
	}
}

func TestAProcessOfOneCallToleratesAFailedRenewalToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		process := &ringcx.SessionOptions{Store: new(ringcx.Memory), Inline: true}
		old := mustToken(t, v.Session(process))
		time.Sleep(4*time.Minute + 30*time.Second)
		fault(t, v, refreshPath, "status", `"status":500`)
		for range 2 {
			if got := mustToken(t, v.Session(process)); got.AccessToken != old.AccessToken {
				t.Error("another token than the one that still works")
			}
		}
		wantAsked(t, v, 2, refreshPath)
		// Somebody else holds the store: the old token is not waited for.
		begin := time.Now()
		held := &ringcx.SessionOptions{Store: &heldStore{process.Store}, Inline: true}
		if got := mustToken(t, v.Session(held)); got.AccessToken != old.AccessToken || time.Since(begin) > 15*time.Second {
			t.Errorf("after %s: %v", time.Since(begin), got)
		}
		time.Sleep(10 * time.Second)
		if got := mustToken(t, v.Session(process)); got.AccessToken == old.AccessToken {
			t.Error("the renewal was not tried again")
		}
		wantNoVerdicts(t, v)
	})
}

// heldStore is a store whose lock somebody else holds for ever.
type heldStore struct{ ringcx.Store }

func (heldStore) Update(ctx context.Context, _ string, _ func([]byte, func([]byte) error) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestSessionsThatShareAStoreShareTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		a, b := v.Session(&ringcx.SessionOptions{Store: store}), v.Session(&ringcx.SessionOptions{Store: store})
		if mustToken(t, a).AccessToken != mustToken(t, b).AccessToken {
			t.Error("two sessions of the same credentials have two tokens")
		}
		wantAsked(t, v, 0, loginPath, exchangePath)
		time.Sleep(6 * time.Minute)
		if mustToken(t, b).AccessToken != mustToken(t, a).AccessToken {
			t.Error("the renewal of one session did not reach the other")
		}
		wantAsked(t, v, 2, refreshPath)
	})
}

func TestSessionsOfOtherCredentialsDoNotMeetInAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "shared"}))
		old, err := store.Load(t.Context(), "shared")
		if err != nil {
			t.Fatal(err)
		}
		c := v.Config()
		c.ClientSecret = "wrong"
		c.ClientID = "another-app-of-22-char"
		if _, err := c.NewSession(c.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "shared"}).Token(t.Context()); err == nil {
			t.Fatal("other credentials got the token of the first ones")
		}
		kept := storedToken(t, store, "shared", "ringcx", "refresh_token")
		if kept == "" || !strings.Contains(string(old), kept) {
			t.Error("a failed login with other credentials lost the stored lineage")
		}
		n := len(v.Paths())
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "shared"}))
		wantAsked(t, v, n)
	})
}

func TestAMinimumOfLifeIsKeptOrRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		first := mustToken(t, s)
		time.Sleep(time.Minute)
		for _, c := range []struct {
			min   time.Duration
			fresh bool
		}{{3 * time.Minute, false}, {4*time.Minute + time.Second, true}} {
			token, err := s.TokenFor(t.Context(), c.min)
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(token.Expiry); left < c.min || (token != first) != c.fresh {
				t.Errorf("asked for %s: %s left, another token %v", c.min, left, token != first)
			}
		}
		n := len(v.Paths())
		for range 3 {
			if token, err := s.TokenFor(t.Context(), time.Hour); err == nil {
				t.Errorf("a token that lives an hour was promised: %v", token)
			}
		}
		wantAsked(t, v, n)
	})
}

func TestAnUnreachableStoreIsAnErrorThatSaysSo(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	_, err := v.Session(&ringcx.SessionOptions{Store: brokenStore{}}).Token(t.Context())
	if !errors.Is(err, errBroken) {
		t.Errorf("error: %v", err)
	}
	if len(v.Paths()) > 0 {
		t.Error("a request was sent though its intent could not be written down")
	}
}

var errBroken = errors.New("the disk is full")

type brokenStore struct{}

func (brokenStore) Load(context.Context, string) ([]byte, error) { return nil, nil }
func (brokenStore) Update(_ context.Context, _ string, fn func([]byte, func([]byte) error) error) error {
	return fn(nil, func([]byte) error { return errBroken })
}

func TestACallerThatGivesUpLeavesTheAnswerToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store})
		fault(t, v, exchangePath, "delay", `"delay":"10s"`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error: %v", err)
		}
		if err := s.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for the renewal answered %v", err)
		}
		if err := s.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		n := len(v.Paths())
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store}))
		wantAsked(t, v, n)
	})
}

func TestLoginReplacesTheLineageWhenTheNewOneIsComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		first := mustToken(t, s)
		fault(t, v, exchangePath, "status", `"status":403`)
		if err := s.Login(t.Context()); err == nil {
			t.Error("a login whose exchange was refused is reported as done")
		}
		if storedToken(t, store, "k", "ringcx", "access_token") != first.AccessToken {
			t.Error("a failed login lost what was stored")
		}
		if err := s.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if second := mustToken(t, s); second == first || !works(t, v, second) {
			t.Error("the login brought no new token")
		}
	})
}

func TestLogoutRevokesAndForgetsButKeepsTheLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		if err := s.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantAsked(t, v, 2, revokePath, "DELETE /api/auth/logout/***")
		value, err := store.Load(t.Context(), "k")
		if err != nil || strings.Contains(string(value), "token") {
			t.Errorf("tokens are left behind: %s %v", value, err)
		}
		st, err := s.Status(t.Context())
		if err != nil || st.LoginsLeft != 3 || st.ExchangesLeft != 4 {
			t.Errorf("the ledger was forgotten: %+v %v", st, err)
		}
		mustToken(t, s)
		wantNoVerdicts(t, v)
	})
}

func TestStatusTellsWithoutAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		st, err := s.Status(t.Context())
		if err != nil || st.Next != "log in" || st.LoginsLeft != 5 {
			t.Errorf("before the first login: %+v %v", st, err)
		}
		mustToken(t, s)
		for _, c := range []struct {
			wait time.Duration
			next string
		}{{0, "use the token"}, {4*time.Minute + time.Second, "refresh RingCX"}} {
			time.Sleep(c.wait)
			st, err = s.Status(t.Context())
			if err != nil || st.Next != c.next || !st.Refreshable || st.Scope != "ReadAccounts" || st.UserID == "" || st.MainAccountID == "" {
				t.Errorf("%+v %v", st, err)
			}
		}
		wantAsked(t, v, 2)
	})
}

func TestASessionWithItsOwnClockUsesNoTimers(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	var mu sync.Mutex
	now := time.Now()
	c := v.Config()
	c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s := c.NewSession(c.JWT(v.Demo().JWT), nil)
	first := mustToken(t, s)
	mu.Lock()
	now = now.Add(5 * time.Minute)
	mu.Unlock()
	if mustToken(t, s) == first {
		t.Error("the token was used after its end on the session's clock")
	}
}

func TestTheLogTellsOfRenewalsWithoutSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		var log strings.Builder
		s := v.Session(&ringcx.SessionOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
		token := mustToken(t, s)
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "status", `"status":401`)
		mustToken(t, s)
		for _, want := range []string{"log in", "exchange", "refresh RingCX failed"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%q is missing in %s", want, &log)
			}
		}
		for _, secret := range []string{token.AccessToken, v.Demo().JWT, v.Demo().ClientSecret} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("a secret was logged: %s", &log)
			}
		}
	})
}

func TestAMistakeInTheConfigurationIsReportedByTheFirstCall(t *testing.T) {
	for name, endpoint := range map[string]ringcx.Endpoint{
		"clear text":    {RingCX: "http://ringcx.example.com"},
		"a path":        {RingCX: "https://ringcx.example.com/voice"},
		"no scheme":     {RingCentral: "platform.example.com"},
		"a password":    {RingCentral: "https://me:secret@platform.example.com"},
		"no URL at all": {RingCentral: "https://[::"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &ringcx.Config{ClientID: "id", Endpoint: endpoint}
			s := c.NewSession(c.JWT("a.b.c"), nil)
			_, err := s.Token(t.Context())
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || hinted.Hint() == "" || strings.Contains(err.Error(), "secret") {
				t.Errorf("error: %v", err)
			}
			if err2 := s.Login(t.Context()); err2 == nil {
				t.Error("Login accepts it")
			}
			if _, err2 := s.Status(t.Context()); err2 == nil {
				t.Error("Status accepts it")
			}
		})
	}
}

func TestReadingATokenThatIsAtHandAllocatesNothing(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	s := v.Session(nil)
	mustToken(t, s)
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() { _, _ = s.Token(ctx) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
