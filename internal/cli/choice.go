package cli

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

// given is what a command was told of an account.
type given struct {
	profile, by string  // the profile that is named, and by what; "": none is
	flags       lineage // as flags say it, "" where they do not
	vars        lineage // as variables say it
	secret      string  // of the app that vars names
	jwt, user   string  // variables; "": none
	platform    string  // of that user; "": it is not said
	from        string  // the place the variables are from: the environment or a file
	file        bool    // it is a file
	clear       string  // host that is reached without TLS; "": none
	both        bool    // the environment names a profile beside that file
}

// given reads flags and variables.
func (a *app) given() given {
	g := given{
		profile: a.profile, by: "--profile", from: "the environment", file: a.accountFile != "",
		flags: newLineage(env.Pasted(a.clientID), env.Pasted(a.serverURL), env.Pasted(a.cxURL)),
		user:  a.variable("RINGCX_USERNAME"), platform: a.variable("RINGCX_PLATFORM_ID"), clear: a.variable("RINGCX_ALLOW_HTTP"),
	}
	id, secret, jwt := a.appVariables()
	g.vars, g.secret, g.jwt = newLineage(id, a.variable("RC_SERVER_URL"), a.variable("RINGCX_SERVER_URL")), secret, jwt
	if g.file {
		g.from = a.accountFile
	}
	if g.profile == "" {
		g.profile, g.by = a.variable("RINGCX_PROFILE"), "RINGCX_PROFILE"
		if g.both = g.file && g.profile != a.fileProfile; g.file && !g.both {
			g.by += " in " + g.from
		}
	}
	if g.profile == "" {
		g.by = ""
	}
	return g
}

// appVariables are app, secret and JWT, each under one of its two names. Where the two say different things they are two
// accounts, and the names of the Developer Portal's samples count for all three.
func (a *app) appVariables() (id, secret, jwt string) {
	portal := [3]string{a.variable("RC_APP_CLIENT_ID"), a.variable("RC_APP_CLIENT_SECRET"), env.PastedJWT(a.variable("RC_USER_JWT"))}
	pages := [3]string{a.variable("RC_CLIENT_ID"), a.variable("RC_CLIENT_SECRET"), env.PastedJWT(a.variable("RC_JWT"))}
	for i := range portal {
		if portal[i] != "" && pages[i] != "" && portal[i] != pages[i] {
			return portal[0], portal[1], portal[2]
		}
	}
	return wording.First(portal[0], pages[0]), wording.First(portal[1], pages[1]), wording.First(portal[2], pages[2])
}

// appSecret is the client secret of the variables. It belongs to the app that they name, and goes with no other.
func (g given) appSecret() string {
	app := wording.First(g.flags.app, g.vars.app)
	if app == "" || g.vars.app != "" && g.vars.app != app {
		return ""
	}
	return g.secret
}

// choice is where an account comes from.
type choice struct {
	profile string // that is stored; "": the account is the one that flags and variables give
	source  string // in words
	own     bool   // it is the account that flags and variables give, also if that is a profile
	note    string // what must not happen in silence; "": nothing
}

// choose finds the account that g stands for among those that are stored. holds tells whether a profile was logged in to
// with a JWT, isUser whether it is a login of the user of RingCX itself whom g names.
func (s *settings) choose(g given, dir string, holds func(profile, jwt string) (bool, error), isUser func(profile string, g given) (bool, error)) (choice, error) {
	usual, why := s.usual(dir)
	switch {
	case g.profile != "":
		return s.named(g)
	case g.jwt != "" && g.flags.app == "" && g.vars.app == "":
		return choice{}, usage.New(
			fmt.Sprintf("RC_USER_JWT is set in %s, but not the app that it is for", g.from),
			"set RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET too, or unset RC_USER_JWT; --profile NAME uses a stored login whatever is set",
		)
	case g.jwt != "":
		return s.byCredentials(g, usual, holds)
	case g.flags.app != "" || g.vars.app != "":
		return s.byApp(g, usual)
	case g.user != "":
		return s.byUser(g, usual, isUser)
	}
	return s.byServers(g, usual, why)
}

// usual is the profile that is used when nothing says which: that of the directory, else the default.
func (s *settings) usual(dir string) (name, why string) {
	if at, name := s.rule(dir); name != "" {
		return name, "the directory " + at
	}
	return wording.First(s.Default, defaultProfile), theDefault
}

const theDefault = "the default"

const (
	defaultProfile = "default"
	sandboxProfile = "sandbox" // of logins at a server of this machine, where none is named
)

// named is the profile of that name, as it is stored. Variables do not matter, flags have to agree.
func (s *settings) named(g given) (choice, error) {
	p, known := s.fit(g.profile)
	switch unfit := s.unfit[g.profile]; {
	case unfit != nil:
		return choice{}, unfit
	case !known:
		return choice{}, s.missing(g.profile, g.by)
	}
	if !g.flags.agrees(p.lineage()) {
		return choice{}, p.differs(g.profile, g.flags, "leave out --client-id, --server-url and --ringcx-server-url to use that login, or log in there under another name")
	}
	return choice{profile: g.profile, source: g.by}, nil
}

// byCredentials is an account that flags and variables give whole. If it is that of a stored profile, it is the profile.
func (s *settings) byCredentials(g given, usual string, holds func(profile, jwt string) (bool, error)) (choice, error) {
	if err := g.flags.or(g.vars).half(g.clear); err != nil {
		return choice{}, err
	}
	want := g.flags.or(g.vars).or(production)
	for _, name := range s.all(usual) {
		p := s.Profiles[name]
		if p.lineage() != want || p.Method.or(byJWT) != byJWT {
			continue
		}
		if same, err := holds(name, g.jwt); err != nil {
			return choice{}, err
		} else if same {
			return choice{profile: name, source: g.from + ", with the credentials of this profile", own: true}, nil
		}
	}
	return choice{source: g.from, own: true}, nil
}

// byApp is the stored profile of an app that is named without a credential.
func (s *settings) byApp(g given, usual string) (choice, error) {
	want := g.flags.or(g.vars).or(production)
	var found []string
	for _, name := range s.all(usual) {
		if s.Profiles[name].lineage() == want {
			found = append(found, name)
		}
	}
	source := "the app in " + g.from
	if g.flags.app != "" {
		source = "--client-id"
	}
	switch {
	case len(found) == 1 || len(found) > 1 && found[0] == usual:
		return choice{profile: found[0], source: source}, nil
	case len(found) > 1:
		return choice{}, &notStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins of %s: %s", len(found), want, strings.Join(found, ", ")), "choose one of them with --profile",
		}
	}
	if p, known := s.fit(usual); known {
		return choice{}, p.differs(usual, want, unsetOrLogin)
	}
	return choice{}, &notStored{
		"not-logged-in", fmt.Sprintf("nobody has logged in to %s", want), "log in there with 'ringcx login', or set RC_USER_JWT too; an app without RC_SERVER_URL is one of production",
	}
}

// byUser is the stored login of a user of RingCX itself who is named.
func (s *settings) byUser(g given, usual string, isUser func(profile string, g given) (bool, error)) (choice, error) {
	at := wording.First(g.flags.or(g.vars).ringCX, production.ringCX)
	var found []string
	for _, name := range s.all(usual) {
		if p := s.Profiles[name]; !p.Method.password() || p.lineage().ringCX != at {
			continue
		}
		if same, err := isUser(name, g); err != nil {
			return choice{}, err
		} else if same {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 0:
		return choice{}, &notStored{
			"profile-elsewhere", fmt.Sprintf("the user in RINGCX_USERNAME has not logged in to RingCX at %s", at),
			"log in with 'ringcx login --direct', or unset RINGCX_USERNAME to use another login",
		}
	case len(found) > 1 && found[0] != usual:
		return choice{}, &notStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins of the user in RINGCX_USERNAME: %s", len(found), strings.Join(found, ", ")),
			"choose one of them with --profile",
		}
	}
	return choice{profile: found[0], source: "the user in " + g.from}, nil
}

const unsetOrLogin = "unset RC_SERVER_URL, RINGCX_SERVER_URL and RC_APP_CLIENT_ID to use that login, or log in there too: ringcx login --profile NAME"

// byServers is the usual profile, unless servers are given that are not its own: then it is the only one that has those.
func (s *settings) byServers(g given, usual, why string) (choice, error) {
	want := g.flags.or(g.vars)
	p, known := s.fit(usual)
	if known && p.at(want) {
		return choice{profile: usual, source: why}, nil
	}
	var found []string
	for _, name := range s.all(usual) {
		if want != (lineage{}) && s.Profiles[name].at(want) {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 1:
		return choice{
			profile: found[0], source: "the servers in " + g.from,
			note: fmt.Sprintf("profile %s is used, the only login at the servers that are set; %s is %s", found[0], why, wording.Clip(usual)),
		}, nil
	case len(found) > 1:
		return choice{}, &notStored{
			"profile-ambiguous", fmt.Sprintf("%d profiles are logins at the servers that are set: %s", len(found), strings.Join(found, ", ")), "choose one of them with --profile",
		}
	case s.unfit[usual] != nil:
		return choice{}, s.unfit[usual]
	case known:
		return choice{}, p.differs(usual, want, unsetOrLogin)
	case len(s.Profiles) > 0:
		return choice{}, s.missing(usual, why)
	}
	return choice{}, &notStored{"not-logged-in", "nobody has logged in yet", ""}
}

// at tells whether a profile is a login at the servers that are given. One at RingCX itself has no other.
func (p profile) at(want lineage) bool {
	own := p.lineage()
	if p.Method.password() {
		return want == (lineage{}) || want.ringCX == own.ringCX
	}
	return want.agrees(own)
}

// all are the names of the profiles that can be used, the usual one first.
func (s *settings) all(usual string) []string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Profiles)), func(name string) bool { return s.unfit[name] != nil })
	if i := slices.Index(names, usual); i > 0 {
		names = append([]string{usual}, slices.Delete(names, i, i+1)...)
	}
	return names
}

// notStored is an account that nobody has logged in to. The id is the doctor's word for it.
type notStored struct{ id, text, hint string }

func (e *notStored) Error() string { return fmt.Sprintf("%s: %s", ringcx.ErrLoginRequired, e.text) }

func (e *notStored) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells the ways out.
func (e *notStored) Hint() string {
	return wording.First(e.hint, usage.LoginHint)
}

// missing says that a profile that is asked for is not there.
func (s *settings) missing(name, by string) error {
	hint := "log in: ringcx login --profile " + name
	if broken := brokenName(name); broken != "" {
		hint = "no profile can have that name, as " + broken + "; log in: ringcx login --profile NAME"
	}
	if len(s.Profiles) > 0 {
		hint = "choose one of those with --profile or 'ringcx profile use', or " + hint
	}
	text := s.noProfile(name)
	if by != theDefault {
		text += ", which " + by + " names"
	}
	return &notStored{"profile-missing", text, hint}
}

// noProfile says that there is no such profile, and which there are.
func (s *settings) noProfile(name string) string {
	if len(s.Profiles) == 0 {
		return fmt.Sprintf("there is no profile %q, nor any other", wording.Clip(name))
	}
	return fmt.Sprintf("there is no profile %q (there is %s)", wording.Clip(name), strings.Join(s.nearest(name), ", "))
}

// nearest are the names of the profiles, at most eight, those most like name first.
func (s *settings) nearest(name string) []string {
	names := slices.Sorted(maps.Keys(s.Profiles))
	slices.SortStableFunc(names, func(a, b string) int { return wording.Distance(name, a) - wording.Distance(name, b) })
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return names
}

// differs says in what a profile is not the one that is wanted.
func (p profile) differs(name string, want lineage, hint string) error {
	own := p.lineage()
	text := ""
	switch {
	case p.Method.password() && (want.app != "" || want.ringCX == ""):
		text = fmt.Sprintf("profile %q is a login to RingCX itself, without an app and a RingCentral server", name)
	case want.app != "" && want.app != own.app:
		text = fmt.Sprintf("profile %q is a login of app %s, not of app %s", name, wording.Clip(own.app), wording.Clip(want.app))
	case want.ringCentral != "" && want.ringCentral != own.ringCentral && !p.Method.password():
		text = fmt.Sprintf("profile %q is a login at %s, not at %s", name, own.ringCentral, want.ringCentral)
	default:
		text = fmt.Sprintf("profile %q is a login for %s, not for %s", name, own.ringCX, want.ringCX)
	}
	return &notStored{"profile-elsewhere", text, hint}
}
