package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// newUser makes a user of the demo account over the control plane.
func (v *vendor) newUser(body string) map[string]any {
	v.t.Helper()
	return v.control("users", body)
}

// tokenFor signs a user in to the demo app.
func (v *vendor) tokenFor(user any) string {
	v.t.Helper()
	jwt := str(v.control("credentials", fmt.Sprintf(`{"user":%.0f}`, user)), "jwt")
	return str(v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", jwt).want(http.StatusOK).json(), "access_token")
}

func TestAUserMayWhatBothTheRoleAndTheAppMay(t *testing.T) {
	v := codeVendor(t)
	made := v.newUser(`{"firstName":"Sam","lastName":"Field","role":"No API access"}`)
	id, token := made["userId"], v.tokenFor(made["userId"])
	company := v.get(accountPath, token).wantAPI(403, "InsufficientPermissions", "CMN-408").json()
	if company["permissionName"] != "ReadCompanyInfo" ||
		company["message"] != "In order to call this API endpoint, user needs to have [ReadCompanyInfo] permission" {
		t.Errorf("told %v", company)
	}
	if got := v.get(extensionPath, token).wantAPI(403, "InsufficientPermissions", "CMN-408").json(); got["permissionName"] != "ReadExtensions" {
		t.Errorf("told %v", got)
	}
	v.get(profilePath, token).want(http.StatusOK)
	if got := v.get(profilePath+"/check?permissionId=ReadCompanyInfo", token).want(200).json(); got["successful"] != false {
		t.Errorf("the check says %v", got)
	}
	// The same token works as soon as the role is another one, and an app without its permission is refused as before.
	v.control(fmt.Sprintf("users/%.0f", id), `{"role":"Standard"}`)
	v.get(accountPath, token).want(http.StatusOK)
	v.get(extensionPath, token).want(http.StatusOK)
	v.control(fmt.Sprintf("users/%.0f", v.get(extensionPath, str(v.login(), "access_token")).json()["id"]), `{"role":"No API access"}`)
	v.get(accountPath, v.tokenOf("ReadCallLog")).wantAPI(403, "InsufficientPermissions", "CMN-401")
	v.exchange() // RingCX has roles of its own
}

func TestTheExtensionNamesTheRole(t *testing.T) {
	v := codeVendor(t)
	role := func(token string) (string, bool) {
		got := v.get(extensionPath, token).want(http.StatusOK).json()
		admin := got["permissions"].(map[string]any)["admin"].(map[string]any)["enabled"].(bool)
		return str(got["roles"].([]any)[0].(map[string]any), "id"), admin
	}
	if id, admin := role(str(v.login(), "access_token")); id != "1" || !admin {
		t.Errorf("the demo user has role %s, administrator %v", id, admin)
	}
	sam := v.newUser(`{"firstName":"Sam","lastName":"Field"}`)
	if id, admin := role(v.tokenFor(sam["userId"])); id != "5" || admin {
		t.Errorf("a user of no special role has role %s, administrator %v", id, admin)
	}
}

func TestAUserThatIsAddedCanSignInEverywhere(t *testing.T) {
	v := codeVendor(t)
	account := v.control("accounts", `{"name":"Full","production":true,"ringcx":true}`)["accountId"]
	sam := v.newUser(fmt.Sprintf(`{"account":%.0f,"firstName":"Sam","lastName":"Field","email":"sam@field.example","ringcx":true}`, account))
	if sam["role"] != "Standard" || sam["ringcx"] != true || sam["email"] != "sam@field.example" || sam["accountId"] != account {
		t.Errorf("made %v", sam)
	}
	p := v.person()
	app := str(v.control("apps", fmt.Sprintf(`{"auth":"code","kind":"native","account":%.0f,"redirectUris":["http://127.0.0.1/callback"]}`, account)), "clientId")
	page := p.submit(p.open(v.nativeRequest("client_id", app)), "username", "sam@field.example", "password", str(sam, "password"))
	code := p.submit(page.wantPage("Allow "), "decision", "allow").callback().Get("code")
	token := str(v.redeem(code, "client_id", app).want(http.StatusOK).json(), "access_token")
	cx := v.exchangeToken(token).want(http.StatusOK).json()
	agent := cx["agentDetails"].([]any)[0].(map[string]any)
	if agent["agentId"] != sam["agentId"] || agent["agentType"] != "AGENT" {
		t.Errorf("RingCX says %v, and the control plane %v", agent, sam["agentId"])
	}
	users := v.get(usersPath+"?flatten=true", str(cx, "accessToken")).want(http.StatusOK).list()
	if len(users) != 2 || users[1]["userName"] != "sam@field.example" {
		t.Errorf("the users are %v", users)
	}
}

func TestUsersWithTheSameNameAreToldApart(t *testing.T) {
	v := codeVendor(t)
	seen := map[string]bool{}
	for range 300 {
		made := v.newUser(`{"firstName":"Zoë","lastName":"李","ringcx":true}`)
		for _, key := range []string{"userId", "email", "extension", "agentId"} {
			value := key + fmt.Sprint(made[key])
			if seen[value] {
				t.Fatalf("two users have the %s", value)
			}
			seen[value] = true
		}
	}
	users := v.get(usersPath+"?flatten=true", str(v.exchange(), "accessToken")).want(http.StatusOK).list()
	for _, u := range users {
		if id := fmt.Sprint("in RingCX ", u["userId"]); seen[id] {
			t.Errorf("two users are number %s", id)
		} else {
			seen[id] = true
		}
	}
}

func TestAUserThatMakesNoSenseIsRefused(t *testing.T) {
	v := codeVendor(t)
	bare := v.control("accounts", `{"name":"Bare"}`)["accountId"]
	before := len(v.get(usersPath+"?flatten=true", str(v.exchange(), "accessToken")).list())
	for body, words := range map[string]string{
		`{"lastName":"Field"}`:                                                             "first name",
		`{"firstName":"Sam","lastName":" "}`:                                               "last name",
		`{"firstName":"Sam","lastName":"` + strings.Repeat("x", 51) + `"}`:                 "last name",
		`{"firstName":"Sam","lastName":"Field","role":"Boss"}`:                             "Super Admin, Standard and No API access",
		`{"firstName":"Sam","lastName":"Field","email":"ADA.reyes@example.com"}`:           "already",
		`{"firstName":"Sam","lastName":"Field","email":"dana.whitfield@example.com"}`:      "already",
		`{"firstName":"Sam","lastName":"Field","email":"Sam <sam@example.com>"}`:           "such as",
		fmt.Sprintf(`{"account":%.0f,"firstName":"S","lastName":"F","ringcx":true}`, bare): "has no RingCX",
		`{"firstName":"Sam","lastName":"Field","admin":true}`:                              "unknown field",
	} {
		got := v.controlRaw(http.MethodPost, "users", body).want(http.StatusBadRequest).json()["error"].(string)
		if !strings.Contains(got, words) {
			t.Errorf("%s: %s", body, got)
		}
	}
	v.controlRaw(http.MethodPost, "users", `{"account":5,"firstName":"Sam","lastName":"Field"}`).want(http.StatusNotFound)
	if n := len(v.get(usersPath+"?flatten=true", str(v.exchange(), "accessToken")).list()); n != before {
		t.Errorf("%d users, there were %d", n, before)
	}
	v.controlRaw(http.MethodPost, "users/5", `{"role":"Standard"}`).want(http.StatusNotFound)
}

func TestRolesAreInASnapshot(t *testing.T) {
	v, other := codeVendor(t), newVendor(t, sandbox.Options{NoLimits: true})
	token := v.tokenFor(v.newUser(`{"firstName":"Sam","lastName":"Field","role":"No API access"}`)["userId"])
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	other.control("snapshot", saved)
	other.get(accountPath, token).wantAPI(403, "InsufficientPermissions", "CMN-408")
	other.controlRaw(http.MethodPost, "snapshot", strings.Replace(saved, "No API access", "Boss", 1)).want(http.StatusBadRequest)
	other.control("snapshot", strings.ReplaceAll(saved, `"role":`, `"unknown":`)) // as it was before there were roles
	other.get(accountPath, token).want(http.StatusOK)
}
