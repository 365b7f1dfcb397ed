package ringcx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestATokenThatWasRefusedDuringARenewalIsNotHandedOutWhenTheRenewalFails(t *testing.T) {
	for _, inline := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			s := v.Session(&ringcx.SessionOptions{Inline: inline})
			old := mustToken(t, s)
			time.Sleep(4*time.Minute + time.Second) // a fifth of the life is left
			fault(t, v, refreshPath, "delay", `"delay":"40s"`)
			var answers atomic.Int32
			go func() {
				if token, err := s.Token(t.Context()); err != nil || inline && token == old {
					t.Errorf("the call that renewed got %v, %v, which had been refused", token, err)
				}
				answers.Add(1)
			}()
			synctest.Wait()
			s.Invalidate(old)
			time.Sleep(30*time.Second + time.Millisecond) // no answer in time
			synctest.Wait()
			if s.Hot() != nil || mustToken(t, s) == old {
				t.Error("a refused token was handed out")
			}
			synctest.Wait()
			if answers.Load() != 1 {
				t.Error("a call did not return")
			}
		})
	}
}

// gatedStore lets nobody load before the gate is open.
type gatedStore struct {
	ringcx.Store
	gate chan struct{}
}

func (s *gatedStore) Load(ctx context.Context, key string) ([]byte, error) {
	<-s.gate
	return s.Store.Load(ctx, key)
}

func TestWhoAsksForMoreThanARenewalUnderWayBringsGetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := &gatedStore{new(ringcx.Memory), make(chan struct{})}
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store.Store, Key: "k"}))
		time.Sleep(30 * time.Second)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		go func() { _, _ = s.Token(t.Context()) }() // the one in the store will do
		synctest.Wait()
		go func() {
			if token, err := s.TokenFor(t.Context(), 4*time.Minute+50*time.Second); err != nil || !works(t, v, token) {
				t.Errorf("a token for longer: %v", err)
			}
		}()
		synctest.Wait()
		close(store.gate)
		synctest.Wait()
		wantAsked(t, v, 2, refreshPath, usersPath)
	})
}

func TestAskingForMoreThanAnyTokenLivesSpendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := &gatedStore{new(ringcx.Memory), make(chan struct{})}
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store.Store, Key: "k"}))
		time.Sleep(30 * time.Second)
		alone := v.Session(&ringcx.SessionOptions{Store: store.Store, Key: "k"})
		if token, err := alone.TokenFor(t.Context(), 10*time.Minute); err == nil {
			t.Errorf("a token that lives longer than the vendor's: %v", token)
		}
		wantAsked(t, v, 2)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		go func() {
			if token, err := s.TokenFor(t.Context(), 10*time.Minute); err == nil {
				t.Errorf("with others: %v", token)
			}
		}()
		synctest.Wait()
		go func() {
			if token, err := s.TokenFor(t.Context(), 4*time.Minute+50*time.Second); err != nil || !works(t, v, token) {
				t.Errorf("who asks for less at the same time: %v", err)
			}
		}()
		synctest.Wait()
		wantAsked(t, v, 2)
		close(store.gate)
		synctest.Wait()
		wantAsked(t, v, 2, refreshPath, usersPath)
	})
}

func TestTheUseOfALegacyTokenIsSavedWithoutKeepingOthersWaiting(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	var later atomic.Int64
	c, demo := v.Config(), v.Demo()
	c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	store := new(ringcx.Memory)
	s := c.NewSession(c.LegacyPassword(demo.AdminUsername, demo.AdminPassword, false), &ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
	token := mustToken(t, s)
	later.Store(int64(10 * time.Minute))
	call := make(chan int)
	err := store.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
		go func() { call <- get(t, s.Client(), v.URL+"/voice/api/v1/admin/accounts") }()
		for mustToken(t, s).Expiry.Equal(token.Expiry) { // with the use in memory, and while its call waits for the store
			select {
			case status := <-call:
				t.Fatalf("status %d, and the use was not saved", status)
			case <-t.Context().Done():
			default:
			}
		}
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			_, _ = s.Token(t.Context())
		}()
		select {
		case <-asked:
		case <-time.After(20 * time.Second):
			t.Error("a caller waits for a token at hand until somebody else's use is saved")
		}
		return nil
	})
	if status := <-call; err != nil || status != http.StatusOK {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestARefusalByRingCXIsNotTakenForAClockThatIsWrong(t *testing.T) {
	asked := 0
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Date", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"who is that?"}`)
	})
	c.SecretJWT, c.ClientSecret = true, longSecret
	if _, err := c.NewSession(c.RingCXPassword("name", "password", ""), nil).Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}
