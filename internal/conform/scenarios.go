package conform

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scenario is one bad day, or a good one.
type Scenario struct {
	Name     string // as --only takes it
	About    string // what happens
	Survives string // what the program has to do

	steps    []step
	advisory []string // verdicts of the vendor that cost a warning only
}

// ownScenario are verdicts with a scenario of their own.
var ownScenario = []string{"token in a URL", "password in a URL", "secret in the body", "missing User-Agent"}

// expired is how long it takes a RingCX token to expire, and then some.
const expired = 6 * time.Minute

// Scenarios are all there are, in the order in which they are shown.
func Scenarios() []Scenario { return slices.Clone(scenarios) }

var scenarios = []Scenario{
	{
		Name: "fresh-start", About: "nothing is stored yet", Survives: "signs in, gets its answer, ends with exit code 0",
		steps: []step{succeeds("the first run")},
	},
	{
		Name: "second-run", About: "a run right after the first", Survives: "asks for no token: those of the first run are good",
		steps: []step{succeeds("the first run"), succeeds("the second run"), reuses(must)},
	},
	{
		Name: "expiry", About: "the RingCX token has expired between two runs", Survives: "gets its answer; should refresh, not log in",
		steps: []step{succeeds("the first run"), later(expired), succeeds("the run after the token expired"), refreshes},
	},
}

// choose gives the scenarios of these names, in our order.
func choose(only []string) ([]Scenario, error) {
	for _, name := range only {
		if !slices.ContainsFunc(scenarios, func(sc Scenario) bool { return sc.Name == name }) {
			return nil, fmt.Errorf("there is no scenario %q", name)
		}
	}
	if len(only) == 0 {
		return Scenarios(), nil
	}
	return slices.DeleteFunc(Scenarios(), func(sc Scenario) bool { return !slices.Contains(only, sc.Name) }), nil
}

// Names lists the names of all scenarios.
func Names() string {
	var names []string
	for _, sc := range scenarios {
		names = append(names, sc.Name)
	}
	return strings.Join(names, ", ")
}
