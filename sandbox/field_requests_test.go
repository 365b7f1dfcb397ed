package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// written sends a request as a program writes it: headers are "Name: value".
func (v *vendor) written(method, path, body string, headers ...string) reply {
	v.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return v.send(r)
}

const (
	formHeader = "Content-Type: application/x-www-form-urlencoded"
	acceptJSON = "Accept: application/json"
)

func TestWhatTheVendorsCollectionOfRequestsSendsWorks(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	basic := func(id, secret string) string {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.SetBasicAuth(id, secret)
		return "Authorization: " + r.Header.Get("Authorization")
	}
	demo := v.Demo()
	first := v.written("POST", tokenPath, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="+demo.JWT, basic(demo.ClientID, demo.ClientSecret), acceptJSON, formHeader)
	token := str(first.want(http.StatusOK).json(), "access_token")
	cx := v.written("POST", exchangePath, "rcTokenType=Bearer&rcAccessToken="+token, acceptJSON, formHeader).want(http.StatusOK).json()
	bearer := "Authorization: Bearer " + str(cx, "accessToken")
	account := v.written("GET", accountsPath, "", bearer, acceptJSON).want(http.StatusOK).list()[0]
	if account["mainAccountId"] != cx["mainAccountId"] {
		t.Errorf("the main account is %v", account["mainAccountId"])
	}
	groups := v.written("GET", accountsPath+"/"+str(account, "accountId")+"/agentGroups", "", bearer, acceptJSON).want(http.StatusOK).list()
	if len(groups) == 0 {
		t.Error("the first account is not one to work with")
	}
	v.written("GET", accountPath, "", "Authorization: Bearer "+token, acceptJSON).want(http.StatusOK)

	// The collection before it: a password, written down unencoded but for itself, and the media type with a charset.
	id, secret := v.newApp(`{"auth":"password"}`)
	raw := "grant_type=password&username=" + demo.Email + "&extension=101&password=" + strings.ReplaceAll(demo.Password, " ", "%20")
	token = str(v.written("POST", tokenPath, raw, basic(id, secret), formHeader).want(http.StatusOK).json(), "access_token")
	v.written("POST", exchangePath, "rcTokenType=Bearer&rcAccessToken="+token, acceptJSON, formHeader+";charset=UTF-8").want(http.StatusOK)

	// The one of the older hosts.
	login := "username=" + demo.AdminUsername + "&password=" + demo.AdminPassword + "&stayLoggedIn=false"
	view := v.written("POST", "/api/v1/auth/login", login, acceptJSON, formHeader).want(http.StatusOK).json()
	temporary := "X-Auth-Token: " + str(view, "authToken")
	api := v.written("POST", "/api/v1/admin/token", "", temporary, "Accept: text/plain").want(http.StatusOK).body
	if all := v.written("GET", "/api/v1/admin/token", "", temporary, acceptJSON).want(http.StatusOK).body; !strings.Contains(all, api) {
		t.Errorf("the API tokens are %s", all)
	}
	v.written("GET", "/api/v1/admin/users", "", "X-Auth-Token: "+api, acceptJSON).want(http.StatusOK)
	if id := str(view["accounts"].([]any)[0].(map[string]any), "accountId"); id != account["accountId"] {
		t.Errorf("the first account of a legacy login is %s", id)
	}
	v.written("DELETE", "/api/v1/admin/token/"+strings.ReplaceAll(api, ":", "%3A"), "", temporary, acceptJSON).want(http.StatusOK)
	v.written("GET", "/api/v1/admin/users", "", "X-Auth-Token: "+api, acceptJSON).want(http.StatusUnauthorized)
	v.blameless()
}

func TestAPathIsTheSameHoweverItsCharactersAreEncoded(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	login := v.login()
	token, cx := str(login, "access_token"), v.exchange()
	for _, path := range []string{
		"/restapi/v1.0/account/%7E", "/restapi/v1.0/account/%7e/extension/%7E", "/restapi/v1.0/%61ccount/~", "/restapi/v1%2E0/account/~/extension/%7E/authz-profile",
		"/restapi/v1.0/account/%7E/extension", "/restapi/v1.0/account/~/extension/" + "%3" + str(login, "owner_id")[:1] + str(login, "owner_id")[1:],
	} {
		v.get(path, token).want(http.StatusOK)
	}
	for _, path := range []string{"/voice/api/v1/admin/%75sers", "/%76oice/api/v1/admin/accounts"} {
		v.get(path, str(cx, "accessToken")).want(http.StatusOK)
	}
	v.form("/api/auth/token/%72efresh", "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	for path, want := range map[string]int{ // a slash that is encoded ends no segment
		"/restapi/v1.0%2Faccount/~": 404, "/restapi/v1.0/account%2F~": 404, "/restapi/v1.0/account/~%2Fextension": 404, "/restapi/v1.0/account/%257E": 404,
	} {
		v.get(path, token).want(want)
	}
}

func TestASemicolonIsACharacterOfAPasswordLikeOthers(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	v.control("admins", `{"username":"kim@example.com","password":"a;b","platformId":"p1"}`)
	const raw = "username=kim@example.com&password=a;b&platformId=p1"
	v.written("POST", "/api/auth/login/admin", raw, formHeader).want(http.StatusOK)
	v.written("POST", "/voice/api/v1/auth/login", raw, formHeader).want(http.StatusOK)
	v.written("POST", "/api/auth/login/admin?"+raw, "").want(http.StatusOK)
	v.wantVerdicts("password in a URL")
	v.written("POST", "/api/auth/login/admin", strings.Replace(raw, "a;b", "a&b", 1), formHeader).want(http.StatusUnauthorized)
	if log := v.get("/_sandbox/requests", "").body; strings.Contains(log, "a;b") || strings.Contains(log, "a%3Bb") {
		t.Error("the log has the password")
	}
}

func TestABodyOfAnotherTypeIsRefusedOrTakenForAnEmptyForm(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	send := func(id, secret string) reply {
		r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(`{"grant_type":"`+jwtGrant+`","assertion":"`+demo.JWT+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth(id, secret)
		return v.send(r)
	}
	send(demo.ClientID, demo.ClientSecret).wantOAuth(415, "invalid_request", "CMN-415")
	v.control("switches", `{"bodyTypeChecked":false}`)
	send(demo.ClientID, demo.ClientSecret).wantOAuth(400, "invalid_request", "OAU-250")
	send(demo.ClientID, "wrong").wantOAuth(401, "invalid_client", "OAU-146")
	v.written("POST", revokePath, `{"token":"x"}`, "Content-Type: application/json").wantOAuth(415, "invalid_request", "CMN-415")
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT).want(http.StatusOK)
}

func TestTheStateNamesTheLimitsOfEveryGroup(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("switches", `{"mediumLimit":7,"heavyLimit":3}`)
	limits := v.get("/_sandbox/state", "").json()["limits"].(map[string]any)
	got := []any{limits["light"].(map[string]any)["limit"], limits["medium"].(map[string]any)["limit"], limits["heavy"].(map[string]any)["limit"]}
	if !slices.Equal(got, []any{50.0, 7.0, 3.0}) {
		t.Errorf("the limits are %v", limits)
	}
}

// blameless wants the vendor to object to nothing.
func (v *vendor) blameless() {
	v.t.Helper()
	for _, e := range v.Requests() {
		if len(e.Verdicts) > 0 {
			v.t.Errorf("%s %s: %q", e.Method, e.Path, e.Verdicts)
		}
	}
}
