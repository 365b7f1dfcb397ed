package platform

import (
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Check refuses rows that speak of what is not in w. A flow whose browser is gone leads nowhere, and goes, too.
func (t *Tables) Check(tx *state.Tx, w *model.World) error {
	for number, row := range t.sessions.All(tx) {
		if w.App(tx, row.App) == nil || w.User(tx, row.User) == nil {
			return fmt.Errorf("%s \"%d\": there is no app %q or no user %d", recordSession, number, row.App, row.User)
		}
	}
	for id, row := range t.flows.All(tx) {
		if err := row.Request.belongsTo(tx, w); err != nil {
			return fmt.Errorf("%s %q: %w", recordFlow, wording.Clip(id), err)
		}
		if _, ok := t.browsers.Get(tx, row.Browser); !ok {
			t.flows.Delete(tx, id)
		}
	}
	for code, row := range t.Codes.All(tx) {
		err := row.Request.belongsTo(tx, w)
		if err == nil && w.User(tx, row.User) == nil {
			err = fmt.Errorf("user %d does not exist", row.User)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", recordCode, wording.Clip(code), err)
		}
	}
	return nil
}

// belongsTo wants w to have the app that req is of.
func (req *authorizeRequest) belongsTo(tx *state.Tx, w *model.World) error {
	if w.App(tx, req.App) == nil {
		return fmt.Errorf("there is no app %q", req.App)
	}
	return nil
}
