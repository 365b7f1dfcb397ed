package verdict_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

func TestEveryVerdictHasHelpAndNothingElseHas(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range verdict.All {
		if help := verdict.Help(w.Verdict); help == "" || help != w.Help || seen[w.Verdict] {
			t.Errorf("%q: %q, want %q, once", w.Verdict, help, w.Help)
		}
		seen[w.Verdict] = true
	}
	if help := verdict.Help("no verdict"); help != "" {
		t.Errorf("what is no verdict has %q", help)
	}
}
