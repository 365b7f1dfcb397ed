// Package contract is everything that the two vendor servers are known or assumed to do: facts with their source and how
// sure they are, settings where the vendor could behave differently, profiles that choose settings together, and the
// document that is printed from them. It knows nothing of a server: servers hold [Rules], the values in force.
package contract

import "strings"

// facts is the table, under the headings of its document. The servers are driven by its settings, docs/protocol.md is
// printed from it, and the console shows it. The facts of a heading are in the other files facts_*.go.
var facts = []subject{
	{"Hosts", hostFacts},
	{"Log in to RingCentral: `POST /restapi/oauth/token`", loginFacts},
	{"How an app proves who it is", clientFacts},
	{"Log in through a browser: `/restapi/oauth/authorize`", authorizeFacts},
	{"Sign-in pages of the platform", pageFacts},
	{"Authorization codes", codeFacts},
	{"OpenID Connect", identityFacts},
	{"Refresh of a RingCentral token", renewFacts},
	{"The rest of the platform's sign-in surface", surfaceFacts},
	{"Exchange: `POST /api/auth/login/rc/accesstoken`", exchangeFacts},
	{"RingCX access tokens", accessFacts},
	{"Refresh of a RingCX token: `POST /api/auth/token/refresh`", refreshFacts},
	{"Calling the RingCX API", callFacts},
	{"Errors of RingCX", cxErrorFacts},
	{"Log in to RingCX without RingCentral", directFacts},
	{"Passwords of RingCX", passwordFacts},
	{"X-Auth-Token: legacy logins and API tokens", xauthFacts},
	{"Summaries of calls", summaryFacts},
	{"Web pages of other origins", originFacts},
	{"Limits of the platform", limitFacts},
	{"Limits of RingCX", cxLimitFacts},
	{"Errors of the platform", errorFacts},
}

// subject is a heading of the contract, and what stands under it.
type subject struct {
	title string
	facts []fact
}

// fact is one behaviour.
type fact struct {
	says      string // one sentence; {} stands for the value of its setting
	certainty certainty
	note      string // goes on after the certainty
	sources   string // letters of the sources, such as "A, B"
	setting   *Setting
	fixed     string // why there is no setting, where one would be expected
}

// certainty is how something is known. Several can be true at once.
type certainty uint8

const (
	documented  certainty = 1 << iota // the vendor's guides, API reference or published description say so
	observed                          // seen in recorded answers of the live service, or in the vendor's own client code
	assumed                           // nobody outside the vendor knows; the sandbox has to do something
	differently                       // documented twice and differently
)

var certaintyNames = []string{"documented", "observed", "assumed", "twice and differently"}

func (c certainty) String() string { return strings.Join(c.names(), ", ") }

func (c certainty) names() []string {
	var out []string
	for i, name := range certaintyNames {
		if c&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// known is the certainty with its note.
func (f fact) known() string { return f.certainty.String() + f.note }

// sentence is what the fact says, with the value of its setting in it.
func (f fact) sentence(r *Rules) string {
	if f.setting == nil {
		return f.says
	}
	return strings.ReplaceAll(f.says, "{}", f.setting.spoken(r))
}
