package profile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ringcx-go/ringcx"
)

// What the tests of this package reach for themselves.

// Entered is a config.toml in which a profile was entered, or taken out if its server is "", and a directory got a rule, or
// lost it if its profile is "". It reports whether that was done where it stood.
func Entered(text, name, server, dir, rule string) (string, bool, error) {
	s, _, err := ParseSettings([]byte(text))
	if err != nil {
		return "", false, err
	}
	was := &Settings{Default: s.Default, Profiles: maps.Clone(s.Profiles), Directories: maps.Clone(s.Directories), Unfit: s.Unfit}
	if s.Profiles == nil {
		s.Profiles = map[string]Profile{}
	}
	if s.Directories == nil {
		s.Directories = map[string]string{}
	}
	s.Profiles[name] = Profile{Method: ByDirect, RingCX: server}
	if server == "" {
		delete(s.Profiles, name)
	}
	if s.Directories[dir] = rule; rule == "" {
		delete(s.Directories, dir)
	}
	out, inPlace := edited(text, was, s)
	got, _, err := ParseSettings([]byte(out))
	if err == nil && encoded(got) != encoded(s) {
		err = fmt.Errorf("it says something else:\n%s", out)
	}
	return out, inPlace, err
}

// Unfit says why profiles of a config.toml cannot be used.
func Unfit(text string) (problems []string, err error) {
	s, _, err := ParseSettings([]byte(text))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Unfit)) {
		problems = append(problems, s.Unfit[name].Problem)
	}
	return problems, nil
}

// Said is what flags or variables say of an account, Stored what is kept of a
type Said struct{ ClientID, RingCentral, RingCX string }

// Stored is a profile with its JWT.
type Stored struct{ ClientID, RingCentral, RingCX, JWT string }

// Choose chooses an account, where the default profile is "default".
func Choose(stored map[string]Stored, named string, flags, vars Said, jwt string) (chosen string, own bool, note string, err error) {
	s := &Settings{Profiles: map[string]Profile{}}
	for name, p := range stored {
		s.Profiles[name] = Profile{ClientID: p.ClientID, RingCentral: p.RingCentral, RingCX: p.RingCX}
	}
	g := Given{
		Profile: named, By: "--profile", JWT: jwt, From: "the environment",
		Flags: NewLineage(flags.ClientID, flags.RingCentral, flags.RingCX), Vars: NewLineage(vars.ClientID, vars.RingCentral, vars.RingCX),
	}
	c, err := s.Choose(g, "/", func(name, jwt string) (bool, error) { return stored[name].JWT == jwt, nil }, nil)
	return c.Profile, c.Own, c.Note, err
}

// StoredSecrets is how the secrets of an app and a user are stored.
func StoredSecrets(clientSecret, jwt string) ([]byte, error) {
	return EncodeSecrets(&Secrets{ClientID: "app", RingCentral: "https://a.example", User: "1", ClientSecret: clientSecret, JWT: jwt})
}

// ReadSecrets are those that are stored so.
func ReadSecrets(value []byte) (clientSecret, jwt string, rest any, err error) {
	s, err := decodeSecrets(value)
	if err != nil {
		return "", "", nil, err
	}
	return s.ClientSecret, s.JWT, *s, nil
}

// Remote is a store on a server.
type Remote = remote

// RemoteStore is such a store, which is opened when it is used.
func RemoteStore(a *Accounts, open func(context.Context) (Remote, error)) ringcx.Store {
	s := a.remoteStore(open)
	stores.Delete(a)
	return s
}
