package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/sandbox"
)

// here are the described operations that the sandbox has, by name.
var here = []string{
	"authenticateAgentLoginByHashcodeAndAgentId", "createApiTokenForLoggedInUser", "defaultOAuthCallback", "doLogin",
	"duplicateAuthenticatedUsers", "getAccessTokenUserDetails", "getAgent", "getAgentGroup", "getAgentGroupList", "getAgentList",
	"getAgentSummaryBySegment", "getAllAccounts", "getApiTokensForLoggedInUser", "getAutoSummaryBySegment", "getClaimsForAccessToken",
	"getDigitalJwt", "getUser", "getUserLoginView", "internalRequestPasswordReset", "isTokenValid", "listAllUsers", "loadSsoLogin",
	"loginAdmin", "loginAgent", "loginWithEngageAuthCode", "loginWithRcAccessToken", "loginWithTenfoldAccessToken",
	"logoutEngageAuthUser", "passwordReset", "passwordResetRequest", "refreshAccessToken", "removeApiToken", "requestPasswordReset",
	"resetPasswordCallback", "securePasswordRequestResetForUse", "securedPasswordRequestRequest", "verifyAccessToken",
}

// calledPath is the path of an operation with values for its parameters.
func calledPath(op *apispec.Operation) string {
	parts := strings.Split(op.Path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = fmt.Sprint(7000 + i)
		}
	}
	return strings.Join(parts, "/")
}

// wantBeyond wants the answer about an operation that is not emulated.
func (v *vendor) wantBeyond(r reply, name string) {
	v.t.Helper()
	got := r.want(http.StatusNotImplemented).json()
	if got["errorCode"] != "sandbox.not.emulated" || got["operation"] != name || !strings.Contains(str(got, "generalMessage"), name) {
		v.t.Errorf("%s is answered %v", name, got)
	}
	last := v.last()
	if last.Operation != name || last.Status != 501 || !slices.Equal(last.Verdicts, []string{"operation that the sandbox does not emulate"}) {
		v.t.Errorf("the log says %+v", last)
	}
}

func TestWhatIsDescribedIsEmulatedOrSaysThatItIsNot(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	v.control("switches", `{"ringcxErrorCode":false}`)
	all := apispec.Default().Operations
	if len(all) < 395 {
		t.Fatalf("%d operations are described", len(all))
	}
	var emulated []string
	for _, op := range all {
		path := calledPath(op)
		first := v.call(op.Method, path, token)
		if first.status != http.StatusNotImplemented {
			emulated = append(emulated, op.ID)
			if last := v.last(); last.Operation != op.ID || first.status == http.StatusMethodNotAllowed {
				t.Errorf("%s %s is logged as %q with %d", op.Method, path, last.Operation, first.status)
			}
			continue
		}
		v.wantBeyond(first, op.ID)
		v.wantBeyond(v.call(op.Method, path, ""), op.ID)
		v.wantBeyond(v.call(op.Method, path+"/", "nonsense"), op.ID)
		if op.Method == http.MethodGet {
			v.call(http.MethodHead, path, "").want(http.StatusNotImplemented)
		}
		r := v.call(http.MethodOptions, path, "").want(http.StatusNoContent)
		if allow := strings.Split(r.header.Get("Allow"), ", "); !slices.Contains(allow, op.Method) {
			t.Errorf("OPTIONS %s allows %q", path, allow)
		}
	}
	slices.Sort(emulated)
	if !slices.Equal(emulated, here) {
		t.Errorf("emulated: %q", emulated)
	}
}

func TestWhatNobodyDescribesStaysWithTheVendor(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	for _, path := range []string{
		"/voice/api/v1/admin/made/up", accountsPath + "/1/dialGroup", accountsPath + "//dialGroups", accountsPath + "/1/dialGroups/2/3", accountsPath + "/1/DialGroups",
		accountsPath + "/", "/api/auth/logins",
	} {
		v.get(path, token).wantCX(404, "resource.not.found.exception")
		if last := v.last(); last.Operation != "" && path != accountsPath+"/" || len(last.Verdicts) > 0 {
			t.Errorf("%s: the log says %+v", path, last)
		}
	}
	v.get("/voice/api/v1/admin/made/up", "").want(http.StatusUnauthorized)
	v.get("/restapi/v1.0/made/up", "").wantAPI(404, "CMN-120", "CMN-120")
	if r := v.get("/v1/admin/utilities", ""); r.status != 200 || !strings.Contains(r.body, "<!doctype") {
		t.Errorf("the web application answers %d", r.status)
	}
}

func TestAMethodThatNobodyDescribesIsAnswered405(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	for path, want := range map[string]string{
		accountsPath + "/1/dialGroups":             "GET, HEAD, POST, OPTIONS", // neither is emulated
		accountsPath + "/1/agentGroups":            "GET, HEAD, POST, OPTIONS", // one is
		accountsPath:                               "GET, HEAD, OPTIONS",
		accountsPath + "/1/dialGroups/7/campaigns": "GET, HEAD, POST, OPTIONS",
	} {
		for _, method := range []string{"DELETE", "PROPFIND"} {
			if got := v.call(method, path, token).wantCX(405, "method.not.allowed.exception").header.Get("Allow"); got != want {
				t.Errorf("%s %s: allow %q, want %q", method, path, got, want)
			}
		}
		if v.last().Operation != "" {
			t.Errorf("it is logged as %q", v.last().Operation)
		}
		v.call("DELETE", path, "").want(http.StatusUnauthorized)
	}
}

func TestANameInAPathIsNotTakenForAnId(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	cx := v.exchange()
	token, sub := str(cx, "accessToken"), str(cx["agentDetails"].([]any)[0].(map[string]any), "accountId")
	groups := accountsPath + "/" + sub + "/agentGroups"
	v.wantBeyond(v.get(usersPath+"/availableUserNames?userName=x", token), "isUserNameTaken")
	v.get(usersPath+"/5", token).wantCX(404, "resource.not.found.exception")
	v.get(groups+"/5", token).wantCX(404, "resource.not.found.exception")
	if last := v.last(); last.Operation != "getAgentGroup" || len(last.Verdicts) > 0 {
		t.Errorf("the log says %+v", last)
	}
	v.get("/api/auth/token/digitaljwt/agent", token).want(http.StatusOK) // more exact than what is described
	v.wantBeyond(v.get("/api/auth/token/digitaljwt/wem", token), "getDigitalJwtForApp")
	v.wantBeyond(v.get("/api/v1/admin/accounts/1/%64ialGroups", token), "getDialGroupListByAccount")
}

func TestTheLogNamesTheOperationOfEachRequest(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.get(usersPath, str(v.exchange(), "accessToken")).want(http.StatusOK)
	v.call(http.MethodHead, accountPath, "")
	v.control("faults", `{"path":"/voice/api/*","kind":"status"}`)
	v.get(usersPath, "").want(http.StatusServiceUnavailable) // what is spoiled is named, too
	v.get("/restapi/nothing", "")
	var got []string
	for _, r := range v.Requests() {
		got = append(got, r.Operation)
	}
	want := []string{"POST " + tokenPath, "loginWithRcAccessToken", "listAllUsers", "GET /restapi/v1.0/account/{account}", "listAllUsers", ""}
	if !slices.Equal(got, want) {
		t.Errorf("the log names %q", got)
	}
	raw := v.get("/_sandbox/requests", "").want(http.StatusOK).body
	if strings.Count(raw, `"operation":`) != len(want)-1 {
		t.Errorf("the control plane says %s", raw)
	}
	snapshot := v.get("/_sandbox/snapshot", "").body
	v.Reset()
	v.send(httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", strings.NewReader(snapshot))).want(http.StatusOK)
	if v.Requests()[1].Operation != want[1] {
		t.Error("a snapshot forgets the names")
	}
}

func TestAWebPageIsToldThatAnOperationIsNotEmulated(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	r := httptest.NewRequest(http.MethodOptions, accountsPath+"/1/dialGroups", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "POST")
	if got := v.send(r).want(http.StatusNoContent).header.Get("Access-Control-Allow-Methods"); !strings.Contains(got, "POST") {
		t.Errorf("a page may send %q", got)
	}
	r = httptest.NewRequest(http.MethodPost, accountsPath+"/1/dialGroups", nil)
	r.Header.Set("Origin", "https://app.example")
	if got := v.send(r).want(http.StatusNotImplemented).header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("a page may read it: %q", got)
	}
}

func TestWhatIsNotEmulatedCountsForNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	for range 200 {
		v.get(accountsPath+"/1/dialGroups", token).want(http.StatusNotImplemented)
	}
	v.get(usersPath, token).want(http.StatusOK)
}
