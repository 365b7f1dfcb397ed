package sandbox_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
)

// parameters are what in a path stands for a value.
var parameters = regexp.MustCompile(`\{[^/]*\}`)

// rowsOf counts the rows that answer each operation that is described, by its ID, and lists what two rows answer alike. A row
// that has a name where the description has a parameter is an operation of its own.
func rowsOf(rows []endpoint.Operation) (count map[string]int, double []string) {
	count = map[string]int{}
	seen := map[string]bool{}
	for _, row := range rows {
		key := row.Method + " " + parameters.ReplaceAllString(row.Path, "{}")
		if seen[key] {
			double = append(double, key)
		}
		seen[key] = true
		if op, _, ok := apispec.Match(row.Method, parameters.ReplaceAllString(row.Path, "7")); ok && strings.Count(op.Path, "{") == strings.Count(row.Path, "{") {
			count[op.ID]++
		}
	}
	return count, double
}

func TestWhatIsDescribedAndAnsweredHasOneRow(t *testing.T) {
	count, double := rowsOf(slices.Concat(platform.Operations, ringcx.Operations))
	if len(double) > 0 {
		t.Errorf("two rows answer %q", double)
	}
	for _, name := range here {
		if count[name] != 1 {
			t.Errorf("%s is answered, and has %d rows", name, count[name])
		}
	}
	for name, n := range count {
		if n != 1 {
			t.Errorf("%s has %d rows", name, n)
		}
	}
}

func TestARowBesideAnotherIsCounted(t *testing.T) {
	row := ringcx.Operations[slices.IndexFunc(ringcx.Operations, func(op endpoint.Operation) bool { return parameters.MatchString(op.Path) })]
	again := row
	again.Path = parameters.ReplaceAllString(row.Path, "{another}")
	count, double := rowsOf([]endpoint.Operation{row, again})
	if len(double) != 1 || len(count) != 1 || slices.Max(slices.Collect(maps.Values(count))) != 2 {
		t.Errorf("counted %v, double %q", count, double)
	}
}
