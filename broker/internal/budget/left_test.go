package budget_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestWhatIsLeftIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := budget.New(budget.Options{Store: new(ringcx.Memory)})
		defer func() { _ = g.Close(t.Context()) }()
		update, ok := apispec.Find("patchCampaignLead")
		if !ok {
			t.Fatal("there is no such operation")
		}
		reserve := func(op *apispec.Operation, account string) *budget.Reservation {
			r, err := g.Reserve(t.Context(), budget.Request{Operation: op, Account: account, Profile: "main", Caller: "x"})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		all := func() map[string]budget.Left {
			found := map[string]budget.Left{}
			for _, l := range g.Left() {
				found[l.Limit+" "+l.Of] = l
			}
			return found
		}
		if len(all()) != 0 {
			t.Errorf("before anything was sent: %v", all())
		}
		first, other := reserve(nil, ""), reserve(update, "0021")
		reserve(nil, "").Release()
		want := map[string]budget.Left{
			"standard main":  {Limit: "standard", Of: "main", Left: 119, Most: 120},
			"leadUpdates 21": {Limit: "leadUpdates", Account: true, Of: "21", Left: 11, Most: 12},
		}
		for name, l := range want {
			if got := all()[name]; got != l {
				t.Errorf("%s: %+v, want %+v", name, got, l)
			}
		}
		first.Commit(http.StatusOK, 0)
		other.Commit(http.StatusTooManyRequests, 20*time.Second)
		if got := all()["leadUpdates 21"]; got.Left != 0 || got.Quiet != 20*time.Second {
			t.Errorf("after 429: %+v", got)
		}
		if got := all()["standard main"]; got.Left != 119 || got.Quiet != 0 {
			t.Errorf("what was sent counts for a window: %+v", got)
		}
		time.Sleep(62 * time.Second)
		if got := all()["standard main"]; got.Left != 120 {
			t.Errorf("a window later: %+v", got)
		}
		if got := all()["leadUpdates 21"]; got.Left != 12 || got.Quiet != 0 {
			t.Errorf("when the vendor wants requests again: %+v", got)
		}
	})
}
