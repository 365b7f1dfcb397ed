package sandbox

import "strings"

// contract is everything that the two servers are known or assumed to do, under the headings of its document. The
// servers are driven by its settings, docs/protocol.md is printed from it, and the console shows it.
var contract = []subject{
	{"Hosts", hostLines},
	{"Log in to RingCentral: `POST /restapi/oauth/token`", loginLines},
	{"How an app proves who it is", clientLines},
	{"Log in through a browser: `/restapi/oauth/authorize`", authorizeLines},
	{"Sign-in pages of the platform", pageLines},
	{"Authorization codes", codeLines},
	{"OpenID Connect", identityLines},
	{"Refresh of a RingCentral token", renewLines},
	{"The rest of the platform's sign-in surface", surfaceLines},
	{"Exchange: `POST /api/auth/login/rc/accesstoken`", exchangeLines},
	{"RingCX access tokens", accessLines},
	{"Refresh of a RingCX token: `POST /api/auth/token/refresh`", refreshLines},
	{"Calling the RingCX API", callLines},
	{"Errors of RingCX", cxErrorLines},
	{"Log in to RingCX without RingCentral", directLines},
	{"Passwords of RingCX", passwordLines},
	{"X-Auth-Token: legacy logins and API tokens", xauthLines},
	{"Summaries of calls", summaryLines},
	{"Web pages of other origins", originLines},
	{"Limits of the platform", limitLines},
	{"Limits of RingCX", cxLimitLines},
	{"Errors of the platform", errorLines},
}

// subject is a heading of the contract, and what stands under it.
type subject struct {
	title string
	lines []line
}

// line is one behaviour.
type line struct {
	says      string // one sentence; {} stands for the value of its setting
	certainty certainty
	note      string // goes on after the certainty
	sources   string // letters of the sources, such as "A, B"
	setting   *setting
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
func (l line) known() string { return l.certainty.String() + l.note }

// sentence is what the line says with a setting's value in it.
func (l line) sentence(r *rules) string {
	if l.setting == nil {
		return l.says
	}
	return strings.ReplaceAll(l.says, "{}", l.setting.spoken(r))
}
