package ringcx

import (
	"fmt"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Check refuses rows that speak of what is not in w. A sign-in may have come from a session that was forgotten.
func (t *Tables) Check(tx *state.Tx, w *model.World, rc ringCentral) error {
	user := func(kind, key string, id int64) error {
		if w.Member(tx, id) == nil {
			return fmt.Errorf("%s %q: user %d does not exist", kind, wording.Clip(key), id)
		}
		return nil
	}
	for number, in := range t.SignIns.All(tx) {
		if in.Agent != 0 && w.Agent(tx, in.Agent) == nil || in.Agent == 0 && w.Member(tx, in.User) == nil {
			return fmt.Errorf("%s \"%d\": there is no user %d and no agent %d", recordSignIn, number, in.User, in.Agent)
		}
		if _, known := rc.Ended(tx, in.From); !known && in.From != 0 {
			in.From = 0
			t.SignIns.Put(tx, number, in)
		}
	}
	for id := range t.apiTokens.All(tx) {
		if err := user(recordAPITokens, strconv.FormatInt(id, 10), id); err != nil {
			return err
		}
	}
	for id := range t.hashcodes.All(tx) {
		if w.Agent(tx, id) == nil {
			return fmt.Errorf("%s %q: agent %d does not exist", recordHashcode, strconv.Itoa(int(id)), id)
		}
	}
	for code, row := range t.Codes.All(tx) {
		if err := user(recordLoginCode, code, row.User); err != nil {
			return err
		}
	}
	for mail, row := range t.Resets.All(tx) {
		if err := user(recordReset, mail, row.User); err != nil {
			return err
		}
	}
	return nil
}
