package policy

import (
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// credentialSections are the parts of the API whose operations make, tell, change or end credentials. What other operations
// tell beside their subject, such as the password with which an agent of a queue signs in, is part of that subject: a policy
// that is to keep it from a caller denies the operation. Decide, in decide.go, denies them.
var credentialSections = map[string]bool{
	"api-tokens.txt":   true, // permanent tokens
	"auth-configs.txt": true, // keys for other systems
	"passwords.txt":    true,
	"sign-in.txt":      true,
}

// Credential tells whether an operation makes, tells, changes or ends credentials.
func Credential(op *apispec.Operation) bool { return op != nil && credentialSections[op.Section.File] }

// platformCredentials are segments of paths below /restapi/ that are about credentials. The platform's operations are not described
// here; these are from its public API reference and from names that leave no doubt:
//
//   - POST /restapi/v1.0/client-info/sip-provision ("Register Device") and GET /restapi/v1.0/account/{accountId}/device/{deviceId}/sip-info
//     ("Get Device SIP Information") tell the user name, the password and the authorization ID of a telephone;
//   - /restapi/v1.0/glip/webhooks and /restapi/v1.0/glip/groups/{groupId}/webhooks (incoming webhooks of Team Messaging) tell addresses at
//     which anybody posts to a chat;
//   - the rest is not documented there, and would be about nothing else.
//
// What the platform tells beside a subject, such as the codes of a conference, is part of that subject, as with the operations above.
var platformCredentials = [...]string{"sip-provision", "sip-info", "webhooks", "credentials", "password", "passwords", "api-key", "api-keys", "secret", "secrets"}

// PlatformCredential tells whether an escaped path of the platform is about credentials.
func PlatformCredential(path string) bool {
	var some [24]string
	all := segments(some[:0], path)
	return len(all) > 0 && strings.EqualFold(all[0], "restapi") && slices.ContainsFunc(all, aboutCredentials)
}

// aboutCredentials tells segments that are about credentials, with a suffix too.
func aboutCredentials(segment string) bool {
	segment, _, _ = strings.Cut(segment, ".")
	for _, name := range platformCredentials {
		if len(segment) == len(name) && strings.EqualFold(segment, name) {
			return true
		}
	}
	return false
}

// namesCredential tells whether the path of the rule names what makes a path one about credentials, where wildcards do not.
func (c *compiled) namesCredential(path []string) bool {
	names := false
	for i, s := range path {
		if !aboutCredentials(s) {
			continue
		}
		if names = i < len(c.segments) && aboutCredentials(c.segments[i]); !names {
			return false
		}
	}
	return names
}

// digital are the operations of signing in that bring a token for the digital channels and spend nothing: a rule that names one
// lets a caller have it.
var digital = map[string]bool{"getDigitalJwt": true, "getDigitalJwtForApp": true}

// SignsIn tells paths that lead to a vendor's sign-in: token, exchange, refresh, revocation, logout, whatever else lies beside
// them, and what is described as an operation of signing in. They are never forwarded, but for operations that tell a token of the
// digital channels. The path is escaped, and has passed the broker's check of paths.
func SignsIn(op *apispec.Operation, path string) bool {
	if op != nil && digital[op.ID] {
		return false
	}
	if op != nil && op.Section.File == "sign-in.txt" {
		return true
	}
	var some [24]string
	all := segments(some[:0], path)
	for i, s := range all {
		if (op == nil || i <= 1) && beside(s) {
			return true
		}
	}
	return false
}

// beside tells segments of paths below which there is signing in, with a suffix too.
func beside(s string) bool {
	s, _, _ = strings.Cut(s, ".")
	for _, name := range [...]string{"auth", "oauth", "oauth2", "openid-configuration", "oauthcallback", "oauthredirect"} {
		if len(s) == len(name) && strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
