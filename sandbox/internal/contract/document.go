package contract

// sources are what the facts name by their letters.
var sources = []Source{
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

// Source is where facts are from.
type Source struct {
	Letter string `json:"letter"`
	Says   string `json:"says"`
}

// Document is the contract with the values in force, for programs: its JSON is GET /_sandbox/contract.
type Document struct {
	Profile  string    `json:"profile"`
	Profiles []profile `json:"profiles"`
	Sources  []Source  `json:"sources"`
	Lines    []Line    `json:"lines"`
}

// Line is a fact with the value in force.
type Line struct {
	Subject   string        `json:"subject"`
	Says      string        `json:"says"`
	Certainty []string      `json:"certainty"`
	Known     string        `json:"known"` // certainty in words, with what is to be said about it
	Sources   string        `json:"sources,omitempty"`
	Setting   *SettingValue `json:"setting,omitempty"`
	Fixed     string        `json:"fixed,omitempty"` // why there is no setting
	Note      string        `json:"-"`               // what Known says after the certainty
}

// SettingValue is a setting with its value in force.
type SettingValue struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Possible string   `json:"possible"`
	Choices  []string `json:"choices,omitempty"`
	Default  any      `json:"default"`
	Value    any      `json:"value"`
}

// Changed reports whether the value is not the default.
func (s SettingValue) Changed() bool { return s.Value != s.Default }

func (s *Setting) value(r *Rules) *SettingValue {
	return &SettingValue{
		Name: s.name, Type: s.Kind(), Possible: s.Possible, Choices: s.words, Default: s.initial, Value: s.read(r),
	}
}

func (f fact) line(subject string, r *Rules) Line {
	out := Line{
		Subject: subject, Says: f.sentence(r), Certainty: f.certainty.names(), Known: f.known(), Sources: f.sources,
		Fixed: f.fixed, Note: f.note,
	}
	if f.setting != nil {
		out.Setting = f.setting.value(r)
	}
	return out
}

// NewDocument is the contract with the values of r, which began with profile.
func NewDocument(profile string, r *Rules) *Document {
	out := &Document{Profile: profile, Profiles: profiles, Sources: sources}
	for _, s := range facts {
		for _, f := range s.facts {
			out.Lines = append(out.Lines, f.line(s.title, r))
		}
	}
	return out
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
