package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheAccountListIsTwoSubAccountsAndTheirMainAccount(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	all := v.get(accountsPath, str(cx, "accessToken")).want(http.StatusOK).list()
	if len(all) != 3 || all[2]["accountId"] != cx["mainAccountId"] {
		t.Fatalf("%d accounts: %v", len(all), all)
	}
	for _, a := range all {
		if a["mainAccountName"] != "RingCX Demo" || a["mainAccountId"] != cx["mainAccountId"] || str(a, "accountName") == "" {
			t.Errorf("account %v", a)
		}
		for _, secret := range []string{"crmPwd", "ftpPwd", "securityKey", "phoneRecordingPin"} {
			if _, ok := a[secret]; ok {
				t.Errorf("%s is in the list", secret)
			}
		}
	}
	agent := cx["agentDetails"].([]any)[0].(map[string]any)
	if all[0]["accountId"] != agent["accountId"] {
		t.Error("the user is not an agent of the first sub-account")
	}
	groups := accountsPath + "/" + str(cx, "mainAccountId") + "/agentGroups"
	if n := len(v.get(groups, str(cx, "accessToken")).want(http.StatusOK).list()); n != 0 {
		t.Errorf("the main account, which is only a container, has %d agent groups", n)
	}
}

func TestTheUserListIsATreeUnlessFlattened(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	token := str(cx, "accessToken")
	tree := v.get(usersPath, token).want(http.StatusOK).list()
	if len(tree) != 1 || tree[0]["rootUser"] != true || len(tree[0]["children"].([]any)) != 3 {
		t.Errorf("tree %v", tree)
	}
	flat := v.get(usersPath+"?flatten=true", token).want(http.StatusOK).list()
	if len(flat) != 4 {
		t.Errorf("%d users", len(flat))
	}
	second := jsonNumber(flat[1]["rcUserId"])
	v.control("users/"+second, `{"enabled":false}`)
	if n := len(v.get(usersPath+"?flatten=true&activeOnly=true", token).want(200).list()); n != 3 {
		t.Errorf("%d active users", n)
	}
	tree = v.get(usersPath+"?activeOnly=true", token).want(200).list()
	if len(tree) != 1 || len(tree[0]["children"].([]any)) != 2 {
		t.Errorf("tree of active users %v", tree)
	}
	one := v.get(usersPath+"/"+jsonNumber(flat[1]["userId"]), token).want(http.StatusOK).json()
	if one["userName"] != flat[1]["userName"] || one["enabled"] != false {
		t.Errorf("user %v", one)
	}
	v.get(usersPath+"/1", token).wantCX(404, "resource.not.found.exception")
	if flat[2]["rcUserId"] != nil {
		t.Error("an unlinked user has a RingCentral id")
	}
}

func TestTheUserListFollowsWhatBecomesOfTheUsers(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	list := func() []map[string]any { return v.get(usersPath+"?flatten=true", token).want(http.StatusOK).list() }
	before := list()
	v.control("users/"+jsonNumber(before[1]["rcUserId"]), `{"enabled":false,"ringcx":false}`)
	v.control("admins", `{"username":"<a&b>@example.com","password":"x"}`)
	after := list()
	if after[1]["enabled"] != false || after[1]["rcUserId"] != nil || before[1]["enabled"] != true {
		t.Errorf("before %v\nafter %v", before[1], after[1])
	}
	if len(after) != len(before)+1 || after[3]["userName"] != "<a&b>@example.com" {
		t.Errorf("before %d users\nafter %v", len(before), after)
	}
}

func TestAgentGroupsAndAgentsAreListedUnderTheirSubAccount(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	token := str(cx, "accessToken")
	agent := cx["agentDetails"].([]any)[0].(map[string]any)
	groupsPath := accountsPath + "/" + str(agent, "accountId") + "/agentGroups"
	groups := v.get(groupsPath, token).want(http.StatusOK).list()
	if len(groups) != 2 || len(groups[0]["permissions"].([]any)) != 0 {
		t.Fatalf("groups %v", groups)
	}
	groupPath := groupsPath + "/" + jsonNumber(groups[0]["agentGroupId"])
	full := v.get(groupPath+"?includePermissions=true", token).want(http.StatusOK).json()
	if len(full["permissions"].([]any)) == 0 || full["groupName"] != groups[0]["groupName"] {
		t.Errorf("group %v", full)
	}
	agents := v.get(groupPath+"/agents", token).want(http.StatusOK).list()
	if len(agents) != 2 || agents[0]["agentId"] != agent["agentId"] || agents[0]["username"] != agent["username"] {
		t.Errorf("agents %v", agents)
	}
	one := v.get(groupPath+"/agents/"+jsonNumber(agents[1]["agentId"]), token).want(http.StatusOK).json()
	if one["agentType"] != "AGENT" || one["email"] == nil {
		t.Errorf("agent %v", one)
	}
	v.get(groupPath+"/agents/1", token).wantCX(404, "resource.not.found.exception")
	v.get(groupsPath+"/1", token).wantCX(404, "resource.not.found.exception")
	v.get(accountsPath+"/1/agentGroups", token).wantCX(403, "access.denied.exception")

	second := v.get(groupsPath+"/"+jsonNumber(groups[1]["agentGroupId"])+"/agents", token).want(200).list()
	if len(second) != 3 || second[0]["rcUserId"] != nil {
		t.Errorf("agents without a RingCentral user: %v", second)
	}
}

func TestAgentGroupsCanBePaged(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	token := str(cx, "accessToken")
	path := accountsPath + "/" + str(cx["agentDetails"].([]any)[0].(map[string]any), "accountId") + "/agentGroups"
	for query, want := range map[string]int{
		"page=0&maxRows=1": 1, "page=1&maxRows=1": 1, "page=2&maxRows=1": 0, "maxRows=9223372036854775807": 2,
		"page=9223372036854775807&maxRows=2": 0, "page=0": 2, "page=1": 0,
	} {
		if got := len(v.get(path+"?"+query, token).want(http.StatusOK).list()); got != want {
			t.Errorf("%s gives %d, want %d", query, got, want)
		}
	}
	for _, query := range []string{"page=-1", "page=x", "maxRows=0", "maxRows=x"} {
		v.get(path+"?"+query, token).wantCX(400, "invalid.request.exception")
	}
}

func TestTheOlderPrefixServesTheSameAPI(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	a, b := v.get(accountsPath, token).want(200), v.get("/api/v1/admin/accounts", token).want(200)
	if a.body != b.body {
		t.Error("the answers differ")
	}
	v.get("/api/v1/admin/accounts", "").wantGateway("Jwt is missing")
}

func TestPathsThatDoNotExistAnswer404OnlyToWhoeverMayAsk(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	v.get("/voice/api/vx/none", "").wantGateway("Jwt is missing")
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		body := v.call(method, "/voice/api/vx/none", token).wantCX(404, "resource.not.found.exception").json()
		if want := "/api/vx/none - " + method; body["requestUri"] != want {
			t.Errorf("requestUri %v, want %s", body["requestUri"], want)
		}
		if body["timestamp"] != float64(v.Now().UnixMilli()) || body["details"] != "" {
			t.Errorf("error %v", body)
		}
	}
	v.get("/api/auth/none", "").wantCX(404, "resource.not.found.exception")
	v.get("/restapi/v1.0/none", "").wantAPI(404, "CMN-120", "CMN-120")
	v.get("/", "").want(http.StatusNotFound)
	if r := v.get("/v1/admin/users", token).want(http.StatusOK); !strings.HasPrefix(r.body, "<!doctype html>") {
		t.Errorf("without its prefix the API answers %q", r.body)
	}
}

func TestWrongMethodsAnswer405WithTheRightOnes(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	if got := v.call("POST", accountsPath, token).wantCX(405, "method.not.allowed.exception").header.Get("Allow"); got !=
		"GET, HEAD, OPTIONS" {
		t.Errorf("allow %q", got)
	}
	if got := v.get(tokenPath, "").want(405).header.Get("Allow"); got != "POST, OPTIONS" {
		t.Errorf("allow %q", got)
	}
}

func TestHeadAndOptionsAreAnswered(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	v.call(http.MethodHead, usersPath, token).want(http.StatusOK)
	if got := v.last().Method; got != http.MethodHead {
		t.Errorf("logged as %s", got)
	}
	v.call(http.MethodHead, tokenPath, "").want(http.StatusMethodNotAllowed)
	r := v.call(http.MethodOptions, usersPath, "").want(http.StatusNoContent)
	if got := r.header.Get("Allow"); got != "GET, HEAD, POST, OPTIONS" { // POST is described, and not emulated
		t.Errorf("allow %q", got)
	}
	v.call(http.MethodOptions, "/restapi/none", "").wantAPI(404, "CMN-120", "CMN-120")
}

func TestADisabledUserReadsNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	login := v.login()
	token := str(v.exchangeToken(str(login, "access_token")).want(200).json(), "accessToken")
	v.control("users/"+str(login, "owner_id"), `{"enabled":false}`)
	v.get(usersPath, token).wantCX(403, "access.denied.exception")
}

func TestIDsAreNumbersInOnePlaceAndStringsInAnother(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	login := v.login()
	token := str(login, "access_token")
	account := v.get(accountPath, token).want(http.StatusOK).json()
	extension := v.get(accountPath+"/extension/~", token).want(http.StatusOK).json()
	id := jsonNumber(account["id"])
	if extension["account"].(map[string]any)["id"] != id || jsonNumber(extension["id"]) != login["owner_id"] {
		t.Errorf("account %v, extension %v", account["id"], extension["id"])
	}
	v.get("/restapi/v1.0/account/"+id, token).want(http.StatusOK)
	v.get("/restapi/v1.0/account/"+id+"/extension/"+str(login, "owner_id"), token).want(http.StatusOK)
	v.get("/restapi/v1.0/account/5", token).wantAPI(404, "CMN-102", "CMN-102")
	v.get(accountPath+"/extension/5", token).wantAPI(404, "CMN-102", "CMN-102")
	info := v.get("/restapi/oauth/userinfo", token).want(http.StatusOK).json()
	if info["sub"] != login["owner_id"] || info["account_id"] != id || info["email_verified"] != true {
		t.Errorf("userinfo %v", info)
	}
	v.get("/restapi/oauth/userinfo", "").wantAPI(401, "AGW-401", "AGW-401")
}

func TestDiscoveryNamesAddressesItsReaderCanReach(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	read := func(host, proto string) map[string]any {
		r := httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil)
		r.Host = host
		r.Header.Set("X-Forwarded-Proto", proto)
		return v.send(r).want(http.StatusOK).json()
	}
	doc := read("127.0.0.1:8787", "")
	for field, path := range map[string]string{
		"issuer": "", "authorization_endpoint": "/restapi/oauth/authorize", "token_endpoint": tokenPath,
		"revocation_endpoint": revokePath, "userinfo_endpoint": "/restapi/oauth/userinfo",
		"jwks_uri": "/restapi/oauth/jwks",
	} {
		if want := "http://127.0.0.1:8787" + path; doc[field] != want {
			t.Errorf("%s is %v, want %s", field, doc[field], want)
		}
	}
	if got := fmt.Sprint(doc["token_endpoint_auth_methods_supported"]); strings.Contains(got, "client_secret_post") {
		t.Errorf("auth methods %s", got)
	}
	if got := read(`evil"host`, "https")["issuer"]; got != "https://evilhost" {
		t.Errorf("issuer %v", got)
	}
}

func TestVersionsAndKeysNeedNoToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	versions := v.get("/restapi", "").want(http.StatusOK).json()
	if versions["apiVersions"].([]any)[0].(map[string]any)["uriString"] != "v1.0" {
		t.Errorf("versions %v", versions)
	}
	v.get("/restapi/v1.0", "").want(http.StatusOK)
	key := v.get("/restapi/oauth/jwks", "").want(http.StatusOK).json()["keys"].([]any)[0].(map[string]any)
	if key["kty"] != "RSA" || key["alg"] != "RS256" || key["kid"] == "" || key["d"] != nil {
		t.Errorf("key %v", key)
	}
}

func TestTheWebSocketAddressIsTheOneTheCallerUsed(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	rc := str(v.login(), "access_token")
	for host, want := range map[string]string{
		"127.0.0.1:8787": "127.0.0.1 8787", "ringcx.ringcentral.com": "ringcx.ringcentral.com 443", "a:b": "a 443",
	} {
		r := formRequest(exchangePath, "rcAccessToken", rc)
		r.Host = host
		body := v.send(r).want(http.StatusOK).json()
		if got := fmt.Sprint(body["iqUrl"], " ", body["port"]); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}
