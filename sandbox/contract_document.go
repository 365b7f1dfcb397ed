package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// sources are what the lines name by their letters.
var sources = []source{
	{"A", "\"Obtaining a RingCX access token with a RingCentral login\", [the page](https://developers.ringcentral.com/engage/voice/guide/authentication/auth-ringcentral) this project implements, its neighbours and their history in `ringcentral/engage-voice-api-docs`"},
	{"B", "the RingCX API description (OpenAPI) in the same repository"},
	{"C", "the platform's guides on authentication, tokens, errors and rate limits: `ringcentral/ringcentral-api-docs`, `docs/authentication`, `docs/basics`"},
	{"D", "the platform's public API description (OpenAPI)"},
	{"E", "the vendor's own clients: `@ringcentral/sdk`, `ringcentral-extensible`, `ringcentral-engage-voice` for JavaScript and Python, and its browser library for agents"},
	{"F", "recorded answers in public issues and tests, 2017 to 2026"},
	{"G", "measurements of refresh behaviour published by an employee of the vendor (`tylerlong/ringcentral-token-refresh-experiment`, 2020)"},
	{"H", "the vendor's notice in its developer community that limits on authentication are now enforced (2025/26)"},
	{"I", "public programs that talk to RingCX, and what people who run them write (2026)"},
}

type source struct {
	Letter string `json:"letter"`
	Says   string `json:"says"`
}

// contractDocument is the contract with the values in force, for programs.
type contractDocument struct {
	Profile  string        `json:"profile"`
	Profiles []profileView `json:"profiles"`
	Sources  []source      `json:"sources"`
	Lines    []lineView    `json:"lines"`
}

type profileView struct {
	Name   string            `json:"name"`
	Says   string            `json:"says"`
	Values map[string]string `json:"values"`
}

type lineView struct {
	Subject   string       `json:"subject"`
	Says      string       `json:"says"`
	Certainty []string     `json:"certainty"`
	Known     string       `json:"known"` // certainty in words, with what is to be said about it
	Sources   string       `json:"sources,omitempty"`
	Setting   *settingView `json:"setting,omitempty"`
	Fixed     string       `json:"fixed,omitempty"` // why there is no setting
	note      string
}

type settingView struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Possible string   `json:"possible"`
	Choices  []string `json:"choices,omitempty"`
	Default  any      `json:"default"`
	Value    any      `json:"value"`
}

// Changed reports whether the value is not the default.
func (s settingView) Changed() bool { return s.Value != s.Default }

func (s *setting) view(r *rules) *settingView {
	return &settingView{
		Name: s.name, Type: s.kind(), Possible: s.possible, Choices: s.words, Default: s.initial, Value: s.read(r),
	}
}

func (l line) view(subject string, r *rules) lineView {
	out := lineView{
		Subject: subject, Says: l.sentence(r), Certainty: l.certainty.names(), Known: l.known(), Sources: l.sources,
		Fixed: l.fixed, note: l.note,
	}
	if l.setting != nil {
		out.Setting = l.setting.view(r)
	}
	return out
}

// newContractDocument is the contract with the values of r.
func newContractDocument(profile string, r *rules) *contractDocument {
	out := &contractDocument{Profile: profile, Sources: sources}
	for _, p := range profiles {
		values := map[string]string{} // never null
		maps.Copy(values, p.values)
		out.Profiles = append(out.Profiles, profileView{p.name, p.says, values})
	}
	for _, s := range contract {
		for _, l := range s.lines {
			out.Lines = append(out.Lines, l.view(s.title, r))
		}
	}
	return out
}

// spoken is the value in force as part of a sentence.
func (s *setting) spoken(r *rules) string {
	text := fmt.Sprint(s.read(r))
	switch s.kind() {
	case "duration":
		d, _ := time.ParseDuration(text)
		return spokenDuration(d)
	case "text":
		return "`" + text + "`"
	}
	return text
}

// spokenDuration is a duration in the largest unit that gives a whole number.
func spokenDuration(d time.Duration) string {
	for _, unit := range []struct {
		name string
		long time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := d / unit.long; n == 1 && d%unit.long == 0 {
			return "1 " + unit.name
		} else if n > 1 && d%unit.long == 0 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	if d == 0 {
		return "0 seconds"
	}
	return shortDuration(d)
}

// markdown is the contract as a document.
func (d *contractDocument) markdown() string {
	var b strings.Builder
	b.WriteString(documentStart)
	for _, s := range d.Sources {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Letter, s.Says)
	}
	b.WriteString(documentSettings)
	for _, p := range d.Profiles {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, p.Says, overridesInWords(p.Values))
	}
	subject := ""
	for _, l := range d.Lines {
		if l.Subject != subject {
			subject = l.Subject
			fmt.Fprintf(&b, "\n## %s\n\n| fact | certainty | source | switch |\n|---|---|---|---|\n", subject)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(l.Says), cell(l.Known), l.Sources, cell(l.switchInWords()))
	}
	return b.String()
}

// cell is a text inside a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func overridesInWords(values map[string]string) string {
	var out []string
	for _, s := range settings() {
		if v, ok := values[s.name]; ok {
			out = append(out, fmt.Sprintf("`%s=%s`", s.name, v))
		}
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, ", ")
}

// switchInWords names the setting of a line, its value, and what else it can be.
func (l lineView) switchInWords() string {
	switch s := l.Setting; {
	case s == nil && l.Fixed != "":
		return "none: " + l.Fixed
	case s == nil:
		return ""
	case s.Choices != nil:
		return fmt.Sprintf("`%s`: `%v`; %s", s.Name, s.Value, s.Possible)
	default:
		return fmt.Sprintf("`%s`: `%v`", s.Name, s.Value)
	}
}

// controlContract is GET /_sandbox/contract: the whole table, as JSON or, with format=markdown, as the document.
func (s *Server) controlContract(w http.ResponseWriter, r *http.Request) {
	doc := newContractDocument(s.opts.Profile, s.rules.Load())
	switch format := r.URL.Query().Get("format"); format {
	case "", "json":
		jsonAnswer(http.StatusOK, doc).write(w)
	case "markdown":
		newAnswer(http.StatusOK, "text/markdown; charset=utf-8", []byte(doc.markdown())).write(w)
	default:
		controlAnswer(nil, fmt.Errorf("format %q: there are json and markdown", clip(format))).write(w)
	}
}

const documentStart = `# Every wire fact, its source, and how sure it is

<!-- Printed from the table in sandbox/contract*.go by "go generate ./sandbox". Change it there. -->

What ringcx knows about the vendor's servers, and where from. Three degrees of certainty:

* **documented**: the vendor's guides, API reference or published API description say so, sometimes twice and differently;
* **observed**: seen in an answer of the live service that somebody recorded, or in the vendor's own client code;
* **assumed**: nobody outside the vendor knows. The sandbox has to do something, and does this; the SDK relies on none of it.

Nobody has run this project against a production account yet. If you do and something differs, please tell us.

The sandbox is driven by the same table, so nothing here can be untrue of it. What the standards ask, and which test shows
it, is in [standards.md](standards.md).

Sources, by the letter used below:

| | |
|---|---|
`

const documentSettings = `
## Switches

Where the vendor could behave differently, the sandbox can too: the last column names the switch and its value by default,
and the fact is what happens by default.
` + "`ringcx sandbox --set NAME=VALUE`" + ` chooses one at the start, ` + "`POST /_sandbox/switches {\"NAME\": VALUE}`" + ` while it runs, and so does the
console at ` + "`/console/contract`" + `. ` + "`GET /_sandbox/contract`" + ` and ` + "`ringcx sandbox contract`" + ` tell all of them with the values in force.
Durations are written as in Go (` + "`90s`, `5m`, `168h`" + `). A reset returns to what the sandbox was started with.

A profile is a set of switches, chosen with ` + "`ringcx sandbox --emulate PROFILE`" + `:

| profile | the vendor | switches |
|---|---|---|
`
