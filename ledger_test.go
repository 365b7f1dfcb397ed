package ringcx_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

func status(t *testing.T, s *ringcx.Session) *ringcx.Status {
	t.Helper()
	st, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestProgramsThatShareAnAppButNoStoreAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		here, elsewhere := v.Session(nil), v.Session(nil)
		mustToken(t, here)
		if at := status(t, here).OthersAt; !at.IsZero() {
			t.Errorf("alone, and others were noticed at %s", at)
		}
		time.Sleep(10 * time.Second)
		mustToken(t, elsewhere)
		if at := status(t, elsewhere).OthersAt; time.Since(at) > time.Second {
			t.Errorf("two were there, and the second noticed at %s", at)
		}
	})
}

func TestProgramsThatShareAStoreAreNoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		for n := range 8 { // more than a minute allows
			s := v.Session(&ringcx.SessionOptions{Store: store, Key: fmt.Sprint(n)})
			mustToken(t, s)
			if st := status(t, s); !st.OthersAt.IsZero() || !st.EvictedAt.IsZero() {
				t.Fatalf("session %d: others at %s, evicted at %s", n, st.OthersAt, st.EvictedAt)
			}
		}
		wantNoVerdicts(t, v)
	})
}

func TestAnAnswer429WithinTheBudgetTellsOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		fault(t, v, loginPath, "retry-after", `"retryAfter":"1"`)
		s := v.Session(nil)
		mustToken(t, s)
		if status(t, s).OthersAt.IsZero() {
			t.Error("nobody noticed")
		}
	})
}

func TestASessionThatWasPushedOutIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		time.Sleep(50 * time.Minute)
		mustToken(t, s)
		if at := status(t, s).EvictedAt; !at.IsZero() {
			t.Errorf("nothing happened, and yet at %s", at)
		}
		c := v.Config()
		for range 5 {
			time.Sleep(time.Minute)
			if _, err := c.JWT(v.Demo().JWT).Renew(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(20 * time.Minute) // the RingCentral token has ended
		fault(t, v, refreshPath, "status", `"status":401,"times":9`)
		mustToken(t, s) // by its JWT
		if st := status(t, s); time.Since(st.EvictedAt) > time.Second || !st.RingCentralRefreshable {
			t.Errorf("evicted at %s, refreshable %v", st.EvictedAt, st.RingCentralRefreshable)
		}
	})
}

func TestARefreshThatIsRepeatedSaysNothingAboutASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		time.Sleep(61 * time.Minute)
		fault(t, v, refreshPath, "status", `"status":401`)
		fault(t, v, loginPath, "drop-answer", "")
		if _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at := status(t, s).EvictedAt; !at.IsZero() {
			t.Errorf("evicted at %s", at)
		}
	})
}
