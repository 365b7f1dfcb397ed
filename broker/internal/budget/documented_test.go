package budget_test

import (
	"slices"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// documented are the windows of the limits that the vendor describes, each once.
func documented() (all [][]apispec.Window) {
	for _, l := range apispec.Default().Limits {
		if !slices.ContainsFunc(all, func(w []apispec.Window) bool { return slices.Equal(w, l.Windows) }) {
			all = append(all, l.Windows)
		}
	}
	return all
}
