package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/api"
)

// rewritten is what a value becomes that is read, changed and written.
func rewritten[T any](t *testing.T, text string, change func(*T)) string {
	t.Helper()
	v := read[T](t, text)
	change(&v)
	return marshal(t, v)
}

func TestAChangedMapKeepsItsOtherMembersAsTheyWere(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{
			rewritten(t, `{"extendedLeadData":{"b":"x","a":null,"n":{"z":1}}}`, func(l *api.CampaignLead) { l.ExtendedLeadData["b"] = "y" }),
			`{"extendedLeadData":{"b":"y","a":null,"n":{"z":1}}}`,
		},
		{
			rewritten(t, `{"customHeaders":{"n":null,"o":{"p":1},"num":1.50}}`, func(s *api.AgentStateSubscriptionRequest) { s.CustomHeaders["z"], s.CustomHeaders["c"] = "1", "2" }),
			`{"customHeaders":{"n":null,"o":{"p":1},"num":1.50,"c":"2","z":"1"}}`,
		},
		{
			rewritten(t, `{"customHeaders":{"n":null,"gone":"1","o":{"p":1}}}`, func(s *api.AgentStateSubscription) { delete(s.CustomHeaders, "gone") }),
			`{"customHeaders":{"n":null,"o":{"p":1}}}`,
		},
		{
			rewritten(t, `{"extendedLeadDataMappings":{"a":null,"b":1,"c":"7"}}`, func(r *api.LeadListProcessingRequest) { r.ExtendedLeadDataMappings["b"] = 2 }),
			`{"extendedLeadDataMappings":{"a":null,"b":2,"c":"7"}}`,
		},
		{rewritten(t, `{"entries":{"1":null,"2":{"x":1},"3":"none"}}`, func(a *api.DnisSearchByAccount) { a.Put("z", 1) }), `{"entries":{"1":null,"2":{"x":1},"3":"none"},"z":1}`},
	} {
		if c.got != c.want {
			t.Errorf("wrote\n%s, not\n%s", c.got, c.want)
		}
	}
}

func TestAChangedListKeepsItsOtherElementsAsTheyWere(t *testing.T) {
	permissions := func(change func([]api.Permission) []api.Permission) string {
		return rewritten(t, `{"permissions":["READ",null,3,{"x":1}]}`, func(g *api.AgentGroup) { g.Permissions = change(g.Permissions) })
	}
	const headers = `{"headers":[{"id":12345678901234567,"v":1.0,"x":1e400},{"id":2,"n":null,"w":1.50}]}`
	for _, c := range []struct{ got, want string }{
		{permissions(func(p []api.Permission) []api.Permission { return append(p, "CREATE") }), `{"permissions":["READ",null,3,{"x":1},"CREATE"]}`},
		{permissions(func(p []api.Permission) []api.Permission { return slices.Insert(p, 0, "CREATE") }), `{"permissions":["CREATE","READ",null,3,{"x":1}]}`},
		{permissions(func(p []api.Permission) []api.Permission { return p[1:] }), `{"permissions":[null,3,{"x":1}]}`},
		{permissions(func(p []api.Permission) []api.Permission { return append(p[1:], "CREATE") }), `{"permissions":[null,3,{"x":1},"CREATE"]}`},
		{permissions(func([]api.Permission) []api.Permission { return nil }), `{"permissions":[]}`},
		{rewritten(t, headers, func(h *api.HTTPServiceConfig) { h.Headers[1]["id"] = 3 }), strings.Replace(headers, `"id":2`, `"id":3`, 1)},
		{rewritten(t, headers, func(h *api.HTTPServiceConfig) { h.Headers = h.Headers[1:] }), `{"headers":[{"id":2,"n":null,"w":1.50}]}`},
		{rewritten(t, headers, func(h *api.HTTPServiceConfig) { h.Headers[1]["id"] = h.Headers[0]["id"] }), strings.Replace(headers, `"id":2`, `"id":12345678901234567`, 1)},
		{rewritten(t, `{"children":[null,{"userId":1},5]}`, func(u *api.User) { u.Children[1].UserID = 2 }), `{"children":[null,{"userId":2},5]}`},
		{rewritten(t, `{"children":[null,{"userId":1},5]}`, func(u *api.User) { u.Children = append([]api.User{{UserID: 9}}, u.Children...) }), `{"children":[{"userId":9},null,{"userId":1},5]}`},
		{rewritten(t, `{"agents":[{"agentId":1,"x":[ 1 ]},{"agentId":2}]}`, func(g *api.AgentGroup) { slices.Reverse(g.Agents) }), `{"agents":[{"agentId":2},{"agentId":1,"x":[1]}]}`},
	} {
		if c.got != c.want {
			t.Errorf("wrote\n%s, not\n%s", c.got, c.want)
		}
	}
}

func TestOfAFieldThatIsThereTwiceTheLastOneCounts(t *testing.T) {
	const text = `{"groupName":"a","groupName":"b","x":null}`
	for name, want := range map[string]string{"b": `{"groupName":"b","x":null}`, "a": `{"groupName":"a","x":null}`, "c": `{"groupName":"c","x":null}`} {
		if got := rewritten(t, text, func(g *api.AgentGroup) { g.GroupName = name }); got != want {
			t.Errorf("wrote %s, not %s", got, want)
		}
	}
}

func TestWhatIsDeepIsWrittenWithWorkInProportionToItsSize(t *testing.T) {
	work := func(depth int) float64 {
		u := read[api.User](t, strings.Repeat(`{"userId":1,"children":[`, depth)+strings.Repeat(`]}`, depth))
		deepest := &u
		for len(deepest.Children) > 0 {
			deepest = &deepest.Children[0]
		}
		deepest.FirstName = "deep"
		return testing.AllocsPerRun(1, func() {
			if out, err := json.Marshal(u); err != nil || !strings.Contains(string(out), `"firstName":"deep"`) {
				t.Fatal(err)
			}
		})
	}
	if small, large := work(100), work(400); large > 6*small {
		t.Errorf("four times the depth takes %.0f allocations in place of %.0f", large, small)
	}
}
