package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// unexplained are the lines that nobody can rely on and nobody can switch, without a word why.
func unexplained(lines []contract.Line) []string {
	var out []string
	for _, l := range lines {
		doubtful := slices.Contains(l.Certainty, "assumed") || slices.Contains(l.Certainty, "twice and differently")
		if doubtful && l.Setting == nil && l.Fixed == "" {
			out = append(out, l.Says)
		}
	}
	return out
}

func TestWhatNobodyKnowsHasASwitchOrSaysWhyNot(t *testing.T) {
	rules := contract.Defaults()
	document := contract.NewDocument(contract.DefaultProfile, &rules)
	lines, sources := document.Lines, map[string]bool{}
	for _, s := range document.Sources {
		sources[s.Letter] = true
	}
	if got := unexplained(lines); got != nil {
		t.Errorf("neither a switch nor a reason: %q", got)
	}
	if unexplained([]contract.Line{{Says: "made up", Certainty: []string{"assumed"}}}) == nil {
		t.Error("a line without both is not found")
	}
	seen := map[string]bool{}
	for _, l := range lines {
		if l.Setting != nil {
			if seen[l.Setting.Name] {
				t.Errorf("%s is there twice", l.Setting.Name)
			}
			seen[l.Setting.Name] = true
		}
		if len(l.Certainty) == 0 || l.Subject == "" || l.Says == "" || strings.Contains(l.Says, "{}") {
			t.Errorf("incomplete: %+v", l)
		}
		known := !slices.Equal(l.Certainty, []string{"assumed"})
		for letter := range strings.SplitSeq(strings.ReplaceAll(l.Sources, " (internal part)", ""), ", ") {
			if !sources[letter] && (known || letter != "") {
				t.Errorf("%q: no such source as %q", l.Says, letter)
			}
		}
	}
}
