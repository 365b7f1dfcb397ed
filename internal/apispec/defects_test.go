package apispec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// defects are the kinds of mistakes that the vendor's description has, each with places where it has them and what is said
// there instead. A place is an operation with what is asked of it, or a schema with a field.
var defects = []struct {
	kind  string
	facts map[string]string
}{
	{"a date is described as an object with its parts", map[string]string{
		"Campaign.startDate": "datetime", "Gate.createdOn": "datetime", "Campaign.lastPassDts": "datetime", "Schedule.startTime": "clock",
		"AuditLogSearchCriteria.startDateTime": "zonedtime", "AgentStateSubscription.createdAt": "isotime", "Error.timestamp": "millis",
	}},
	{"an array is described as an object without fields", map[string]string{
		"Agent.agentGateAccess": "[AgentGateAccess]", "DialGroup.campaigns": "[Campaign]", "assignAgentsToDialGroups answers": "200 201 [Agent] application/json",
	}},
	{"a parent is described as the whole resource", map[string]string{
		"Gate.gateGroup": "Reference", "Campaign.dialGroup": "Reference", "Gate.afterCallState": "Reference", "DncListEntry.countryCode": "CountryReference",
		"Reference.id": "int64", "CountryReference.id": "string",
	}},
	{"a scalar has the wrong type", map[string]string{
		"Gate.acceptTime": "int32", "GateQueueEvent.enableDtmf": "int32", "AuditLogResult.newValue": "string?", "User.roles": "[RoleType]", "AgentStateSubscription.customHeaders": "{string}",
	}},
	{"an operation is described again at a path without its beginning", map[string]string{
		"getCustomerDnisPoolListUsingPOST duplicates": "searchDnis", "updateBulkDnisPoolListUsingPUT duplicates": "updateBulkDnisPool",
		"updateCustomerDnisBulkUsingPUT duplicates": "updateCustomerDnisBulk", "previewDnisListUsingPOST duplicates": "uploadDnisPool",
	}},
	{"an operation of the guide is missing", map[string]string{
		"refreshAccessToken source": "published", "createGateGroup source": "published", "getGateGroupList source": "published", "streamFile source": "published",
		"listDncEntries source": "guide", "listAudioFiles source": "draft", "setAgentState source": "programs",
	}},
	{"refusals are not described", map[string]string{"refused 400": "Error", "refused 409": "Error", "refused 429": "string text/plain"}},
	{"refusals have no body", map[string]string{"refused 401": "string text/plain", "refused 403": "Error", "refused 404": "Error"}},
	{"several statuses are described, one of them with the body", map[string]string{
		"createManualAgentCall answers": "200 201 boolean text/plain", "removeApiToken answers": "200 204 boolean text/plain", "getGateQueueEvent answers": "200 GateQueueEvent application/json",
	}},
	{"an answer stands under no status", map[string]string{"deleteSubscription answers": "200 204", "startDialogStream answers": "200"}},
	{"an answer has another content type, or any", map[string]string{
		"deleteAgentGroup answers": "200 204 boolean application/json", "getAutoSummaryBySegment answers": "200 string text/plain", "cloneGate answers": "201 Gate application/json",
	}},
	{"an answer with data is described without a body", map[string]string{
		"exportPercentAllocationHours answers": "200 binary application/octet-stream", "getDnisPoolListAsReport answers": "200 201 binary application/octet-stream",
		"streamFile answers": "200 201 binary application/octet-stream", "loadList answers": "201 202 LeadListProcessingResult application/json",
	}},
	{"an answer is an object without fields", map[string]string{
		"searchForCampaignLeads answers": "200 201 [LeadSearchResult] application/json", "searchDnis answers": "200 DnisSearchResult application/json",
		"search answers": "200 [DnisPool] application/json", "DnisSearchResult.totalElements": "int64",
	}},
	{"a body is described as not required", map[string]string{"createDnisPool bodies": "[DnisPool] application/json", "updateUser bodies": "AdminUserRequest application/json"}},
	{"a header of the protocol is described as a parameter", map[string]string{
		"getAutoSummaryBySegment auth": "cookie", "getAutoSummaryBySegment params": "subAccountId segmentId", "verifyAccessToken params": "", "getAccessTokenUserDetails auth": "bearer",
	}},
	{"a DELETE has a body", map[string]string{"deleteDnisAssignment bodies": "DeleteDnisRequest application/json"}},
	{"who is shown to call is missing or there twice", map[string]string{"loginWithRcAccessToken auth": "none", "getApiTokensForLoggedInUser auth": "token", "getAgentList auth": "bearer"}},
	{"a parameter has one type here and another there", map[string]string{
		"getAgentList accountId": "string", "getExternalAuthConfigById accountId": "string", "getDialGroupListWithChildren includePermissions": "boolean",
		"loginWithRcAccessToken includeRefresh": "boolean", "updateCustomerDnisBulk bodies": "DnisBulkUpdateRequest application/json",
	}},
	{"schemas are those of the vendor's libraries", map[string]string{"Dashboard.data": "any", "defaultOAuthCallback answers": "302"}},
	{"bodies are described that nothing uses", nil}, // TestTheExportHoldsWhatTheDescriptionHolds looks for them
	{"a schema has no type, or requires fields that it does not have", map[string]string{"Error.generalMessage": "string"}},
	{"two schemas differ by case alone", map[string]string{"ActiveState.isActive": "boolean", "setGateIsActive bodies": "ActiveState application/json", "setUserIsActive bodies": "ActiveState application/json"}},
	{"schemas hold themselves", map[string]string{"User.children": "[User]", "RequeueShortcut.gate": "Reference"}}, // and TestValuesAreFinite
	{"names have slips of the pen", map[string]string{
		"updateBulkDnisPool answers": "200 DnisBulkUpdateResponse application/json", "assignAccountToAnyUser2 call": "AssignAccounts", "UpdateDnisPoolAndAssignments call": "UpdateWithAssignments",
		"getUtilitiesTnManagerDnisPoolDnis call": "Get", "AggregatedQueueStats.offdDirectIxnCnt": "int32",
	}},
	{"the guide has it otherwise", map[string]string{
		"uploadSearchCriteriaForCampaignLeads bodies": "file multipart/form-data, LeadPhoneSearch application/json", "CampaignLeadSearchCriteria.campaignId": "int32", "User.email": "string",
	}},
	{"the guide has it in two ways", map[string]string{"AgentStateSubscriptionRequest.customHeaders": "{string}", "InteractionMetadataRequest.segmentEndTime": "localtime"}},
}

func TestTheVendorsMistakesAreMended(t *testing.T) {
	if len(defects) != 26 {
		t.Errorf("there are %d kinds", len(defects))
	}
	for _, d := range defects {
		for place, want := range d.facts {
			if got := said(t, place); got != want {
				t.Errorf("%s: %s is %q, want %q", d.kind, place, got, want)
			}
		}
	}
}

// said is what the description says of a place.
func said(t *testing.T, place string) string {
	t.Helper()
	d := apispec.Default()
	if name, field, ok := strings.Cut(place, "."); ok {
		if s := d.Schema(name); s != nil && s.Field(field) != nil {
			return s.Field(field).Type.String()
		}
		return "nothing"
	}
	id, asked, _ := strings.Cut(place, " ")
	if id == "refused" {
		for _, a := range d.Refusals {
			if answer, ok := strings.CutPrefix(answered(a), asked+" "); ok {
				return strings.TrimSuffix(answer, " application/json")
			}
		}
		return "nothing"
	}
	op, ok := d.Find(id)
	if !ok {
		t.Fatalf("no operation is called %s", id)
	}
	return saidOf(op, asked)
}

func saidOf(op *apispec.Operation, asked string) string {
	var all []string
	switch asked {
	case "answers":
		for _, a := range op.Answers {
			all = append(all, answered(a))
		}
	case "bodies":
		for _, b := range op.Bodies {
			all = append(all, b.Type.String()+" "+b.ContentType)
		}
	case "params":
		for _, p := range op.Params {
			all = append(all, p.Name)
		}
		return strings.Join(all, " ")
	case "auth":
		return op.Auth.String()
	case "source":
		return op.Source.String()
	case "duplicates":
		return op.Duplicate
	case "call":
		return op.Name
	default:
		return op.Param(asked).Type.String()
	}
	return strings.Join(all, ", ")
}

// answered is an answer as the data has it.
func answered(a apispec.Answer) string {
	var s []string
	for _, status := range a.Statuses {
		s = append(s, string(rune('0'+status/100))+string(rune('0'+status/10%10))+string(rune('0'+status%10)))
	}
	if a.Type != nil {
		s = append(s, a.Type.String(), a.ContentType)
	}
	return strings.Join(s, " ")
}

func TestNoNameIsTheVendorsLeak(t *testing.T) {
	for _, s := range apispec.Default().Schemas() {
		if strings.HasPrefix(s.Name, "Collection") || slices.Contains([]string{"DateTime", "Timestamp", "LocalTime", "JsonNode", "InputStream", "ApplicationContext", "RedirectView"}, s.Name) {
			t.Errorf("there is a schema %s", s.Name)
		}
	}
}

func TestValuesAreFinite(t *testing.T) {
	d := apispec.Default()
	var follow func(s *apispec.Schema, above []string)
	follow = func(s *apispec.Schema, above []string) {
		if slices.Contains(above, s.Name) {
			t.Fatalf("%s holds itself: %q", s.Name, above)
		}
		for _, f := range s.Fields {
			if f.Type.Kind == apispec.Object {
				follow(d.Schema(f.Type.Name), append(above, s.Name))
			}
		}
	}
	for _, s := range d.Schemas() {
		follow(s, nil)
	}
}

func TestThePathsNameOfAnIDLeadsToTheFieldThatHasIt(t *testing.T) {
	d := apispec.Default()
	for name, want := range map[string][2]string{
		"CloudRouteGroup": {"cloudGroupId", "cloudRouteGroupId"}, "CloudRouteDtmfEvent": {"cloudRouteDtmfId", "dtmfEventId"},
		"TracScheduleOverride": {"scheduleOverrideId", "overrideId"}, "AgentSkillProfile": {"profileId", "skillProfileId"}, "Dashboard": {"id", "dashboardId"}, "Gate": {"gateId", "gateId"},
	} {
		if s := d.Schema(name); s.Key != want[0] || s.PathKey != want[1] {
			t.Errorf("the ID of %s is %s, and %s in paths", name, s.Key, s.PathKey)
		}
	}
	keys := map[string]bool{}
	for _, op := range d.Operations {
		for p := range op.In(apispec.InPath) {
			keys[p.Name] = true
		}
	}
	for _, s := range d.Schemas() {
		if s.Key != "" && !keys[s.PathKey] {
			t.Errorf("no path has %s of %s", s.PathKey, s.Name)
		}
	}
}
