package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// An account comes whole from one place: a profile that is named, else the flags and variables with their own servers,
// else the profile of the directory or the default one. Nothing of one is mixed with anything of another.

// Given is what a command was told of an account.
type Given struct {
	Profile, By string  // the profile that is named, and by what; "": none is
	Flags       Lineage // as flags say it, "" where they do not
	Vars        Lineage // as variables say it
	Secret      string  // of the app that vars names
	JWT, User   string  // variables; "": none
	Broker      string  // the address of a broker; "": none
	platform    string  // of that user; "": it is not said
	From        string  // the place the variables are from: the environment or a file
	File        bool    // it is a file
	Clear       string  // host that is reached without TLS; "": none
	both        bool    // the environment names a profile beside that file
}

// Given reads flags and variables.
func (a *Accounts) Given() Given {
	g := Given{
		Profile: a.Profile, By: "--profile", From: "the environment", File: a.AccountFile != "",
		Flags: NewLineage(env.Pasted(a.ClientID), env.Pasted(a.ServerURL), env.Pasted(a.RingCXURL)),
		User:  a.Variable("RINGCX_USERNAME"), Broker: a.Variable("RINGCX_BROKER"), platform: a.Variable("RINGCX_PLATFORM_ID"), Clear: a.Variable("RINGCX_ALLOW_HTTP"),
	}
	id, secret, jwt := a.appVariables()
	g.Vars, g.Secret, g.JWT = NewLineage(id, a.Variable("RC_SERVER_URL"), a.Variable("RINGCX_SERVER_URL")), secret, jwt
	if g.File {
		g.From = a.AccountFile
	}
	if g.Profile == "" {
		g.Profile, g.By = a.Variable("RINGCX_PROFILE"), "RINGCX_PROFILE"
		if g.both = g.File && g.Profile != a.fileProfile; g.File && !g.both {
			g.By += " in " + g.From
		}
	}
	if g.Profile == "" {
		g.By = ""
	}
	return g
}

// appVariables are app, secret and JWT, each under one of its two names. Where the two say different things they are two
// accounts, and the names of the Developer Portal's samples count for all three.
func (a *Accounts) appVariables() (id, secret, jwt string) {
	portal := [3]string{a.Variable("RC_APP_CLIENT_ID"), a.Variable("RC_APP_CLIENT_SECRET"), env.PastedJWT(a.Variable("RC_USER_JWT"))}
	pages := [3]string{a.Variable("RC_CLIENT_ID"), a.Variable("RC_CLIENT_SECRET"), env.PastedJWT(a.Variable("RC_JWT"))}
	for i := range portal {
		if portal[i] != "" && pages[i] != "" && portal[i] != pages[i] {
			return portal[0], portal[1], portal[2]
		}
	}
	return wording.First(portal[0], pages[0]), wording.First(portal[1], pages[1]), wording.First(portal[2], pages[2])
}

// AppSecret is the client secret of the variables. It belongs to the app that they name, and goes with no other.
func (g Given) AppSecret() string {
	app := wording.First(g.Flags.App, g.Vars.App)
	if app == "" || g.Vars.App != "" && g.Vars.App != app {
		return ""
	}
	return g.Secret
}

// Choice is where an account comes from.
type Choice struct {
	Profile string // that is stored; "": the account is the one that flags and variables give
	Source  string // in words
	Own     bool   // it is the account that flags and variables give, also if that is a profile
	Note    string // what must not happen in silence; "": nothing
}

// Choose finds the account that g stands for among those that are stored. holds tells whether a profile was logged in to
// with a JWT, isUser whether it is a login of the user of RingCX itself whom g names.
func (s *Settings) Choose(g Given, dir string, holds func(profile, jwt string) (bool, error), isUser func(profile string, g Given) (bool, error)) (Choice, error) {
	usual, why := s.Usual(dir)
	switch {
	case g.Profile != "":
		return s.named(g)
	case g.JWT != "" && g.Flags.App == "" && g.Vars.App == "":
		return Choice{}, usage.New(
			fmt.Sprintf("RC_USER_JWT is set in %s, but not the app that it is for", g.From),
			"set RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET too, or unset RC_USER_JWT; --profile NAME uses a stored login whatever is set",
		)
	case g.JWT != "":
		return s.byCredentials(g, usual, holds)
	case g.Flags.App != "" || g.Vars.App != "":
		return s.byApp(g, usual)
	case g.User != "":
		return s.byUser(g, usual, isUser)
	}
	return s.byServers(g, usual, why)
}

// Usual is the profile that is used when nothing says which: that of the directory, else the default.
func (s *Settings) Usual(dir string) (name, why string) {
	if at, name := s.Rule(dir); name != "" {
		return name, "the directory " + at
	}
	return wording.First(s.Default, Default), theDefault
}

const theDefault = "the default"

// Profiles of logins that name none.
const (
	Default = "default"
	Sandbox = "sandbox" // of logins at a server of this machine, where none is named
)

// named is the profile of that name, as it is stored. Variables do not matter, flags have to agree.
func (s *Settings) named(g Given) (Choice, error) {
	p, known := s.Fit(g.Profile)
	switch unfit := s.Unfit[g.Profile]; {
	case unfit != nil:
		return Choice{}, unfit
	case !known:
		return Choice{}, s.missing(g.Profile, g.By)
	}
	if !g.Flags.Agrees(p.Lineage()) {
		return Choice{}, p.Differs(g.Profile, g.Flags, "leave out --client-id, --server-url and --ringcx-server-url to use that login, or log in there under another name")
	}
	return Choice{Profile: g.Profile, Source: g.By}, nil
}

// byCredentials is an account that flags and variables give whole. If it is that of a stored profile, it is the profile.
func (s *Settings) byCredentials(g Given, usual string, holds func(profile, jwt string) (bool, error)) (Choice, error) {
	if err := g.Flags.Or(g.Vars).Half(g.Clear); err != nil {
		return Choice{}, err
	}
	want := g.Flags.Or(g.Vars).Or(Production)
	for _, name := range s.all(usual) {
		p := s.Profiles[name]
		if p.Lineage() != want || p.Method.Or(ByJWT) != ByJWT {
			continue
		}
		if same, err := holds(name, g.JWT); err != nil {
			return Choice{}, err
		} else if same {
			return Choice{Profile: name, Source: g.From + ", with the credentials of this profile", Own: true}, nil
		}
	}
	return Choice{Source: g.From, Own: true}, nil
}

// byApp is the stored profile of an app that is named without a credential.
func (s *Settings) byApp(g Given, usual string) (Choice, error) {
	want := g.Flags.Or(g.Vars).Or(Production)
	var found []string
	for _, name := range s.all(usual) {
		if s.Profiles[name].Lineage() == want {
			found = append(found, name)
		}
	}
	source := "the app in " + g.From
	if g.Flags.App != "" {
		source = "--client-id"
	}
	switch {
	case len(found) == 1 || len(found) > 1 && found[0] == usual:
		return Choice{Profile: found[0], Source: source}, nil
	case len(found) > 1:
		return Choice{}, &NotStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins of %s: %s", len(found), want, strings.Join(found, ", ")), "choose one of them with --profile",
		}
	}
	if p, known := s.Fit(usual); known {
		return Choice{}, p.Differs(usual, want, UnsetOrLogin)
	}
	return Choice{}, &NotStored{
		"not-logged-in", fmt.Sprintf("nobody has logged in to %s", want), "log in there with 'ringcx login', or set RC_USER_JWT too; an app without RC_SERVER_URL is one of production",
	}
}

// byUser is the stored login of a user of RingCX itself who is named.
func (s *Settings) byUser(g Given, usual string, isUser func(profile string, g Given) (bool, error)) (Choice, error) {
	at := wording.First(g.Flags.Or(g.Vars).RingCX, Production.RingCX)
	var found []string
	for _, name := range s.all(usual) {
		if p := s.Profiles[name]; !p.Method.Password() || p.Lineage().RingCX != at {
			continue
		}
		if same, err := isUser(name, g); err != nil {
			return Choice{}, err
		} else if same {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 0:
		return Choice{}, &NotStored{
			"profile-elsewhere", fmt.Sprintf("the user in RINGCX_USERNAME has not logged in to RingCX at %s", at),
			"log in with 'ringcx login --direct', or unset RINGCX_USERNAME to use another login",
		}
	case len(found) > 1 && found[0] != usual:
		return Choice{}, &NotStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins of the user in RINGCX_USERNAME: %s", len(found), strings.Join(found, ", ")),
			"choose one of them with --profile",
		}
	}
	return Choice{Profile: found[0], Source: "the user in " + g.From}, nil
}

// UnsetOrLogin is what to do where variables name another app or other servers than a profile has.
const UnsetOrLogin = "unset RC_SERVER_URL, RINGCX_SERVER_URL and RC_APP_CLIENT_ID to use that login, or log in there too: ringcx login --profile NAME"

// byServers is the usual profile, unless servers are given that are not its own: then it is the only one that has those.
func (s *Settings) byServers(g Given, usual, why string) (Choice, error) {
	want := g.Flags.Or(g.Vars)
	p, known := s.Fit(usual)
	if known && p.at(want) {
		return Choice{Profile: usual, Source: why}, nil
	}
	var found []string
	for _, name := range s.all(usual) {
		if want != (Lineage{}) && s.Profiles[name].at(want) {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 1:
		return Choice{
			Profile: found[0], Source: "the servers in " + g.From,
			Note: fmt.Sprintf("profile %s is used, the only login at the servers that are set; %s is %s", found[0], why, wording.Clip(usual)),
		}, nil
	case len(found) > 1:
		return Choice{}, &NotStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins at the servers that are set: %s", len(found), strings.Join(found, ", ")), "choose one of them with --profile",
		}
	case s.Unfit[usual] != nil:
		return Choice{}, s.Unfit[usual]
	case known:
		return Choice{}, p.Differs(usual, want, UnsetOrLogin)
	case len(s.Profiles) > 0:
		return Choice{}, s.missing(usual, why)
	}
	return Choice{}, &NotStored{"not-logged-in", "nobody has logged in yet", ""}
}

// at tells whether a profile is a login at the servers that are given. One at RingCX itself has no other.
func (p Profile) at(want Lineage) bool {
	own := p.Lineage()
	if p.Method.Password() {
		return want == (Lineage{}) || want.RingCX == own.RingCX
	}
	return want.Agrees(own)
}

// all are the names of the profiles that can be used, the usual one first.
func (s *Settings) all(usual string) []string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Profiles)), func(name string) bool { return s.Unfit[name] != nil })
	if i := slices.Index(names, usual); i > 0 {
		names = append([]string{usual}, slices.Delete(names, i, i+1)...)
	}
	return names
}

// NotStored is an account that nobody has logged in to. The ID is the doctor's word for it.
type NotStored struct{ ID, Text, Remedy string }

// Error says that a login is required, and whose.
func (e *NotStored) Error() string { return fmt.Sprintf("%s: %s", ringcx.ErrLoginRequired, e.Text) }

// Unwrap is ringcx.ErrLoginRequired.
func (e *NotStored) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells the ways out.
func (e *NotStored) Hint() string {
	return wording.First(e.Remedy, usage.LoginHint)
}

// missing says that a profile that is asked for is not there.
func (s *Settings) missing(name, by string) error {
	hint := "log in: ringcx login --profile " + name
	if broken := BrokenName(name); broken != "" {
		hint = "no profile can have that name, as " + broken + "; log in: ringcx login --profile NAME"
	}
	if len(s.Profiles) > 0 {
		hint = "choose one of those with --profile or 'ringcx profile use', or " + hint
	}
	text := s.NoProfile(name)
	if by != theDefault {
		text += ", which " + by + " names"
	}
	return &NotStored{"profile-missing", text, hint}
}

// NoProfile says that there is no such profile, and which there are.
func (s *Settings) NoProfile(name string) string {
	if len(s.Profiles) == 0 {
		return fmt.Sprintf("there is no profile %q, nor any other", wording.Clip(name))
	}
	return fmt.Sprintf("there is no profile %q (there is %s)", wording.Clip(name), strings.Join(s.nearest(name), ", "))
}

// nearest are the names of the profiles, at most eight, those most like name first.
func (s *Settings) nearest(name string) []string {
	names := slices.Sorted(maps.Keys(s.Profiles))
	slices.SortStableFunc(names, func(a, b string) int { return wording.Distance(name, a) - wording.Distance(name, b) })
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return names
}

// Differs says in what a profile is not the one that is wanted.
func (p Profile) Differs(name string, want Lineage, hint string) error {
	own := p.Lineage()
	text := ""
	switch {
	case p.Method.Password() && (want.App != "" || want.RingCX == ""):
		text = fmt.Sprintf("profile %q is a login to RingCX itself, without an app and a RingCentral server", name)
	case want.App != "" && want.App != own.App:
		text = fmt.Sprintf("profile %q is a login of app %s, not of app %s", name, wording.Clip(own.App), wording.Clip(want.App))
	case want.RingCentral != "" && want.RingCentral != own.RingCentral && !p.Method.Password():
		text = fmt.Sprintf("profile %q is a login at %s, not at %s", name, own.RingCentral, want.RingCentral)
	default:
		text = fmt.Sprintf("profile %q is a login for %s, not for %s", name, own.RingCX, want.RingCX)
	}
	return &NotStored{"profile-elsewhere", text, hint}
}

// Unused are the variables of an account that is not the one that is used.
func (g Given) Unused(acc *Account) (names []string) {
	if acc.Profile == "" {
		return nil
	}
	own := acc.Config.Endpoint.Canonical()
	for _, v := range []struct{ name, given, used string }{
		{"RC_APP_CLIENT_ID", g.Vars.App, acc.Config.ClientID},
		{"RC_SERVER_URL", g.Vars.RingCentral, own.RingCentral},
		{"RINGCX_SERVER_URL", g.Vars.RingCX, own.RingCX},
		{"RC_USER_JWT", g.JWT, acc.JWT},
		{"RINGCX_USERNAME", g.User, acc.Stored.Username},
	} {
		if v.given != "" && v.given != v.used {
			names = append(names, v.name)
		}
	}
	return names
}

// NameFor is the profile of a login that names none: sandboxes on this machine have one of their own, so that they and
// production do not replace each other.
func NameFor(at Lineage) string {
	if at.Loopback() {
		return Sandbox
	}
	return Default
}

// OfSandbox tells whether a profile is a login at a sandbox on this machine.
func (s *Settings) OfSandbox(name string) bool {
	p, known := s.Profiles[name]
	return known && p.Lineage().Loopback() || !known && name == Sandbox
}

// Used is the profile that commands here use, "" if none, and why.
func (a *Accounts) Used(s *Settings) (name, why string) {
	if a.Store == nil {
		if _, err := a.OpenStore(); err != nil {
			return s.Usual(a.Dir)
		}
	}
	g := a.Given()
	if g.UsesBroker() {
		return "", "RINGCX_BROKER"
	}
	c, err := s.Choose(g, a.Dir, a.LoggedInWith, a.IsUser)
	switch {
	case err == nil:
		return c.Profile, c.Source
	case g.Profile != "":
		return g.Profile, g.By
	}
	return s.Usual(a.Dir)
}
