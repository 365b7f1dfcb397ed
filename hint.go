package ringcx

import (
	"errors"
	"net/http"
)

// Hints about what is in the way to a server are beside what finds it out: network_proxy.go, network_tls.go, network_tcp.go.

// Hint is one sentence on what to do about the error, "" if nothing better than the error itself can be said.
func (e *Error) Hint() string {
	if in := (*inputError)(nil); errors.As(e.cause, &in) {
		return in.Hint()
	}
	if h := codeHints[e.Code]; h != "" {
		return h
	}
	if h := oauthHints[e.oauth]; h != "" && e.Op != opExchange && e.Op != opRefresh && e.Op != opDirectLogin {
		return h
	}
	var known hinted
	switch {
	case errors.As(e.cause, &known):
		return known.Hint()
	case e.StatusCode == http.StatusProxyAuthRequired:
		return proxyLogin
	case e.StatusCode == http.StatusNetworkAuthenticationRequired:
		return "the network wants a sign-in before it lets anything through: " + openABrowser
	case e.kind == failUnsent, e.kind == failSilent, e.kind == failLost && e.cause != nil:
		return checkNetwork + nothingLost
	case e.kind == failForeign || e.kind == failLost:
		return "check the host: RC_SERVER_URL for RingCentral, RINGCX_SERVER_URL for RingCX, and any proxy in between"
	case e.kind == failLimited:
		return "the vendor allows five logins and five exchanges a minute; share one store between the programs that use this app"
	case e.kind == failServer:
		return "the vendor's server failed; nothing stored was lost, try again later"
	case e.Op == opDirectLogin:
		return "check the user name, the password and the platform ID; a user with a RingCentral login signs in with 'ringcx login' instead"
	case e.Op == opExchange:
		return "RingCX refused the RingCentral login: the account must be a production account with RingCX, the user must " +
			"have access to it, and the app the scope Read Accounts"
	}
	return ""
}

const codeSpent = "an authorization code works once, for a minute, and with the verifier of its sign-in page; sign in again"

// What the codes mean to somebody who registered an app in the Developer Portal. Source: the platform's list of
// errors; see docs/protocol.md.
var codeHints = map[string]string{
	"OAU-106": codeSpent,
	"OAU-108": codeSpent,
	"OAU-109": "the redirect URI must be the one that the sign-in page was given, and be registered with the app exactly",
	"OAU-120": "check the client ID against the app's Credentials tab in the Developer Portal",
	"OAU-123": "set the client ID and the client secret of the app (RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET)",
	"OAU-127": "the app is not active in the Developer Portal",
	"OAU-136": "the user behind the JWT no longer exists; create a JWT for another user",
	"OAU-146": "check the client secret, or the key that the app signs with, against the app's settings in the Developer Portal",
	"OAU-153": "check the client ID (RC_APP_CLIENT_ID) and that RC_SERVER_URL is the environment the app lives in",
	"OAU-165": "this is a sandbox app; RingCX needs a production app",
	"OAU-236": "the user behind the JWT is disabled or frozen",
	"OAU-250": "the JWT may belong to another environment: RingCX needs one made for production",
	"OAU-251": "the app must be registered with the JWT auth flow; the auth method of an app is set in the Developer Portal",
	"OAU-347": "use the JWT as the Developer Portal shows it under Credentials; do not sign one yourself",
	"CMN-401": "add the scope Read Accounts to the app in the Developer Portal",
}

var oauthHints = map[string]string{
	"invalid_client": "check client ID and client secret against the app's Credentials tab in the Developer Portal",
	"invalid_grant": "create a JWT in the Developer Portal (your name, Credentials, Create JWT) that is valid for this app, and log in with it; " +
		"after a login in a browser, sign in again",
	"unauthorized_client":    codeHints["OAU-251"],
	"unsupported_grant_type": codeHints["OAU-250"],
}
