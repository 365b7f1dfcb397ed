package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// besides are secrets that operations tell beside their subject, and what keeps them from being taken for the vendor's own. An
// operation that tells another one is about credentials, or has its line here.
var besides = map[string]string{
	"Account.crmPwd":                 "of another system, in every list of accounts",
	"Account.ftpPwd":                 "of another system, in every list of accounts",
	"Account.phoneRecordingPin":      "of callers at a telephone, in every list of accounts",
	"Account.securityKey":            "of another system, in every list of accounts",
	"DnisPool.twilioApiKey":          "of another system",
	"Agent.password":                 "of an agent's own sign-in, in every list of agents",
	"Agent.phoneLoginPin":            "of an agent's telephone, in every list of agents",
	"Agent.sipPassword":              "of an agent's telephone, in every list of agents",
	"AuthConfig.apiKey":              "what the subscriber itself said",
	"CloudRouteDestination.authKey":  "of another system",
	"DnisRecord.twilioApiKey":        "of another system",
	"MediaProduct.secret":            "what the caller itself said",
	"RemoteHttpService.httpPassword": "of another system",
}

// credentials are the operations that make, tell, change or end credentials.
var credentials = strings.Fields(`
	getApiTokensForLoggedInUser createApiTokenForLoggedInUser removeApiToken
	getExternalAuthConfigsList getExternalAccountAuthConfigOauthInfo getExternalAuthConfigById deleteExternalAuthConfigById
	createExternalAccountAuthConfigApiKey patchExternalAuthConfigApiKey createExternalAccountAuthConfigBasic patchExternalAuthConfigBasic
	createExternalAccountAuthConfigCustomAuth patchExternalAuthConfigCustomAuth createExternalAccountAuthConfigJwt patchExternalAuthConfigJwt
	createExternalAccountAuthConfigOAuth patchExternalAuthConfigOAuth
	securedPasswordRequestRequest securePasswordRequestResetForUse passwordReset passwordResetRequest internalRequestPasswordReset
	requestPasswordReset resetPasswordCallback
	loginWithRcAccessToken refreshAccessToken doLogin getUserLoginView duplicateAuthenticatedUsers isTokenValid getAccessTokenUserDetails
	loginAdmin loginAgent authenticateAgentLoginByHashcodeAndAgentId loginWithEngageAuthCode loginWithTenfoldAccessToken logoutEngageAuthUser
	getClaimsForAccessToken getDigitalJwt getDigitalJwtForApp verifyAccessToken defaultOAuthCallback loadSsoLogin`)

// secretsIn are the secrets of a type, as Schema.field.
func secretsIn(t *apispec.Type, seen map[string]bool) (all []string) {
	if t == nil || t.Base().Kind != apispec.Object || seen[t.Base().Name] {
		return nil
	}
	seen[t.Base().Name] = true
	schema := apispec.Default().Schema(t.Base().Name)
	if schema == nil {
		return nil
	}
	for _, f := range schema.Fields {
		if f.Secret && !f.WriteOnly {
			all = append(all, schema.Name+"."+f.Name)
		}
		all = append(all, secretsIn(f.Type, seen)...)
	}
	return all
}

func TestEveryOperationThatTellsASecretIsAboutCredentialsOrHasAReason(t *testing.T) {
	used := map[string]bool{}
	for _, op := range apispec.Default().Operations {
		if policy.Credential(op) {
			continue
		}
		for _, a := range op.Answers {
			for _, secret := range secretsIn(a.Type, map[string]bool{}) {
				if used[secret] = true; besides[secret] == "" {
					t.Errorf("%s tells %s, and is not about credentials", op.ID, secret)
				}
			}
		}
	}
	for secret := range besides {
		if !used[secret] {
			t.Errorf("no operation tells %s any more", secret)
		}
	}
}

func TestTheOperationsAboutCredentialsAreThese(t *testing.T) {
	var got []string
	for _, op := range apispec.Default().Operations {
		if policy.Credential(op) {
			got = append(got, op.ID)
		}
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(credentials))
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
}

func TestAnOperationAboutCredentialsIsKnownInWhateverCase(t *testing.T) {
	for _, op := range apispec.Default().Operations {
		if !policy.Credential(op) {
			continue
		}
		path := op.Path
		for strings.Contains(path, "{") {
			start, end := strings.Index(path, "{"), strings.Index(path, "}")
			path = path[:start] + "7" + path[end+1:]
		}
		for _, spelt := range []string{path, path + "/", strings.ToUpper(path), "/" + strings.ToUpper(path[1:2]) + path[2:], encoded(path)} {
			if got, _ := policy.Operation(op.Method, spelt); got == nil || !policy.Credential(got) {
				t.Errorf("%s %s is not about credentials", op.Method, spelt)
			}
		}
	}
}

func TestACredentialOfThePlatformIsAllowedByItsPathAlone(t *testing.T) {
	const provision, info = "/restapi/v1.0/client-info/sip-provision", "/restapi/v1.0/account/~/device/1/sip-info"
	for path, want := range map[string]bool{
		provision: true, info: true, "/restapi/v1.0/Client-Info/SIP-Provision/": true, "/RESTAPI/v1.0/account/~/device/1/sip%2Dinfo": true, "/restapi/v1.0/glip/groups/1/webhooks": true,
		"/restapi/v1.0/account/~/device/1": false, "/restapi/v1.0/subscription": false, "/voice/api/v1/sip-info": false, "/restapi/v1.0/account/~/extension/~/sip-information": false,
	} {
		if policy.PlatformCredential(path) != want {
			t.Errorf("%s is about credentials: %v", path, !want)
		}
	}
	for _, c := range []struct {
		rule string
		path string
		want bool
	}{
		{"", provision, false},
		{"/**", provision, false},
		{"/restapi/**", provision, false},
		{"/restapi/v1.0/client-info/*", provision, false},
		{"/restapi/v1.0/client-info/**", provision, false},
		{"/restapi/v1.0/*/sip-provision", provision, true},
		{provision, provision, true},
		{provision, "/restapi/v1.0/client-info/sip-provision/", true},
		{provision, "/restapi/v1.0/client-info/SIP-provision", false},
		{info, info, true},
		{"/restapi/v1.0/account/*/device/*/sip-info", info, true},
		{"/restapi/v1.0/account/~/device/1/*", info, false},
		{info, "/restapi/v1.0/account/~/device/2/sip-info", false},
		{"/restapi/**", "/restapi/v1.0/account/~/device/1", true},
	} {
		q := &policy.Query{Caller: "a", Method: "POST", Path: c.path, Credential: policy.PlatformCredential(c.path)}
		if got, why := compile(t, policy.Rule{Path: c.rule}).Decide(q); got != c.want {
			t.Errorf("a rule for %q and %s: %v, %s", c.rule, c.path, got, why)
		}
	}
	q := &policy.Query{Caller: "a", Method: "POST", Path: provision, Credential: true}
	if ok, _ := compile(t).Decide(q); ok {
		t.Error("it is free without rules")
	}
	if ok, why := compile(t, policy.Rule{Deny: true, Path: "/restapi/**"}, policy.Rule{Path: provision}).Decide(q); ok || why != "rule 1 denies it" {
		t.Errorf("a denial before it: %v, %s", ok, why)
	}
}

// encoded is a path whose letters are percent-encoded.
func encoded(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c == '/' {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
		}
	}
	return b.String()
}

func TestWhatSignsInIsNeverForwarded(t *testing.T) {
	signsIn := func(method, path string) bool {
		op, _ := policy.Operation(method, path)
		return policy.SignsIn(op, path)
	}
	for _, path := range []string{
		"/restapi/oauth/token", "/restapi/OAuth/Token", "/restapi/oauth/revoke", "/restapi/oauth/authorize", "/restapi/v1.0/oauth/token", "/restapi/%6fauth/token",
		"/api/auth/login/rc/accesstoken", "/api/auth/token/refresh", "/API/AUTH/x", "/api/auth", "/voice/api/v1/auth/login", "/voice/api/v1/AUTH/Login", "/voice/api/v1/admin/auth",
		"/voice/api/auth/login", "/platform/api/auth/x", "/platform/api/oauth2/x", "/voice/api/v1/auth/whatever", "/voice/api/v1/admin/users/DUPLICATEauthenticatedUser",
	} {
		for _, method := range []string{"GET", "POST", "DELETE", "PUT"} {
			if strings.HasSuffix(strings.ToLower(path), "duplicateauthenticateduser") && method != "POST" || strings.HasSuffix(path, "/auth") && method != "GET" && len(path) > 10 {
				continue
			}
			if !signsIn(method, path) {
				t.Errorf("%s %s is forwarded", method, path)
			}
		}
	}
	for _, path := range []string{
		"/voice/api/v1/admin/accounts", "/restapi/v1.0/account/~", "/voice/api/v1/admin/accounts/1/external/authConfigs/2/oauth", "/api/auth/token/digitaljwt",
		"/voice/api/v1/admin/accounts/1/agentGroups/2/agents/3/login",
	} {
		if method := map[bool]string{true: "POST", false: "GET"}[strings.HasSuffix(path, "/oauth")]; signsIn(method, path) {
			t.Errorf("%s is not forwarded", path)
		}
	}
}
