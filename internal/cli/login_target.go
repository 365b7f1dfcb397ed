package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// loginTarget is what a login is for: a profile, an app and its servers.
type loginTarget struct {
	given
	name   string  // of the profile
	named  bool    // by a flag, a variable or a directory
	at     lineage // where the login is made; complete
	saved  profile // the profile as it is stored; zero: it is not
	old    lineage // what it was a login of
	others bool    // the store has a login under that name which config.toml does not know
	same   bool    // what is stored is of the same app and servers, and serves
	asked  bool    // a person has typed the client ID
	told   bool    // the servers were named
}

// settle finds out how to log in, to which app and servers, and to which profile: as the command line says, else as the
// variables of one place say, else as the profile was logged in to before.
func (a *app) settle(acc *account, m method, f *loginFlags) (*loginTarget, error) {
	s := acc.settings
	t := &loginTarget{given: a.given()}
	if err := t.namesAny(); err != nil {
		return nil, err
	}
	if t.profile == "" {
		_, t.name = s.rule(a.Dir)
	} else {
		t.name = t.profile
	}
	if t.named = t.name != ""; t.named {
		if err := checkProfileName(t.name); err != nil {
			return nil, err
		}
	}
	usual, _ := s.usual(a.Dir)
	base, known := s.fit(wording.First(t.name, usual))
	if f.importFile != "" {
		base, known = profile{}, false // an imported file leaves nothing open
	}
	if acc.method = m; m == "" {
		acc.method = t.usualMethod(base)
	}
	again := false
	if t.at, again = t.place(acc.method, base, known); !again && !acc.method.password() {
		if err := t.flags.or(t.vars).half(t.clear); err != nil {
			return nil, err
		}
	}
	if t.at.app == "" && !acc.method.password() {
		if err := a.askApp(t, m); err != nil {
			return nil, err
		}
	}
	switch {
	case t.named:
	case again:
		t.name = usual
	default:
		t.name = profileFor(t.at)
	}
	acc.profile, acc.key = t.name, t.name
	a.again, a.inUse = acc.again(), t.name
	a.tellUnfit(s)
	return t, a.takeStored(acc, t, f)
}

// takeStored finds out what of the stored login serves the new one.
func (a *app) takeStored(acc *account, t *loginTarget, f *loginFlags) error {
	saved, known := acc.settings.fit(t.name)
	t.saved, t.old = saved, saved.lineage()
	if err := a.readStored(acc); err != nil {
		return err
	}
	if moved := (*movedProfile)(nil); errors.As(acc.damaged, &moved) {
		t.old = moved.was
	}
	if others := (*otherUser)(nil); errors.As(acc.damaged, &others) {
		t.others = true
	}
	if !known {
		if err := a.takeUnknown(acc, t, acc.method == byJWT && f.jwtFile == ""); err != nil {
			return err
		}
	}
	t.same = known && acc.damaged == nil && t.at == t.old && f.importFile == ""
	if !t.same {
		acc.stored = &secrets{}
	}
	return nil
}

// takeUnknown finds out whether the store has a login under this name of which config.toml knows nothing: that of another
// machine that shares the store, or what a config.toml that is gone has left.
func (a *app) takeUnknown(acc *account, t *loginTarget, byVariable bool) error {
	stored, _, err := a.readSecrets(acc.store, t.name)
	if err != nil || stored == nil || stored.lineage() == (lineage{}) || stored.lineage() == t.at && byVariable && t.jwt != "" && stored.JWT == t.jwt {
		return err
	}
	t.old, t.others = stored.lineage(), true
	return nil
}

// usualMethod is how to log in when no flag says it.
func (t *loginTarget) usualMethod(base profile) method {
	at, _ := t.place(base.Method.or(byJWT), base, true)
	switch {
	case t.jwt != "":
		return byJWT
	case t.user != "" && t.vars.app == "" && t.flags.app == "":
		return byDirect
	case base.Method.password() && (t.vars.app != "" || t.flags.app != ""):
		return byBrowser
	case base != profile{} && at == base.lineage():
		return base.Method.or(byJWT)
	}
	return byBrowser
}

// place is where the login is made, and whether that is where the stored profile was logged in to. It says so only if
// flags and variables name no account, and nothing that contradicts it. The app may be left open.
func (t *loginTarget) place(m method, base profile, known bool) (at lineage, again bool) {
	want, stored := t.flags.or(t.vars), base.lineage()
	if m.password() {
		want = lineage{ringCX: want.ringCX}
		if known && base.Method == m && t.user == "" && !t.file && want.agrees(stored) {
			return stored, true
		}
		return want.or(lineage{ringCX: production.ringCX}), false
	}
	if known && !base.Method.password() && t.vars.app == "" && t.jwt == "" && !t.file && want.agrees(stored) {
		return stored, true
	}
	return want.or(production), false
}

// askApp asks for the client ID.
func (a *app) askApp(t *loginTarget, named method) (err error) {
	if !a.CanAsk() && named != byBrowser && wording.First(t.jwt, t.secret) == "" {
		return usage.New("there is no client ID", usage.LoginHint)
	}
	if !a.CanAsk() {
		return usage.New("there is no client ID", "set RC_APP_CLIENT_ID to the client ID of the app, as its Credentials tab in the Developer Portal shows it")
	}
	t.asked = true
	t.at.app, err = a.Ask("Client ID of the app, as its Credentials tab in the Developer Portal shows it")
	return err
}

// profileFor is the profile of a login that names none: sandboxes on this machine have one of their own, so that they and
// production do not replace each other.
func profileFor(at lineage) string {
	if at.loopback() {
		return sandboxProfile
	}
	return defaultProfile
}

// ofSandbox tells whether a profile is a login at a sandbox on this machine.
func (s *settings) ofSandbox(name string) bool {
	p, known := s.Profiles[name]
	return known && p.lineage().loopback() || !known && name == sandboxProfile
}

// save enters the login. One that named no profile becomes the default, if nobody has chosen another.
func (t *loginTarget) save(s *settings, p profile) {
	if !t.named {
		_, there := s.Profiles[wording.First(s.Default, defaultProfile)]
		switch {
		case !t.at.loopback() && s.ofSandbox(s.Default), !there && t.name != wording.First(s.Default, defaultProfile):
			s.Default = t.name
		}
	}
	if s.Profiles == nil {
		s.Profiles = make(map[string]profile)
	}
	s.Profiles[t.name] = p
}

// mayReplace asks before a login of another app or at other servers is replaced.
func (a *app) mayReplace(t *loginTarget, replace bool) error {
	switch {
	case t.others: // whoever they are
	case t.saved == (profile{}), t.at == t.old:
		return nil
	}
	if t.name == sandboxProfile && t.old.loopback() && t.at.loopback() {
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
func (a *app) tellServers(t *loginTarget) {
	newest := lineage{"", t.at.ringCentral, t.at.ringCX}.agrees(production)
	if t.told || newest {
		return
	}
	t.told = true
	servers := slices.Compact(slices.DeleteFunc([]string{t.at.ringCentral, t.at.ringCX}, func(s string) bool { return s == "" }))
	if where := strings.Join(servers, " and "); t.at.production() {
		a.Inform("Logging in at %s.\n", where)
	} else {
		a.Inform("Logging in at %s, not at the vendor's production servers.\n", where)
	}
}

// tellOfOthers says that what was stored is not what commands here use.
func (a *app) tellOfOthers(acc *account, t *loginTarget) error {
	if a.profile != "" || t.file {
		return nil // it has to be named again, and that is known
	}
	later := t.given
	later.flags = lineage{}
	c, err := acc.settings.choose(later, a.Dir, a.loggedInWith, a.isUser)
	var other *notStored
	switch {
	case errors.As(err, &other):
		a.Inform("But commands here do not use this login: %s. Use --profile %s.\n", other.text, t.name)
	case err != nil: // the login is stored all the same
	case c.profile == "":
		a.Inform("But commands here use the credentials of %s: unset RC_USER_JWT, or use --profile %s.\n", c.source, t.name)
	case c.profile != t.name:
		a.Inform("But commands here use profile %s (%s): use --profile %s for this login.\n", c.profile, c.source, t.name)
	}
	if usual, why := acc.settings.usual(a.Dir); !t.named && usual != t.name && c.profile == t.name {
		a.Inform("Where no variables say which, profile %s is used (%s): 'ringcx profile use %s' chooses this login.\n", usual, why, t.name)
	}
	return nil
}
