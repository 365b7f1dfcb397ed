package cli

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/timeout"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// What the tests of the doctor see of it: facts of their own, and the names of what is found in them.

// Facts are the doctor's.
type Facts struct {
	Servers ringcx.Endpoint
	JWT     string
	Status  *ringcx.Status
	Dir     string // in which nothing can be written, because of Err
	Err     error
	Skew    time.Duration
}

// Diagnose judges facts of a profile that is there, and returns what is found by its name, problems and notes apart.
func Diagnose(in Facts) (problems, notes []string) {
	f := &facts{
		now: time.Now(), known: true, profile: "default", profiles: []string{"default"}, resolved: true, clientID: "app", secret: true,
		servers: in.Servers, jwt: in.JWT, status: in.Status,
	}
	if in.Skew != 0 {
		f.contacts = []contact{{name: "RingCentral", answer: speaksPlatform, status: 200, dated: true, skew: in.Skew}}
	}
	if in.Dir != "" {
		f.files = []fileFact{{path: in.Dir, dir: true, writable: in.Err}}
	}
	return names(diagnose(f))
}

// Visit asks the servers with a client, and returns what is found.
func Visit(env *env.Env, servers ringcx.Endpoint) (problems, notes []string) {
	f := &facts{now: time.Now(), resolved: true, known: true, profile: "default", servers: servers}
	newApp(env).visit(f)
	return names(diagnose(f))
}

// Misnamed is what is wrong with a server by its name.
func Misnamed(name, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	if f := misnamed(name, u.Hostname()); f != nil {
		return f.ID
	}
	return ""
}

// Limited is a transport with limits of its own.
func Limited(base http.RoundTripper, silence time.Duration, talk io.Writer) http.RoundTripper {
	return &timeout.Transport{Base: base, Silence: silence, Tell: tell.New(&env.Env{Stderr: talk})}
}

func names(found []finding) (problems, notes []string) {
	for _, f := range found {
		switch f.Level {
		case levelProblem:
			problems = append(problems, f.ID)
		case levelNote:
			notes = append(notes, f.ID)
		}
	}
	return problems, notes
}

// WithoutSecrets is an answer of the vendor as people may see it.
var WithoutSecrets = withoutSecrets

// What the tests of this package reach for themselves: parsing and choices that have no command of their own.
var (
	ParseSettings = profile.ParseSettings
	SystemBrowser = systemBrowser
	ParseKey      = profile.ParseKey
	ParseEnv      = profile.ParseEnv
	Pasted        = env.Pasted
	PastedJWT     = env.PastedJWT
)

// Stop is what stops the reader of a form of 'ringcx sandbox env' that arguments ask for.
func Stop(args ...string) string { return formAmong(args).Stop() }

// Entered is a config.toml in which a profile was entered, or taken out if its server is "", and a directory got a rule, or
// lost it if its profile is "". It reports whether that was done where it stood.
func Entered(text, name, server, dir, rule string) (string, bool, error) {
	s, _, err := profile.ParseSettings([]byte(text))
	if err != nil {
		return "", false, err
	}
	was := &profile.Settings{Default: s.Default, Profiles: maps.Clone(s.Profiles), Directories: maps.Clone(s.Directories), Unfit: s.Unfit}
	if s.Profiles == nil {
		s.Profiles = map[string]profile.Profile{}
	}
	if s.Directories == nil {
		s.Directories = map[string]string{}
	}
	s.Profiles[name] = profile.Profile{Method: profile.ByDirect, RingCX: server}
	if server == "" {
		delete(s.Profiles, name)
	}
	if s.Directories[dir] = rule; rule == "" {
		delete(s.Directories, dir)
	}
	out, inPlace := profile.Edited(text, was, s)
	got, _, err := profile.ParseSettings([]byte(out))
	if err == nil && profile.Encoded(got) != profile.Encoded(s) {
		err = fmt.Errorf("it says something else:\n%s", out)
	}
	return out, inPlace, err
}

// BrokenName is the rule that a name of a profile breaks.
var BrokenName = profile.BrokenName

// Unfit says why profiles of a config.toml cannot be used.
func Unfit(text string) (problems []string, err error) {
	s, _, err := profile.ParseSettings([]byte(text))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Unfit)) {
		problems = append(problems, s.Unfit[name].Problem)
	}
	return problems, nil
}

// Said is what flags or variables say of an account, Stored what is kept of a profile.
type Said struct{ ClientID, RingCentral, RingCX string }

// Stored is a profile with its JWT.
type Stored struct{ ClientID, RingCentral, RingCX, JWT string }

// Choose chooses an account, where the default profile is "default".
func Choose(stored map[string]Stored, named string, flags, vars Said, jwt string) (chosen string, own bool, note string, err error) {
	s := &profile.Settings{Profiles: map[string]profileType{}}
	for name, p := range stored {
		s.Profiles[name] = profileType{ClientID: p.ClientID, RingCentral: p.RingCentral, RingCX: p.RingCX}
	}
	g := profile.Given{
		Profile: named, By: "--profile", JWT: jwt, From: "the environment",
		Flags: profile.NewLineage(flags.ClientID, flags.RingCentral, flags.RingCX), Vars: profile.NewLineage(vars.ClientID, vars.RingCentral, vars.RingCX),
	}
	c, err := s.Choose(g, "/", func(name, jwt string) (bool, error) { return stored[name].JWT == jwt, nil }, nil)
	return c.Profile, c.Own, c.Note, err
}

type profileType = profile.Profile

// ProfileFor is the profile of a login at a server that names none, and the default after it.
func ProfileFor(server, byDefault string, stored []string) (name, after string) {
	s := &profile.Settings{Default: byDefault, Profiles: map[string]profileType{}}
	for _, name := range stored {
		p := profileType{ClientID: "x", RingCentral: "https://elsewhere", RingCX: "https://elsewhere"}
		if strings.HasSuffix(name, "box") {
			p.RingCentral, p.RingCX = "http://localhost:2", "http://localhost:2"
		}
		s.Profiles[name] = p
	}
	t := &loginTarget{at: profile.NewLineage("a", server, server)}
	t.name = profile.NameFor(t.at)
	t.save(s, profileType{})
	return t.name, s.Default
}

// ExitCodes are all that the command has.
var ExitCodes = []string{
	strconv.Itoa(exitDone), strconv.Itoa(exitError), strconv.Itoa(exitUsage), strconv.Itoa(exitLoginRequired), strconv.Itoa(exitBusy),
	strconv.Itoa(exitInterrupted), strconv.Itoa(exitUnread), strconv.Itoa(exitTerminated),
}

// Printable is a value as it is shown.
var Printable = wording.Printable

// Terminal writes to w as to a terminal; end is called behind the last Write.
func Terminal(w io.Writer) (to io.Writer, end func()) {
	t := &terminal.Writer{W: w}
	return t, t.End
}

// Trusted is the way past a terminal's writer.
var Trusted = terminal.Trusted

func tree() *cobra.Command {
	root := newApp(&env.Env{Getenv: func(string) string { return "" }}).command()
	root.InitDefaultHelpCmd()
	return root
}

// Understood says why the command does not understand its arguments, nil if it does. Nothing is run.
func Understood(args []string) error {
	root := tree()
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return cmdline.FlagError(cmd, err)
	}
	if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
		return nil
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// Named says whether the arguments are the name of a command, and no more.
func Named(args []string) bool {
	_, rest, err := tree().Find(args)
	return err == nil && len(rest) == 0
}

// Help is what the help of each command says and shows, by the command.
func Help() (says, shows map[string]string) {
	says, shows = map[string]string{}, map[string]string{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		says[cmd.CommandPath()], shows[cmd.CommandPath()] = cmd.Long, cmd.Example
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(tree())
	return says, shows
}

// StoredSecrets is how the secrets of an app and a user are stored.
func StoredSecrets(clientSecret, jwt string) ([]byte, error) {
	return profile.EncodeSecrets(&profile.Secrets{ClientID: "app", RingCentral: "https://a.example", User: "1", ClientSecret: clientSecret, JWT: jwt})
}

// ReadSecrets are those that are stored so.
func ReadSecrets(value []byte) (clientSecret, jwt string, rest any, err error) {
	s, err := profile.DecodeSecrets(value)
	if err != nil {
		return "", "", nil, err
	}
	return s.ClientSecret, s.JWT, *s, nil
}
