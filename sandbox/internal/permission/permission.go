// Package permission is what an app and a user may do at RingCentral: permissions of apps with those that come along, and the
// roles of users.
package permission

import "slices"

// includes are the app permissions that come with another, as the vendor documents them.
var includes = map[string][]string{
	"Accounts":          {"EditAccounts"},
	"EditAccounts":      {"ReadAccounts", "EditExtensions"},
	"Contacts":          {"ReadContacts"},
	"EditMessages":      {"ReadMessages"},
	"SMS":               {"ReadMessages"},
	"Faxes":             {"ReadMessages"},
	"InternalMessages":  {"ReadMessages"},
	"ReadCallRecording": {"ReadCallLog"},
	"EditCallLog":       {"ReadCallLog"},
	"EditPresence":      {"ReadPresence"},
}

// Allows reports whether a permission is among scopes, or comes with one of them.
func Allows(scopes []string, permission string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return s == permission || Allows(includes[s], permission) })
}
