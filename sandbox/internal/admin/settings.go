package admin

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// ChangeSettings sets the settings that are given, each by a value of its type or by null for its default; the others stay.
func (a *Sandbox) ChangeSettings(values map[string]json.RawMessage) error {
	return a.ChangeRules(func(r *contract.Rules) error {
		var all []error
		for _, name := range slices.Sorted(maps.Keys(values)) {
			found, err := contract.FindSetting(name)
			if err == nil {
				err = found.SetJSON(r, values[name])
			}
			all = append(all, err)
		}
		return errors.Join(all...)
	})
}
