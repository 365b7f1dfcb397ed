package doctor

import (
	"net/http"
	"net/url"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/timeout"
)

// What the tests of the doctor see of it: facts of their own, and the names of what is found in them.

// Seen are the doctor's.
type Seen struct {
	Servers ringcx.Endpoint
	JWT     string
	Status  *ringcx.Status
	Dir     string // in which nothing can be written, because of Err
	Err     error
	Skew    time.Duration
}

// Judged judges facts of a profile that is there, and returns what is found by its name, problems and notes apart.
func Judged(in Seen) (problems, notes []string) {
	f := &Facts{
		now: time.Now(), known: true, profile: "default", profiles: []string{"default"}, resolved: true, clientID: "app", secret: true,
		servers: in.Servers, jwt: in.JWT, status: in.Status,
	}
	if in.Skew != 0 {
		f.contacts = []contact{{name: "RingCentral", answer: speaksPlatform, status: 200, dated: true, skew: in.Skew}}
	}
	if in.Dir != "" {
		f.files = []fileFact{{path: in.Dir, dir: true, writable: in.Err}}
	}
	return named(Diagnose(f))
}

// Visit asks the servers with a client, and returns what is found.
func Visit(env *env.Env, servers ringcx.Endpoint) (problems, notes []string) {
	f := &Facts{now: time.Now(), resolved: true, known: true, profile: "default", servers: servers}
	to := tell.New(env)
	base := &ringcx.Transport{}
	if env.HTTPClient != nil {
		base.Base = env.HTTPClient.Transport
	}
	transport := &timeout.Transport{Base: base, Silence: timeout.Silence, Tell: to}
	accounts := &profile.Accounts{Env: env, Teller: to, NewClient: func() *http.Client { return &http.Client{Transport: transport} }}
	(&gatherer{accounts}).visit(f)
	return named(Diagnose(f))
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

func named(found []Finding) (problems, notes []string) {
	for _, f := range found {
		switch f.Level {
		case LevelProblem:
			problems = append(problems, f.ID)
		case LevelNote:
			notes = append(notes, f.ID)
		}
	}
	return problems, notes
}
