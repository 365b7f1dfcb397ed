package ringcx_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// onAMachine is a new session on a machine whose clock is ahead of the store's, which has not asked the store for the time.
func onAMachine(t *testing.T, c *ringcx.Config, jwt string, store ringcx.Store, ahead time.Duration) *ringcx.Session {
	t.Helper()
	own := *c
	own.Now = func() time.Time { return time.Now().Add(ahead) }
	return own.NewSession(own.JWT(jwt), &ringcx.SessionOptions{Store: store, Key: "k"})
}

func TestAFirstCallGoesByTheStoresClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			v, store := newVendor(t), clockedStore{new(ringcx.Memory)}
			machine := func() *ringcx.Session { return onAMachine(t, v.Config(), v.Demo().JWT, store, ahead) }
			if err := machine().Login(t.Context()); err != nil {
				t.Fatalf("a login with a clock that is %s ahead: %v", ahead, err)
			}
			wantAsked(t, v, 0, loginPath, exchangePath)
			time.Sleep(time.Second)
			if _, err := machine().TokenFor(t.Context(), time.Hour); err == nil || strings.Contains(err.Error(), "ended") {
				t.Errorf("a token for an hour: %v", err)
			}
			wantAsked(t, v, 2) // no renewal would bring it
			time.Sleep(2 * time.Minute)
			if _, err := machine().TokenFor(t.Context(), 4*time.Minute); err != nil {
				t.Errorf("a token for four minutes with a clock that is %s ahead: %v", ahead, err)
			}
			wantAsked(t, v, 2, refreshPath)
			wantNoVerdicts(t, v)
		})
	}
}

func TestALogoutCountsTheMinuteByTheStoresClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), clockedStore{new(ringcx.Memory)}
		s := onAMachine(t, v.Config(), v.Demo().JWT, store, 0)
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		n := len(v.Paths())
		var e *ringcx.Error
		if err := onAMachine(t, v.Config(), v.Demo().JWT, store, time.Hour).Logout(t.Context()); !errors.As(err, &e) || !strings.Contains(e.Message, "used up") {
			t.Errorf("a sixth request within a minute: %v", err)
		}
		if got := strings.Join(asked(v, n), " "); strings.Contains(got, revokePath) {
			t.Errorf("sent: %s", got)
		}
		wantNoVerdicts(t, v)
	})
}
