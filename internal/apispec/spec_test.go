package apispec_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestTheDescriptionIsWholeAndMakesSense(t *testing.T) {
	d := apispec.Default()
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	count := map[apispec.Source]int{}
	for _, op := range d.Operations {
		count[op.Source]++
	}
	published, beside := count[apispec.Published]+count[apispec.Internal], count[apispec.Guide]+count[apispec.Draft]+count[apispec.Programs]
	if published != 350 || beside != 47 {
		t.Errorf("%d operations are published, %d are beside: %v", published, beside, count)
	}
}

// secretNames are the names of what nobody may see.
var secretNames = regexp.MustCompile(`(?i)(passw(or)?d|pwd|secret|token|pin|api_?key|authkey|private_?key|security_?key|hashcode|assertion|jwt)$`)

func TestWhatNobodyMaySeeIsMarked(t *testing.T) {
	d := apispec.Default()
	for _, op := range d.Operations {
		for _, p := range op.Params {
			if secretNames.MatchString(p.Name) && p.Type.Base().Name == "string" && !p.Secret {
				t.Errorf("%s: the parameter %s is no secret", op.ID, p.Name)
			}
		}
	}
	for _, s := range d.Schemas() {
		for _, f := range s.Fields {
			if secretNames.MatchString(f.Name) && f.Type.Kind == apispec.Scalar && f.Type.Name != "boolean" && !f.Secret {
				t.Errorf("%s: the field %s is no secret", s.Name, f.Name)
			}
			if f.Secret && strings.HasSuffix(f.Name, "Id") {
				t.Errorf("%s: the field %s is a secret", s.Name, f.Name)
			}
		}
	}
}

func TestWhatIsDoneOnceMoreIsNeverSentAgain(t *testing.T) {
	for id, want := range map[string]apispec.Effect{
		"createManualAgentCall": apispec.Acts, "hangupCall": apispec.Acts, "loginWithRcAccessToken": apispec.Acts, "refreshAccessToken": apispec.Acts,
		"performLeadAction": apispec.Acts, "loadDirectLeads": apispec.Acts, "createAgent": apispec.Acts, "cloneGate": apispec.Acts, "streamFile": apispec.Acts,
		"searchForCampaignLeads": apispec.Reads, "searchAuditLogs": apispec.Reads, "getInteractionMetadata": apispec.Reads, "getAgentList": apispec.Reads,
		"updateAgent": apispec.Sets, "deleteAgent": apispec.Sets, "patchCampaignLead": apispec.Sets,
	} {
		if op, _ := apispec.Find(id); op.Effect != want {
			t.Errorf("%s %s", id, op.Effect)
		}
	}
	for _, op := range apispec.Default().Operations {
		if op.Method == "POST" && op.Effect == apispec.Sets {
			t.Errorf("%s is a POST that may be sent again", op.ID)
		}
	}
}

func TestTheLimitsAreThoseOfTheGuide(t *testing.T) {
	for id, want := range map[string]string{
		"loginWithRcAccessToken": "5 in 1m0s", "searchForCampaignLeads": "15 in 10s and 60 in 30s per account", "getInteractionMetadata": "3 in 1m0s and 9 in 15m0s per account",
		"previewLeadList": "12 in 30s and 18 in 1m0s per account", "getAgentList": "",
	} {
		op, _ := apispec.Find(id)
		var got string
		if len(op.Limits) > 0 {
			got = op.Limits[0].String()
		}
		if got != want {
			t.Errorf("%s is limited to %q, want %q", id, got, want)
		}
	}
}
