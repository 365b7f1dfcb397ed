package apicmd_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestTheHintOfAServerThatFailedKnowsWhetherAChangeMayHaveBeenDone(t *testing.T) {
	const maybe, again, harmless = "it may have been done all the same: look before", "try again later", "does no harm when it is sent again"
	for _, status := range []int{500, 502, 503, 504} {
		for want, calls := range map[string][]*apicmd.Call{
			maybe:    {call("createDialGroup", "accountId=1", "dialGroupName=x"), call("POST /voice/new", "a=b"), call("DELETE /voice/new"), call("PATCH /voice/new", "a=b"), call("PUT /voice/new", "a=b")},
			harmless: {call("deleteDialGroup", "accountId=1", "dialGroupId=5")},
			again:    {call("GET /voice/new"), call("getAllAccounts"), call("searchForCampaignLeads", "accountId=1", "firstName=Ada")}, // the control
		} {
			for _, c := range calls {
				r := newRecorder(t)
				r.status = status
				if _, err := r.run(t, c); err == nil || !strings.Contains(usage.Hint(err), want) || strings.Contains(usage.Hint(err), again) != (want == again) {
					t.Errorf("%d of %q: %v (%s), want %s", status, c.Args, err, usage.Hint(err), want)
				}
			}
		}
	}
}

func TestAReadThatIsNoneHasChangedNothing(t *testing.T) {
	for method, changed := range map[string]bool{"GET": false, "POST": true} {
		r := newRecorder(t)
		r.status, r.answer = 200, `{"errorCode":"x.y"}`
		reply, err := apicmd.Ask(t.Context(), r.Client(), method, r.URL, "*/*")
		if err != nil {
			t.Fatal(err)
		}
		if hint := usage.Hint(reply.Err()); strings.Contains(hint, "nothing was changed") == changed || strings.Contains(hint, "look before") != changed {
			t.Errorf("%s: %s", method, hint)
		}
	}
}
