package cli

import (
	"io"
	"net/url"
	"time"

	"github.com/ringcx-go/ringcx"
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
func Visit(env *Env, servers ringcx.Endpoint) (problems, notes []string) {
	f := &facts{now: time.Now(), resolved: true, known: true, profile: "default", servers: servers}
	(&app{Env: env}).visit(f)
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
	ParseSettings = parseSettings
	SystemBrowser = systemBrowser
	ParseKey      = parseKey
	ParseEnv      = parseEnv
	ExportLines   = exportLines
	ShellWord     = shellWord
)

// NamespaceAddress is what is believed of an answer of a sandbox at base; "" if nothing.
func NamespaceAddress(base, answer, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return namespaceAddress(u, answer, name)
}

// Printable is a value as it is shown.
var Printable = printable

// Terminal writes to w as to a terminal; end is called behind the last Write.
func Terminal(w io.Writer) (terminal io.Writer, end func()) {
	t := &terminalWriter{w: w}
	return t, t.end
}

// Trusted is the way past a terminal's writer.
var Trusted = trusted
