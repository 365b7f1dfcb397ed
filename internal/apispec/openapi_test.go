package apispec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// exported is the export as JSON.
func exported(t *testing.T) map[string]any {
	t.Helper()
	text, err := apispec.Default().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	again, _ := apispec.Default().OpenAPI()
	if !bytes.Equal(text, again) {
		t.Error("the export is another one each time")
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// at is the value at a place in JSON.
func at(v any, place ...string) any {
	for _, p := range place {
		object, _ := v.(map[string]any)
		v = object[p]
	}
	return v
}

func TestTheExportHoldsWhatTheDescriptionHolds(t *testing.T) {
	all := exported(t)
	for _, op := range apispec.Default().Operations {
		o := at(all, "paths", op.Path, strings.ToLower(op.Method))
		if at(o, "operationId") != op.ID || at(o, "summary") != op.Text || at(o, "x-effect") != op.Effect.String() || at(o, "x-certainty") != op.Certainty().String() {
			t.Errorf("%s is exported as %v", op.ID, o)
		}
		form := false
		for range op.In(apispec.InForm) {
			form = true
		}
		if body := at(o, "requestBody"); (body != nil) != (form || len(op.Bodies) > 0) || body != nil && at(body, "required") != true {
			t.Errorf("%s has the body %v", op.ID, body)
		}
		if at(o, "responses", "204", "content") != nil {
			t.Errorf("%s has a body with 204", op.ID)
		}
		if at(o, "responses", "429", "$ref") != "#/components/responses/Refused429" {
			t.Errorf("%s is not refused", op.ID)
		}
	}
	if at(all, "components", "requestBodies") != nil {
		t.Error("there are bodies that nothing uses")
	}
	for place, want := range map[string]any{
		"Campaign startDate pattern": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$`, "Agent password x-secret": true, "PersonaPhoneConfig phoneId maximum": 7.0,
		"Gate gateGroup $ref": "#/components/schemas/Reference", "Gate script x-certainty": "assumed", "Account ftpPwd x-secret": true,
	} {
		w := strings.Fields(place)
		if got := at(all, "components", "schemas", w[0], "properties", w[1], w[2]); got != want {
			t.Errorf("%s is %v, want %v", place, got, want)
		}
	}
	const search = "/voice/api/v1/admin/accounts/{accountId}/campaignLeads/leadSearch"
	limits, _ := at(all, "paths", search, "post", "x-limits").([]any)
	if len(limits) != 2 || at(limits[1], "when") != "count=true" || fmt.Sprint(at(limits[0], "windows")) != "[15/10s 60/30s]" {
		t.Errorf("searching leads has the limits %v", limits)
	}
}

func TestEveryReferenceOfTheExportLeadsSomewhere(t *testing.T) {
	all := exported(t)
	count := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				count++
				if at(all, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...) == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(all)
	if count < 1000 {
		t.Errorf("there are only %d references", count)
	}
}

func TestTheExportSaysWhoIsShownToCall(t *testing.T) {
	all := exported(t)
	for place, want := range map[string]string{
		"/api/auth/login/rc/accesstoken post":                                               `[]`,
		"/voice/api/v1/admin/token get":                                                     `[{"bearer":[]},{"token":[]}]`,
		"/voice/api/v1/summary/accounts/{subAccountId}/segments/{segmentId}/auto get":       `[{"cookie":[]}]`,
		"/voice/api/v1/admin/accounts get":                                                  `null`, // as everywhere
		"/voice/api/v1/admin/accounts/{accountId}/external/authConfigs/{authConfigId} get":  `null`,
		"/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents delete": `null`, // there is none
	} {
		path, method, _ := strings.Cut(place, " ")
		got, _ := json.Marshal(at(all, "paths", path, method, "security"))
		if string(got) != want {
			t.Errorf("%s: %s, want %s", place, got, want)
		}
	}
	if got, _ := json.Marshal(all["security"]); string(got) != `[{"bearer":[]}]` {
		t.Errorf("everywhere: %s", got)
	}
}
