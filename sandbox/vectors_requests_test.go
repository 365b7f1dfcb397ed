package sandbox_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"time"
)

const (
	extensionPath  = accountPath + "/extension/~"
	introspectPath = "/restapi/oauth/introspect"
	sessionPath    = "/restapi/oauth/session-info"
	webSocketPath  = "/restapi/oauth/wstoken"
	initialPath    = "/.well-known/entry-points/initial"
	externalPath   = "/.well-known/entry-points/external"
	profilePath    = extensionPath + "/authz-profile"
	clientInfoPath = "/restapi/v1.0/client-info"
)

// vectorRequests lead to the answers that the vectors describe, each in a sandbox of its own.
var vectorRequests = map[string]func(*vendor) reply{
	"ringcentral-token": func(v *vendor) reply {
		return v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT)
	},
	"ringcentral-token-refreshed": func(v *vendor) reply { return v.refresh(str(v.login(), "refresh_token")) },
	"ringcentral-token-without-refresh": func(v *vendor) reply {
		id, secret := v.app(`{"refreshTokens":false,"private":true}`)
		return v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT)
	},
	"ringcentral-token-openid": func(v *vendor) reply {
		return v.redeem(v.person().code(v.nativeRequest("scope", "openid", "nonce", "n")))
	},
	"ringcentral-unknown-client": func(v *vendor) reply {
		return v.formAs("nobody", "x", tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT)
	},
	"ringcentral-no-client": func(v *vendor) reply {
		demo := v.Demo()
		return v.form(tokenPath, "grant_type", jwtGrant, "client_id", demo.ClientID, "client_secret", demo.ClientSecret)
	},
	"ringcentral-wrong-secret": func(v *vendor) reply {
		return v.formAs(v.Demo().ClientID, "wrong", tokenPath, "grant_type", jwtGrant)
	},
	"ringcentral-wrong-flow":    func(v *vendor) reply { return v.demoForm(tokenPath, "grant_type", "password") },
	"ringcentral-unknown-grant": func(v *vendor) reply { return v.demoForm(tokenPath, "grant_type", "jwt") },
	"ringcentral-spent-refresh": func(v *vendor) reply { return v.refresh("nobody's") },
	"ringcentral-expired-refresh": func(v *vendor) reply {
		token := str(v.login(), "refresh_token")
		v.Advance(8 * 24 * time.Hour)
		return v.refresh(token)
	},
	"ringcentral-revoked-refresh": func(v *vendor) reply {
		token := str(v.login(), "refresh_token")
		v.demoForm(revokePath, "token", token)
		return v.refresh(token)
	},
	"ringcentral-wrong-redirect": func(v *vendor) reply {
		return v.redeem(v.person().code(v.nativeRequest()), "redirect_uri", "http://127.0.0.1:1/callback")
	},
	"ringcentral-not-a-form": func(v *vendor) reply {
		return v.send(httptest.NewRequest("POST", tokenPath, strings.NewReader("{}")))
	},
	"ringcentral-limit": func(v *vendor) reply {
		for range 5 {
			v.refresh("nobody's")
		}
		return v.refresh("nobody's")
	},
	"ringcentral-revoked": func(v *vendor) reply {
		return v.demoForm(revokePath, "token", str(v.login(), "access_token"))
	},
	"ringcentral-keys":                 func(v *vendor) reply { return v.get("/restapi/oauth/jwks", "") },
	"ringcentral-userinfo":             func(v *vendor) reply { return v.signedIn("/restapi/oauth/userinfo") },
	"ringcentral-openid-configuration": func(v *vendor) reply { return v.get("/.well-known/openid-configuration", "") },
	"ringcentral-entry-points-initial": func(v *vendor) reply {
		return v.get(initialPath+"?clientId="+v.Demo().ClientID, "")
	},
	"ringcentral-entry-points-external": func(v *vendor) reply { return v.signedIn(externalPath) },
	"ringcentral-websocket-token": func(v *vendor) reply {
		return v.call("POST", webSocketPath, v.tokenOf("ReadAccounts", "WebSocket"))
	},
	"ringcentral-introspection": func(v *vendor) reply {
		id, secret := v.partner()
		return v.formAs(id, secret, introspectPath, "token", str(v.login(), "access_token"))
	},
	"ringcentral-introspection-inactive": func(v *vendor) reply {
		id, secret := v.partner()
		return v.formAs(id, secret, introspectPath, "token", "nobody's")
	},
	"ringcentral-session-info":  func(v *vendor) reply { return v.signedIn(sessionPath) },
	"ringcentral-client-info":   func(v *vendor) reply { return v.signedIn(clientInfoPath) },
	"ringcentral-authz-profile": func(v *vendor) reply { return v.signedIn(profilePath) },
	"ringcentral-authz-check": func(v *vendor) reply {
		return v.signedIn(profilePath + "/check?permissionId=ReadExtensions")
	},
	"ringcentral-authz-check-missing": func(v *vendor) reply {
		return v.signedIn(profilePath + "/check?permissionId=None")
	},
	"ringcentral-versions":  func(v *vendor) reply { return v.get("/restapi", "") },
	"ringcentral-version":   func(v *vendor) reply { return v.get("/restapi/v1.0", "") },
	"ringcentral-account":   func(v *vendor) reply { return v.signedIn(accountPath) },
	"ringcentral-extension": func(v *vendor) reply { return v.signedIn(extensionPath) },
	"ringcentral-no-token":  func(v *vendor) reply { return v.get(accountPath, "") },
	"ringcentral-not-a-token": func(v *vendor) reply {
		return v.get(accountPath, "nonsense")
	},
	"ringcentral-unknown-token": func(v *vendor) reply {
		token := str(v.login(), "access_token")
		v.demoForm(revokePath, "token", token)
		return v.get(accountPath, token)
	},
	"ringcentral-no-permission": func(v *vendor) reply { return v.get(accountPath, v.tokenOf("ReadCallLog")) },
	"ringcentral-unknown-path":  func(v *vendor) reply { return v.signedIn("/restapi/v1.0/nothing") },

	"ringcx-exchange": func(v *vendor) reply { return v.exchangeToken(str(v.login(), "access_token")) },
	"ringcx-exchange-without-refresh": func(v *vendor) reply {
		return v.form(exchangePath, "rcAccessToken", str(v.login(), "access_token"), "rcTokenType", "Bearer")
	},
	"ringcx-refresh": func(v *vendor) reply {
		return v.form(refreshPath, "refresh_token", str(v.exchange(), "refreshToken"))
	},
	"ringcx-login-admin": func(v *vendor) reply {
		demo := v.Demo()
		return v.form("/api/auth/login/admin", "username", demo.AdminUsername, "password", demo.AdminPassword,
			"platformId", demo.PlatformID)
	},
	"ringcx-exchange-limit": func(v *vendor) reply {
		token := str(v.login(), "access_token")
		for range 5 {
			v.exchangeToken(token)
		}
		return v.exchangeToken(token)
	},
	"ringcx-exchange-refused": func(v *vendor) reply { return v.exchangeToken("nobody's") },
	"ringcx-expired": func(v *vendor) reply {
		token := str(v.exchange(), "accessToken")
		v.Advance(6 * time.Minute)
		return v.get(usersPath, token)
	},
	"ringcx-no-token":  func(v *vendor) reply { return v.get(usersPath, "") },
	"ringcx-not-found": func(v *vendor) reply { return v.read(usersPath + "/0") },
	"ringcx-forbidden": func(v *vendor) reply {
		token, user := str(v.exchange(), "accessToken"), str(v.login(), "owner_id")
		v.control("users/"+user, `{"enabled":false}`)
		return v.get(usersPath, token)
	},
	"ringcx-bad-request":  func(v *vendor) reply { return v.form(exchangePath) },
	"ringcx-accounts":     func(v *vendor) reply { return v.read(accountsPath) },
	"ringcx-users":        func(v *vendor) reply { return v.read(usersPath) },
	"ringcx-user":         func(v *vendor) reply { return v.read(fmt.Sprint(usersPath, "/", v.children()[0]["userId"])) },
	"ringcx-agent-groups": func(v *vendor) reply { return v.read(v.groupsPath()) },
	"ringcx-agents": func(v *vendor) reply {
		group := v.read(v.groupsPath()).list()[0]["agentGroupId"]
		return v.read(fmt.Sprintf("%s/%.0f/agents", v.groupsPath(), group))
	},
	"ringcx-claims": func(v *vendor) reply { return v.read("/api/auth/token/claims") },
	"ringcx-api-tokens": func(v *vendor) reply {
		token := str(v.exchange(), "accessToken")
		v.call("POST", "/voice/api/v1/admin/token", token).want(200)
		return v.get("/voice/api/v1/admin/token", token)
	},
	"ringcx-api-token": func(v *vendor) reply {
		return v.call("POST", "/voice/api/v1/admin/token", str(v.exchange(), "accessToken"))
	},
	"ringcx-legacy-login": func(v *vendor) reply {
		demo := v.Demo()
		return v.form("/api/v1/auth/login", "username", demo.AdminUsername, "password", demo.AdminPassword)
	},
}

// signedIn gets a path of the platform as the demo user, and read one of RingCX.
func (v *vendor) signedIn(path string) reply {
	v.t.Helper()
	return v.get(path, str(v.login(), "access_token"))
}

func (v *vendor) read(path string) reply {
	v.t.Helper()
	return v.get(path, str(v.exchange(), "accessToken"))
}

// app makes an app of the JWT flow.
func (v *vendor) app(body string) (id, secret string) {
	v.t.Helper()
	made := v.control("apps", body)
	return str(made, "clientId"), str(made, "clientSecret")
}

// partner is an app that may look at the tokens of others.
func (v *vendor) partner() (id, secret string) {
	v.t.Helper()
	return v.app(`{"scopes":["Interoperability"]}`)
}

// tokenOf is a token of the demo user in an app with these scopes.
func (v *vendor) tokenOf(scopes ...string) string {
	v.t.Helper()
	id, secret := v.app(fmt.Sprintf(`{"scopes":["%s"]}`, strings.Join(scopes, `","`)))
	answer := v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT)
	return str(answer.want(200).json(), "access_token")
}

// children are the users below the first one.
func (v *vendor) children() []map[string]any {
	v.t.Helper()
	var out []struct{ Children []map[string]any }
	v.read(usersPath).decode(&out)
	return out[0].Children
}

func (v *vendor) groupsPath() string {
	v.t.Helper()
	details := v.exchange()["agentDetails"].([]any)[0].(map[string]any)
	return fmt.Sprintf("%s/%s/agentGroups", accountsPath, details["accountId"])
}
