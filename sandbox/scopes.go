package sandbox

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

// allows reports whether a permission is among scopes, or comes with one of them.
func allows(scopes []string, permission string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return s == permission || allows(includes[s], permission) })
}
