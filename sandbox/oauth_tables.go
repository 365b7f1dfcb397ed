package sandbox

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Kinds of records about people in front of a browser, and what apps do for them.
const (
	recordBrowser   = "browser"
	recordFlow      = "flow"
	recordCode      = "authorization-code"
	recordAssertion = "client-assertion"
)

// oauthTables are what the platform remembers besides sessions.
type oauthTables struct {
	assertions *state.Table[string, time.Time] // client assertions that were used, and when they end
}

func newOAuthTables(db *state.DB) *oauthTables {
	t := &oauthTables{
		assertions: state.NewTable[string, time.Time](db, recordAssertion),
	}
	t.assertions.Limit(state.Bound[string, time.Time]{Limit: 2 * tokensKept, Order: time.Time.Compare})
	return t
}
