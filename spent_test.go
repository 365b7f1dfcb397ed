package ringcx_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

func TestARefreshTokenFromAnOlderCopyOfTheStoreIsNotSpentAgain(t *testing.T) {
	for name, pause := range map[string]time.Duration{"refreshed": 6 * time.Minute, "both refreshed": 2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, db := newVendor(t), newServer()
				session := func() *ringcx.Session {
					return v.Session(&ringcx.SessionOptions{Store: seenBy{db, 1}, Key: "k"})
				}
				s, same := session(), session() // the process is one that sees all of it
				mustToken(t, s)
				copied := db.copied(db.rows)
				time.Sleep(pause)
				if name != "refreshed" {
					fault(t, v, refreshPath, "status", `"status":401`)
				}
				mustToken(t, s)
				db.restore(copied)
				time.Sleep(pause)
				if !works(t, v, mustToken(t, same)) {
					t.Error("the token does not work")
				}
				wantNoVerdicts(t, v)
				from := len(v.Paths())
				time.Sleep(6 * time.Minute)
				mustToken(t, same)
				wantAsked(t, v, from, refreshPath)
			})
		})
	}
}

func TestARefreshTokenFromAnOlderCopyIsSpentAgainByAProcessThatDidNotSeeIt(t *testing.T) {
	// The control: without what the process knows, the vendor objects.
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		session := func(process int) *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: seenBy{db, process}, Key: "k"})
		}
		mustToken(t, session(1))
		copied := db.copied(db.rows)
		time.Sleep(6 * time.Minute)
		mustToken(t, session(1))
		db.restore(copied)
		time.Sleep(6 * time.Minute)
		mustToken(t, session(2))
		if len(v.Verdicts()) == 0 {
			t.Error("the vendor has no objection, so that the test before this one tests nothing")
		}
	})
}

func TestARefreshTokenThatWasSurelyNotSpentIsSentAgain(t *testing.T) {
	for name, more := range map[string]string{"retry-after": `"status":429,"retryAfter":"2"`} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			s := v.Session(&ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "k"})
			mustToken(t, s)
			time.Sleep(6 * time.Minute)
			fault(t, v, refreshPath, name, more)
			fault(t, v, exchangePath, name, more)
			from := len(v.Paths())
			mustToken(t, s)
			if got := asked(v, from); got[0] != refreshPath || got[len(got)-1] != refreshPath {
				t.Errorf("requests: %v", got)
			}
			wantNoVerdicts(t, v)
		})
	}
}

func TestAProcessThatRunsForLongRemembersTheLastRefreshTokensOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(&ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "k"})
		for range 100 {
			mustToken(t, s)
			time.Sleep(6 * time.Minute)
		}
		if n := s.Spent(); n == 0 || n > 64 {
			t.Errorf("it remembers %d", n)
		}
		wantNoVerdicts(t, v)
	})
}

func TestASpentRefreshTokenIsNoLastWayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		opts := &ringcx.SessionOptions{Store: seenBy{db, 1}, Key: "k"}
		mustToken(t, v.Session(opts))
		s := v.Config().NewSession(nil, opts)
		for range 8 * 24 { // RingCentral's tokens end meanwhile
			time.Sleep(time.Hour)
			mustToken(t, s)
		}
		copied := db.copied(db.rows)
		time.Sleep(6 * time.Minute)
		mustToken(t, s)
		db.restore(copied)
		time.Sleep(6 * time.Minute)
		from := len(v.Paths())
		if token, err := s.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("%v, %v", token, err)
		}
		wantAsked(t, v, from)
		wantNoVerdicts(t, v)
	})
}
