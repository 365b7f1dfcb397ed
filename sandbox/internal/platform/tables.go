package platform

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Bounds of this program, not of the vendor.
const (
	browsersKept = 1_000   // browsers, and pages that they are on, remembered, at least
	codesKept    = 10_000  // authorization codes, and login codes, remembered, at least
	tokensKept   = 100_000 // tokens of each kind remembered, at least
)

// Kinds of records about sessions, people in front of a browser, and what apps do for them.
const (
	recordSession   = "session"
	recordBrowser   = "browser"
	recordFlow      = "flow"
	recordCode      = "authorization-code"
	recordAssertion = "client-assertion"
)

// Tables are what the platform remembers.
type Tables struct {
	sessions   *state.Table[uint64, Session] // numbered in the order in which they were opened, from 1
	open       *state.Index[sessionKey, uint64, Session]
	browsers   *state.Table[string, browser] // by name, which stays the same
	byCookie   *state.Index[string, string, browser]
	flows      *state.Table[string, flow]
	Codes      *state.Table[string, authCode]
	assertions *state.Table[string, time.Time] // client assertions that were used, and when they end
}

func newTables(db *state.DB, now func() time.Time, room *state.Room, dropped func(*state.Tx, uint64, Session)) *Tables {
	t := &Tables{
		sessions:   state.NewTable[uint64, Session](db, recordSession),
		browsers:   state.NewTable[string, browser](db, recordBrowser),
		flows:      state.NewTable[string, flow](db, recordFlow),
		Codes:      state.NewTable[string, authCode](db, recordCode),
		assertions: state.NewTable[string, time.Time](db, recordAssertion),
	}
	t.byCookie = state.NewIndex(t.browsers, func(_ string, b browser) (string, bool) { return b.Cookie, true })
	t.open = state.NewIndex(t.sessions, func(_ uint64, s Session) (sessionKey, bool) {
		return sessionKey{s.App, s.User}, s.State == SessionOpen
	})
	t.sessions.Read(func(number uint64, s *Session) error { s.Number = number; return nil })
	t.sessions.Limit(state.Bound[uint64, Session]{
		Limit: model.SessionsMost, Least: model.SessionsLeast, Room: room, Dropped: dropped,
		Over: func(s Session) bool { return s.Over(instant.Of(now())) },
	})
	t.browsers.Read(func(name string, b *browser) error { b.name = name; return nil })
	t.flows.Read(func(id string, f *flow) error { f.id = id; return nil })
	t.browsers.Limit(state.Bound[string, browser]{
		Limit: 2 * browsersKept, Order: func(a, b browser) int { return a.Until.Compare(b.Until) },
	})
	t.flows.Limit(state.Bound[string, flow]{
		Limit: 2 * browsersKept, Order: func(a, b flow) int { return a.Expires.Compare(b.Expires) },
	})
	t.Codes.Limit(state.Bound[string, authCode]{
		Limit: 2 * codesKept, Order: func(a, b authCode) int { return a.Expires.Compare(b.Expires) },
	})
	t.assertions.Limit(state.Bound[string, time.Time]{Limit: 2 * tokensKept, Order: time.Time.Compare})
	return t
}
