package sandbox

import (
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
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
	codes      *state.Table[string, authCode]
	assertions *state.Table[string, time.Time] // client assertions that were used, and when they end
}

func newOAuthTables(db *state.DB) *oauthTables {
	t := &oauthTables{
		codes:      state.NewTable[string, authCode](db, recordCode),
		assertions: state.NewTable[string, time.Time](db, recordAssertion),
	}
	t.codes.Limit(state.Bound[string, authCode]{Limit: 2 * codesKept, Order: func(a, b authCode) int { return a.Expires.Compare(b.Expires) }})
	t.assertions.Limit(state.Bound[string, time.Time]{Limit: 2 * tokensKept, Order: time.Time.Compare})
	return t
}

// check refuses rows that speak of what is not in w.
func (t *oauthTables) check(tx *state.Tx, w *world) error {
	for code, row := range t.codes.All(tx) {
		err := row.Request.belongsTo(w)
		if err == nil && w.users[row.User] == nil {
			err = fmt.Errorf("user %d does not exist", row.User)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", recordCode, wording.Clip(code), err)
		}
	}
	return nil
}

// belongsTo wants w to have the app that req is of.
func (req *authorizeRequest) belongsTo(w *world) error {
	if w.apps[req.App] == nil {
		return fmt.Errorf("there is no app %q", req.App)
	}
	return nil
}
