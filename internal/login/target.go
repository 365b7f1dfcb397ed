package login

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// target is what a login is for: a profile, an app and its servers.
type target struct {
	profile.Given
	name   string          // of the profile
	named  bool            // by a flag, a variable or a directory
	at     profile.Lineage // where the login is made; complete
	saved  profile.Profile // the profile as it is stored; zero: it is not
	old    profile.Lineage // what it was a login of
	others bool            // the store has a login under that name which config.toml does not know
	same   bool            // what is stored is of the same app and servers, and serves
	asked  bool            // a person has typed the client ID
	told   bool            // the servers were named
}

// settle finds out how to log in, to which app and servers, and to which profile: as the command line says, else as the
// variables of one place say, else as the profile was logged in to before.
func (a *Conversation) settle(acc *profile.Account, m profile.Method, f *Options) (*target, error) {
	s := acc.Settings
	t := &target{Given: a.Given()}
	if err := t.NamesAny(); err != nil {
		return nil, err
	}
	if t.Profile == "" {
		_, t.name = s.Rule(a.Dir)
	} else {
		t.name = t.Profile
	}
	if t.named = t.name != ""; t.named {
		if err := profile.CheckName(t.name); err != nil {
			return nil, err
		}
	}
	usual, _ := s.Usual(a.Dir)
	base, known := s.Fit(wording.First(t.name, usual))
	if f.ImportFile != "" {
		base, known = profile.Profile{}, false // an imported file leaves nothing open
	}
	if acc.Method = m; m == "" {
		acc.Method = t.usualMethod(base)
	}
	again := false
	if t.at, again = t.place(acc.Method, base, known); !again && !acc.Method.Password() {
		if err := t.Flags.Or(t.Vars).Half(t.Clear); err != nil {
			return nil, err
		}
	}
	if t.at.App == "" && !acc.Method.Password() {
		if err := a.askApp(t, m); err != nil {
			return nil, err
		}
	}
	switch {
	case t.named:
	case again:
		t.name = usual
	default:
		t.name = profile.NameFor(t.at)
	}
	acc.Profile, acc.Key = t.name, t.name
	a.Again, a.InUse = acc.Again(), t.name
	a.TellUnfit(s)
	return t, a.takeStored(acc, t, f)
}

// takeStored finds out what of the stored login serves the new one.
func (a *Conversation) takeStored(acc *profile.Account, t *target, f *Options) error {
	saved, known := acc.Settings.Fit(t.name)
	t.saved, t.old = saved, saved.Lineage()
	if err := a.ReadStored(acc); err != nil {
		return err
	}
	if moved := (*profile.MovedProfile)(nil); errors.As(acc.Damaged, &moved) {
		t.old = moved.Was
	}
	if others := (*profile.OtherUser)(nil); errors.As(acc.Damaged, &others) {
		t.others = true
	}
	if !known {
		if err := a.takeUnknown(acc, t, acc.Method == profile.ByJWT && f.JWTFile == ""); err != nil {
			return err
		}
	}
	t.same = known && acc.Damaged == nil && t.at == t.old && f.ImportFile == ""
	if !t.same {
		acc.Stored = &profile.Secrets{}
	}
	return nil
}

// takeUnknown finds out whether the store has a login under this name of which config.toml knows nothing: that of another
// machine that shares the store, or what a config.toml that is gone has left.
func (a *Conversation) takeUnknown(acc *profile.Account, t *target, byVariable bool) error {
	stored, _, err := a.ReadSecrets(acc.Store, t.name)
	if err != nil || stored == nil || stored.Lineage() == (profile.Lineage{}) || stored.Lineage() == t.at && byVariable && t.JWT != "" && stored.JWT == t.JWT {
		return err
	}
	t.old, t.others = stored.Lineage(), true
	return nil
}

// usualMethod is how to log in when no flag says it.
func (t *target) usualMethod(base profile.Profile) profile.Method {
	at, _ := t.place(base.Method.Or(profile.ByJWT), base, true)
	switch {
	case t.JWT != "":
		return profile.ByJWT
	case t.User != "" && t.Vars.App == "" && t.Flags.App == "":
		return profile.ByDirect
	case base.Method.Password() && (t.Vars.App != "" || t.Flags.App != ""):
		return profile.ByBrowser
	case base != profile.Profile{} && at == base.Lineage():
		return base.Method.Or(profile.ByJWT)
	}
	return profile.ByBrowser
}

// place is where the login is made, and whether that is where the stored profile was logged in to. It says so only if
// flags and variables name no account, and nothing that contradicts it. The app may be left open.
func (t *target) place(m profile.Method, base profile.Profile, known bool) (at profile.Lineage, again bool) {
	want, stored := t.Flags.Or(t.Vars), base.Lineage()
	if m.Password() {
		want = profile.Lineage{RingCX: want.RingCX}
		if known && base.Method == m && t.User == "" && !t.File && want.Agrees(stored) {
			return stored, true
		}
		return want.Or(profile.Lineage{RingCX: profile.Production.RingCX}), false
	}
	if known && !base.Method.Password() && t.Vars.App == "" && t.JWT == "" && !t.File && want.Agrees(stored) {
		return stored, true
	}
	return want.Or(profile.Production), false
}

// save enters the login. One that named no profile becomes the default, if nobody has chosen another.
func (t *target) save(s *profile.Settings, p profile.Profile) {
	if !t.named {
		_, there := s.Profiles[wording.First(s.Default, profile.Default)]
		switch {
		case !t.at.Loopback() && s.OfSandbox(s.Default), !there && t.name != wording.First(s.Default, profile.Default):
			s.Default = t.name
		}
	}
	if s.Profiles == nil {
		s.Profiles = make(map[string]profile.Profile)
	}
	if was := s.Profiles[t.name]; was.User == p.User && was.Lineage() == p.Lineage() {
		p.Account = was.Account // another login may not have it, or mean another by it
	}
	s.Profiles[t.name] = p
}

// mayReplace asks before a login of another app or at other servers is replaced.
func (a *Conversation) mayReplace(t *target, replace bool) error {
	switch {
	case t.others: // whoever they are
	case t.saved == (profile.Profile{}), t.at == t.old:
		return nil
	}
	if t.name == profile.Sandbox && t.old.Loopback() && t.at.Loopback() {
		return nil
	}
	whose := "Profile %s is a login of %s."
	if t.others {
		whose = "The store has a login as %s that config.toml does not know, of %s."
	}
	a.Inform(whose+" This login, of %s, replaces it; the session there is not ended.\n", t.name, t.old, t.at)
	if replace {
		return nil
	}
	if a.CanAsk() {
		answer, err := a.AskMaybe("Replace it? (y or Enter for no)")
		if err != nil {
			return err
		}
		if slices.Contains([]string{"y", "yes"}, strings.ToLower(answer)) {
			return nil
		}
	}
	return usage.New(fmt.Sprintf("profile %s was left as it is", t.name), "give --profile NAME to keep both logins, or --replace")
}

// tellServers names servers that are not production, before anything is sent to them.
func (a *Conversation) tellServers(t *target) {
	newest := profile.Lineage{App: "", RingCentral: t.at.RingCentral, RingCX: t.at.RingCX}.Agrees(profile.Production)
	if t.told || newest {
		return
	}
	t.told = true
	servers := slices.Compact(slices.DeleteFunc([]string{t.at.RingCentral, t.at.RingCX}, func(s string) bool { return s == "" }))
	if where := strings.Join(servers, " and "); t.at.Production() {
		a.Inform("Logging in at %s.\n", where)
	} else {
		a.Inform("Logging in at %s, not at the vendor's production servers.\n", where)
	}
}

// tellOfOthers says that what was stored is not what commands here use.
func (a *Conversation) tellOfOthers(acc *profile.Account, t *target) error {
	if a.Profile != "" || t.File {
		return nil // it has to be named again, and that is known
	}
	later := t.Given
	later.Flags = profile.Lineage{}
	c, err := acc.Settings.Choose(later, a.Dir, a.LoggedInWith, a.IsUser)
	var other *profile.NotStored
	switch {
	case errors.As(err, &other):
		a.Inform("But commands here do not use this login: %s. Use --profile %s.\n", other.Text, t.name)
	case err != nil: // the login is stored all the same
	case c.Profile == "":
		a.Inform("But commands here use the credentials of %s: unset RC_USER_JWT, or use --profile %s.\n", c.Source, t.name)
	case c.Profile != t.name:
		a.Inform("But commands here use profile %s (%s): use --profile %s for this login.\n", c.Profile, c.Source, t.name)
	}
	if usual, why := acc.Settings.Usual(a.Dir); !t.named && usual != t.name && c.Profile == t.name {
		a.Inform("Where no variables say which, profile %s is used (%s): 'ringcx profile use %s' chooses this login.\n", usual, why, t.name)
	}
	return nil
}
