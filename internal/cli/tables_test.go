package cli_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
)

// named has the vendor list one account, with a name as JSON writes it.
func named(t *testing.T, name string) *person {
	p := newPerson(t)
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/admin/accounts") {
			return false
		}
		_, _ = io.WriteString(w, `[{"accountId":"46517001","accountName":"`+name+`","mainAccountId":"46517000"},{"accountId":"46517002","accountName":"b","mainAccountId":"46517000"}]`)
		return true
	})
	return p
}

func TestATableIsNoWiderThanItsTerminalAndIsWholeElsewhere(t *testing.T) {
	for _, name := range []string{strings.Repeat("n", 500), strings.Repeat("界", 300)} {
		p := named(t, name)
		for _, width := range []int{60, 80, 131} {
			out, _ := p.sees(width, "accounts", "list")
			for line := range strings.Lines(out) {
				if got := displaywidth.String(strings.TrimRight(line, "\n")); got > width {
					t.Errorf("a line of %d has %d columns: %s", width, got, line)
				}
			}
			if !strings.Contains(out, "46517001") || strings.Count(out, "46517000") != 2 || strings.Count(out, "…") != 1 {
				t.Errorf("in %d columns: %s", width, out)
			}
		}
		for _, flags := range [][]string{nil, {"--json"}, {"--csv"}} {
			if out, _ := p.pipes(0, append([]string{"accounts", "list"}, flags...)...); !strings.Contains(out, name) {
				t.Errorf("%q: the name is not whole: %s", flags, out)
			}
		}
	}
}

func TestATableBringsNoControlCharactersIntoAPipeAndCSVKeepsThem(t *testing.T) {
	p := named(t, `\u001b[31mred`)
	if out, _ := p.pipes(0, "accounts", "list"); strings.Contains(out, "\x1b") || !strings.Contains(out, `\u001b[31mred`) {
		t.Errorf("a table in a pipe: %q", out)
	}
	if out, _ := p.pipes(0, "accounts", "list", "--csv"); !strings.Contains(out, "\x1b[31mred") {
		t.Errorf("CSV: %q", out)
	}
}
