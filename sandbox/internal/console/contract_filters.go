package console

import (
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// contractFilters are the parts of the contract that can be looked at alone.
var contractFilters = []struct {
	name, label string
	holds       func(contract.Line) bool
}{
	{"", "All", func(contract.Line) bool { return true }},
	{"documented", "Documented", certain("documented")},
	{"twice", "Documented differently", certain("twice and differently")},
	{"observed", "Observed", certain("observed")},
	{"assumed", "Assumed", certain("assumed")},
	{"settable", "With a switch", func(l contract.Line) bool { return l.Setting != nil }},
	{"changed", "Changed here", func(l contract.Line) bool { return l.Setting != nil && l.Setting.Changed() }},
}

func certain(name string) func(contract.Line) bool {
	return func(l contract.Line) bool { return slices.Contains(l.Certainty, name) }
}
