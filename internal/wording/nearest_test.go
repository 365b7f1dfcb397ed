package wording_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/wording"
)

func TestTheNearestNameIsTheOneThatWasMeant(t *testing.T) {
	names := []string{"GET", "POST", "expiry", "lost-refresh", "ringcxRefreshReuse", "getAgentGroupList", "--paginate"}
	for word, want := range map[string]string{
		"GTE": "GET", "get": "GET", "pots": "POST", "expire": "expiry", "lostrefresh": "lost-refresh", "RefreshReuse": "ringcxRefreshReuse", "ringcx": "ringcxRefreshReuse",
		"getAgentGroupsList": "getAgentGroupList", "--pagniate": "--paginate", "nothing": "", "": "", "x": "", "PATCHES": "", strings.Repeat("get", 100): "",
	} {
		if got := wording.Nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
