package leads_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/leads"
)

// The tables of flags are written in Go, so that no command reads the description to know its flags. They say what it says.

func TestTheOptionsOfAnImportAreTheFieldsOfTheRequest(t *testing.T) {
	d := apispec.Default()
	var missing []string
	for _, f := range d.Schema("LeadListProcessingRequest").Fields {
		i := slices.IndexFunc(leads.Options, func(o leads.Option) bool { return o.Field == f.Name })
		if i < 0 {
			missing = append(missing, f.Name)
			continue
		}
		o := leads.Options[i]
		if o.Several != (f.Type.Kind == apispec.Array) || o.Switch != (f.Type.Name == "boolean") || o.Time != (f.Type.Name == "isotime") {
			t.Errorf("%s is %s, and %+v", f.Name, f.Type, o)
		}
		var words []string
		if f.Type.Kind == apispec.Closed {
			words = d.Values(f.Type.Name).List
		}
		if got, want := slices.Sorted(slices.Values(o.Words)), slices.Sorted(slices.Values(words)); !slices.Equal(got, want) {
			t.Errorf("%s takes %q, and the description has %q", f.Name, got, want)
		}
	}
	ofFiles := "additionalPhoneMappings extendedLeadDataMappings fileContainsHeaders fileType pageColumnMappings pageNumber quoteChar transactionId uploadLeads"
	if got := strings.Join(missing, " "); got != ofFiles || len(leads.Options) != len(d.Schema("LeadListProcessingRequest").Fields)-len(missing) {
		t.Errorf("no option is %s", got)
	}
}

func TestTheCriteriaOfASearchAreTheFieldsOfTheDescription(t *testing.T) {
	kinds := map[string]string{"string": leads.Text, "boolean": leads.Switch, "int32": leads.Number, "datetime": leads.Time, "[string]": leads.Texts, "[int32]": leads.Numbers}
	fields := apispec.Default().Schema("CampaignLeadSearchCriteria").Fields
	for _, f := range fields {
		i := slices.IndexFunc(leads.Criteria, func(c leads.Criterion) bool { return c.Field == f.Name })
		switch {
		case f.Name == "campaignId": // goes with campaignIds
		case i < 0:
			t.Errorf("%s has no flag", f.Name)
		case kinds[f.Type.String()] != "" && kinds[f.Type.String()] != leads.Criteria[i].Kind:
			t.Errorf("%s is %s, and its flag takes a %s", f.Name, f.Type, leads.Criteria[i].Kind)
		}
	}
	if len(leads.Criteria) != len(fields)-1 {
		t.Errorf("%d criteria, and %d fields", len(leads.Criteria), len(fields))
	}
}

func TestEveryFieldThatCanBeLoadedGoesToTheVendorUnderItsName(t *testing.T) {
	d := apispec.Default()
	samples := map[string]string{"int32": "7", "int64": "7", "boolean": "true", "datetime": "2026-01-31T08:30:00Z", "[int32]": "1|2", "LeadState": "READY"}
	n := 0
	for _, f := range d.Schema("CampaignLead").Fields {
		cell := "x"
		if s := samples[f.Type.String()]; s != "" {
			cell = s
		}
		name := f.Name
		switch {
		case f.Type.Kind == apispec.Map:
			name += ".key"
		case strings.Contains(f.Name, "E164"):
			cell = "+14155550100"
		case strings.Contains(strings.ToLower(f.Name), "phone"), f.Name == "callerId":
			cell = "4155550100"
		case f.Name == "leadTimezone":
			cell = "EST"
		}
		v := newVendor(t, nil)
		text, columns := "phone,externId,C\n4155550199,1,"+cell+"\n", leads.Columns{Map: []string{"C=" + name}}
		switch f.Name {
		case "leadPhone":
			text = "externId,C\n1," + cell + "\n"
		case "externId":
			text = "phone,C\n4155550199," + cell + "\n"
		}
		im := &leads.Import{Path: file(t, text), Dir: t.TempDir(), Columns: columns}
		if err := run(t, v, im); err != nil {
			if !strings.Contains(err.Error(), "is no field of a lead that can be loaded") {
				t.Errorf("%s: %v", f.Name, err)
			}
			continue
		}
		n++
		if len(v.requests) != 1 || v.requests[0].Leads[0][f.Name] == nil {
			t.Errorf("%s: %+v, %+v", f.Name, v.requests, im.Report)
		}
	}
	if n < 30 {
		t.Errorf("only %d fields can be loaded", n)
	}
}

func TestASearchWithoutCriteriaIsForAllAndOneWithSomeForThose(t *testing.T) {
	now := func(string) (time.Time, error) { return time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC), nil }
	for _, c := range []struct {
		values map[string]any
		want   string
	}{
		{nil, `{}`},
		{map[string]any{"campaign": []int{1, 2}}, `{"campaignIds":[1,2]}`},
		{map[string]any{"next-dial": "<x"}, `{"nextDialTimeCriteria":{"operator":"LESS_THAN","value":"2026-01-31T08:30:00.000+0000"}}`},
		{map[string]any{"suppressed": "all"}, `{"suppressed":"ALL"}`},
		{map[string]any{"orphaned-only": true, "first-name": "Ann", "agent": 5}, `{"agentId":5,"firstName":"Ann","orphanedLeadsOnly":true}`},
	} {
		if got, err := leads.Search(c.values, now); err != nil || string(got) != c.want {
			t.Errorf("%v: %s, %v", c.values, got, err)
		}
	}
}

func TestAPhoneNumberIsLookedForAsLeadsHaveIt(t *testing.T) {
	now := func(string) (time.Time, error) { return time.Time{}, nil }
	for text, want := range map[string]string{
		"4155550100": "4155550100", "(415) 555-0100": "4155550100", "+1 415.555.0100": "4155550100", "14155550100": "4155550100", "+44 20 7946 0000": "+442079460000",
		"": "", "  ": "", "call me": "", "+": "",
	} {
		for flag, value := range map[string]any{"phone": []string{text}, "phone-like": text, "caller-id": text} {
			got, err := leads.Search(map[string]any{flag: value}, now)
			if (err == nil) != (want != "") || err == nil && !strings.Contains(string(got), `"`+want+`"`) {
				t.Errorf("--%s %q: %s, %v", flag, text, got, err)
			}
		}
	}
}

func TestCriteriaThatWouldFindAnythingOrNothingAreRefused(t *testing.T) {
	day := func(text string) (time.Time, error) { return time.Parse(time.DateOnly, text) }
	for _, c := range []struct {
		values map[string]any
		taken  bool
	}{
		{map[string]any{"extern-id": []string{"1", ""}}, false},
		{map[string]any{"city": ""}, false},
		{map[string]any{"loaded-from": "2026-02-01", "loaded-to": "2026-01-31"}, false},
		{map[string]any{"loaded-from": "2026-01-31", "loaded-to": "2026-01-31"}, true},
		{map[string]any{"loaded-to": "2026-01-31"}, true},
	} {
		if got, err := leads.Search(c.values, day); (err == nil) != c.taken {
			t.Errorf("%v: %s, %v", c.values, got, err)
		}
	}
}
