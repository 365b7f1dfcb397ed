package profile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Settings is config.toml: profiles, without secrets.
type Settings struct {
	Default  string             `toml:"default,omitempty"` // the profile used when none is named; "": "default"
	Profiles map[string]Profile `toml:"profile,omitempty"`
	// Directories are rules: the profile to use in a directory and below it, by its path without symbolic links.
	Directories map[string]string `toml:"directory,omitempty"`

	Unfit map[string]*usage.Error `toml:"-"` // profiles that cannot be used, and why
}

// Profile is a named lineage: which app, at which vendor, and how its person logs in.
type Profile struct {
	ClientID    string `toml:"client_id,omitempty"`  // "": none, as for logins to RingCX itself
	RingCentral string `toml:"server_url,omitempty"` // "": none, as for logins to RingCX itself
	RingCX      string `toml:"ringcx_server_url"`

	Method      Method `toml:"method,omitempty"`        // "": JWT, as before there was a choice
	ClientAuth  string `toml:"client_auth,omitempty"`   // one of the constants below; "": the secret, or nothing
	KeyID       string `toml:"client_key_id,omitempty"` // "": the key is not named
	RedirectURI string `toml:"redirect_uri,omitempty"`  // of logins in a browser; "": this machine, on any free port

	// User who logged in, by RingCentral's id or by name at RingCX itself: a store that several people share may hold the
	// login of somebody else under the same name. "": it is not known.
	User string `toml:"user,omitempty"`

	// Account is the ID of the sub-account that calls work in if nothing else says which; "": none is chosen.
	Account AccountID `toml:"account,omitempty"`
}

// AccountID is the ID of a sub-account, which people may have written as a number.
type AccountID string

// UnmarshalTOML takes a text or a whole number.
func (id *AccountID) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case string:
		*id = AccountID(v)
	case int64:
		*id = AccountID(strconv.FormatInt(v, 10))
	default:
		return errors.New("account is the ID of a sub-account, a text")
	}
	return nil
}

// How an app authenticates if not by sending its secret.
const (
	AuthKey       = "private_key_jwt"
	AuthSecretJWT = "client_secret_jwt"
)

// Lineage is the part of a profile that its tokens belong to.
func (p Profile) Lineage() Lineage { return NewLineage(p.ClientID, p.RingCentral, p.RingCX) }

// valid says what is wrong with the profile and what to do about it, "" if nothing is.
func (p Profile) valid() (problem, hint string) {
	const newer = mendSettings + ", or update this program if a newer one wrote it"
	switch {
	case !p.Method.known():
		return fmt.Sprintf("unknown method %q", wording.Clip(string(p.Method))), newer
	case p.ClientAuth != "" && p.ClientAuth != AuthKey && p.ClientAuth != AuthSecretJWT:
		return fmt.Sprintf("unknown client_auth %q", wording.Clip(p.ClientAuth)), newer
	case p.RingCX == "":
		return "ringcx_server_url is missing", mendSettings
	case !p.Method.Password() && (p.ClientID == "" || p.RingCentral == ""):
		return "client_id or server_url is missing", mendSettings
	}
	for _, v := range [][2]string{
		{"client_id", p.ClientID}, {"server_url", p.RingCentral}, {"ringcx_server_url", p.RingCX}, {"client_key_id", p.KeyID}, {"redirect_uri", p.RedirectURI},
	} {
		if env.Pasted(v[1]) != v[1] {
			return v[0] + " has more around its value: a blank, a quotation mark, or what nobody sees", mendSettings
		}
	}
	return "", ""
}

// nameForm is what a profile may be called: lower-case letters, digits, - and _, at most 64, the first a letter or a
// digit. Written out, because compiling a pattern would be most of the package's share in every start of the command.
var nameForm nameRule

type nameRule struct{}

func (nameRule) MatchString(s string) bool {
	for i, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case i > 0 && (c == '-' || c == '_'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// CheckName refuses what cannot be the name of a profile.
func CheckName(name string) error {
	broken := BrokenName(name)
	if broken == "" {
		return nil
	}
	return usage.New(fmt.Sprintf("%q is not a profile name: %s", wording.Clip(name), broken), "use lower-case letters, digits, - and _, such as team-2")
}

// BrokenName is the rule that keeps a name from being one of a profile; "": none does.
func BrokenName(name string) string {
	strange := strings.IndexFunc(name, func(c rune) bool { return c >= utf8.RuneSelf || !nameForm.MatchString("a"+string(c)) })
	switch {
	case name == "":
		return "it is empty"
	case strings.HasPrefix(name, "ledger-"): // those of the engine's own records
		return `names that begin with "ledger-" are taken`
	case nameForm.MatchString(name):
		return ""
	case strange >= 0:
		c, _ := utf8.DecodeRuneInString(name[strange:])
		return fmt.Sprintf("%q may not be in it", string(c))
	case len(name) > 64:
		return fmt.Sprintf("it has %d characters, and may have 64", len(name))
	}
	return fmt.Sprintf("it begins with %q, and has to begin with a letter or a digit", name[:1])
}
