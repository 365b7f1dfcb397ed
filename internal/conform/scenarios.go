package conform

import (
	"fmt"
	"slices"
	"time"
)

// Scenario is one bad day, or a good one.
type Scenario struct {
	Name     string // as --only takes it
	About    string // what happens
	Survives string // what the program has to do

	steps []step
}

// ownScenario are verdicts with a scenario of their own. A program that asks for tokens that it need not is told by
// second-run.
var ownScenario = append([]string{
	"operation that the sandbox does not emulate", // about the sandbox
	noUserAgent, "fourth exchange in a row while the token was good", "sixth login in a row while the token was good",
}, aboutSecrets...)

const noUserAgent = "missing User-Agent"

var aboutSecrets = []string{"token in a URL", "password in a URL", "secret in the body"}

// expired is how long it takes a RingCX token to expire, and then some.
const expired = 6 * time.Minute

// Scenarios are all there are, in the order in which they are shown.
func Scenarios() []Scenario { return slices.Clone(scenarios) }

var scenarios = []Scenario{
	{
		Name: "fresh-start", About: "nothing is stored yet", Survives: "signs in and gets its answer",
		steps: []step{succeeds("the first run")},
	},
	{
		Name: "second-run", About: "a run right after the first", Survives: "asks for no tokens: those of the first run are good",
		steps: []step{succeeds("the first run"), succeeds("the second run"), reuses(must)},
	},
	{
		Name: "expiry", About: "the token expired between two runs", Survives: "gets its answer; should refresh, not log in",
		steps: []step{succeeds("the first run"), later(expired), succeeds("the run after the token expired"), refreshes},
	},
	{
		Name: "expiry-mid-run", About: "the token expires during a run: 401 Jwt is expired", Survives: "renews it and gets its answer in the same run",
		steps: []step{expiresAtFirstCall, succeeds("the run in which the token expired")},
	},
	{
		Name: "rotation", About: "the token expires three times in a row", Survives: "never sends a refresh token twice; should refresh each time",
		steps: slices.Concat([]step{succeeds("the first run")},
			slices.Repeat([]step{later(expired), succeeds("a run after the token expired"), refreshes}, 3)),
	},
	{
		Name: "refresh-refused", About: "the refresh is answered 401", Survives: "exchanges or logs in, in the same run",
		steps: []step{
			succeeds("the first run"), later(expired), fault(refreshPath, `"kind":"status","status":401`),
			succeeds("the run whose refresh was refused"),
		},
	},
	{
		Name: "all-expired", About: "every token expired, that of RingCentral too", Survives: "logs in, in the same run",
		steps: []step{succeeds("the first run"), later(8 * 24 * time.Hour), succeeds("the run after eight days")},
	},
	{
		Name: "rate-limit", About: "the login is answered 429 with Retry-After: 3", Survives: "asks for no token before the three seconds are over; waiting and failing are both fine",
		steps: []step{
			fault(platformPath, `"kind":"retry-after","retryAfter":"3"`), survives("the run that met the limit"),
			quiet(platformPath, 3*time.Second, must), succeeds("the run after it"),
		},
	},
	{
		Name: "rate-limit-kept", About: "a run is started again while the vendor wants to be left alone", Survives: "should remember that between runs",
		steps: []step{
			fault(platformPath, `"kind":"retry-after","retryAfter":"4"`), survives("the run that met the limit"), survives("the run started too early"),
			quiet(platformPath, 4*time.Second, should), succeeds("the run after it"),
		},
	},
	{
		Name: "rate-limit-vague", About: "the login is answered 429, without Retry-After", Survives: "does not ask again within five seconds",
		steps: []step{fault(platformPath, `"kind":"retry-after"`), watched(5 * time.Second), quiet(platformPath, 5*time.Second, must)},
	},
	{
		Name: "rate-limit-date", About: "the login is answered 429, and Retry-After is a date five seconds ahead", Survives: "does not ask again within three seconds",
		steps: []step{limitedUntil(5 * time.Second), watched(4 * time.Second), quiet(platformPath, 3*time.Second, must)},
	},
	{
		Name: "lost-refresh", About: "the answer to the refresh is lost", Survives: "does not send that refresh token again; the next run gets its answer",
		steps: []step{
			succeeds("the first run"), later(expired), fault(refreshPath, `"kind":"drop-answer"`),
			survives("the run whose refresh got no answer"), succeeds("the run after it"),
		},
	},
	{
		Name: "lost-exchange", About: "the answer to the exchange is lost", Survives: "the next run gets its answer",
		steps: []step{
			fault(exchangePath, `"kind":"drop-answer"`), survives("the run whose exchange got no answer"), succeeds("the run after it"),
		},
	},
	{
		Name: "restart", About: "the program is killed while it renews its token", Survives: "sends no refresh token twice; the next run gets its answer",
		steps: []step{succeeds("the first run"), later(expired), killedAtRenewal, succeeds("the run after the one that was killed")},
	},
	{
		Name: "two-at-once", About: "two copies find the token expired at the same moment", Survives: "both get their answer; no refresh token is sent twice",
		steps: []step{succeeds("the first run"), later(expired), twoCopies, succeeds("the run after them")},
	},
	{
		Name: "html-page", About: "a web page instead of an answer, with 200 or 502", Survives: "does not take it for one; the next run gets its answer",
		steps: []step{
			fault(apiPrefix+"*", `"kind":"html"`), survives("the run that got a page"),
			fault(apiPrefix+"*", `"kind":"html","status":502`), survives("the run that got a page with 502"),
			succeeds("the run after it"), reuses(should),
			later(expired), fault(refreshPath, `"kind":"html"`), survives("the run whose refresh got a page"), succeeds("the run after it"),
		},
	},
	{
		Name: "truncated", About: "an answer that breaks off in the middle", Survives: "does not take it for one; the next run gets its answer",
		steps: []step{
			fault(apiPrefix+"*", `"kind":"truncate"`), survives("the run that got half an answer"),
			succeeds("the run after it"), reuses(should),
			later(expired), fault(refreshPath, `"kind":"truncate"`), survives("the run whose refresh got half an answer"), succeeds("the run after it"),
		},
	},
	{
		Name: "garbled", About: "an answer whose JSON is damaged", Survives: "does not take it for one; the next run gets its answer",
		steps: spoiled("garble", "a damaged answer"),
	},
	{
		Name: "empty", About: "an empty answer with 200", Survives: "does not take it for one; the next run gets its answer",
		steps: spoiled("empty", "an empty answer"),
	},
	{
		Name: "server-error", About: "the vendor fails: 500, 503", Survives: "does not take it for an answer; nothing stored is lost",
		steps: []step{
			fault(apiPrefix+"*", `"kind":"status","status":500`), survives("the run that got 500"),
			fault(apiPrefix+"*", `"kind":"status","status":503`), survives("the run that got 503"),
			succeeds("the run after it"), reuses(should),
			later(expired), fault(refreshPath, `"kind":"status","status":503`), survives("the run whose refresh got 503"), succeeds("the run after it"),
		},
	},
	{
		Name: "login-error", About: "the vendor fails at the login, then at the exchange: 503, 500", Survives: "does not take it for an answer; the next run gets its answer",
		steps: []step{
			fault(platformPath, `"kind":"status","status":503`), survives("the run whose login got 503"),
			fault(platformPath, `"kind":"status","status":500`), survives("the run whose login got 500"),
			fault(exchangePath, `"kind":"status","status":500`), survives("the run whose exchange got 500"),
			succeeds("the run after it"),
		},
	},
	{
		Name: "reset", About: "the connection is cut, at each kind of request", Survives: "the next run gets its answer; nothing stored is lost",
		steps: []step{
			fault(platformPath, `"kind":"reset"`), survives("the run whose login was cut off"),
			fault(exchangePath, `"kind":"reset"`), survives("the run whose exchange was cut off"),
			succeeds("the run after it"),
			fault(apiPrefix+"*", `"kind":"reset"`), survives("the run whose call was cut off"),
			succeeds("the run after it"), reuses(should),
			later(expired), fault(refreshPath, `"kind":"reset"`), survives("the run whose refresh was cut off"), succeeds("the run after it"),
		},
	},
	{
		Name: "session-revoked", About: "RingCentral ended the session, and the refresh is answered 401", Survives: "logs in, in the same run",
		steps: []step{
			succeeds("the first run"), sessionsEnd, later(expired), fault(refreshPath, `"kind":"status","status":401`),
			succeeds("the run after the session was ended"),
		},
	},
	{
		Name: "jwt-revoked", About: "the JWT was revoked, and every token has expired", Survives: "fails, and asks two times at most in each run: only a person can help",
		steps: []step{
			succeeds("the first run"), credentialsEnd, later(8 * 24 * time.Hour),
			givesUp("the run after the JWT was revoked"), givesUp("the run after that"),
		},
	},
	{
		Name: "clock-ahead", About: "the vendor's clock is five hours ahead", Survives: "gets its answer, now and when the token has expired; should not renew more often",
		steps: skewed(5 * time.Hour),
	},
	{
		Name: "clock-behind", About: "the vendor's clock is five hours behind", Survives: "the same",
		steps: skewed(-5 * time.Hour),
	},
	{
		Name: "slow-answer", About: "login and call take three seconds each", Survives: "waits; should log in once",
		steps: []step{
			fault(platformPath, `"kind":"delay","delay":"3s"`), fault(apiPrefix+"*", `"kind":"delay","delay":"3s"`),
			succeeds("the run with slow answers"), loggedInOnce,
		},
	},
	{
		Name: "secrets", About: "a login, a refresh and failures of both", Survives: "prints no secret and puts none into a URL",
		steps: []step{
			succeeds("the first run"), later(expired), succeeds("the run that refreshes"),
			later(8 * 24 * time.Hour), fault(platformPath, `"kind":"reset"`), survives("the run that was cut off"),
			fault(platformPath, `"kind":"status","status":400`), survives("the run whose login was refused"),
			succeeds("the run after it"), noSecrets,
		},
	},
	{
		Name: "user-agent", About: "the vendor looks at who asks", Survives: "should name itself in each request",
		steps: []step{succeeds("the first run"), namesItself},
	},
}

// spoiled are the steps of a vendor whose answers to a call, a refresh and a login are of no use.
func spoiled(kind, what string) []step {
	armed := fmt.Sprintf(`"kind":%q`, kind)
	return []step{
		fault(platformPath, armed), survives("the run whose login got " + what), succeeds("the run after it"),
		fault(apiPrefix+"*", armed), survives("the run whose call got " + what), succeeds("the run after it"), reuses(should),
		later(expired), fault(refreshPath, armed), survives("the run whose refresh got " + what), succeeds("the run after it"),
	}
}

// skewed are the steps of a vendor whose clock is not that of the program.
func skewed(by time.Duration) []step {
	return []step{
		later(by), succeeds("the first run"), succeeds("the second run"), reuses(should),
		later(expired), succeeds("the run after the token expired"),
	}
}

// choose gives the scenarios of these names, in our order.
func choose(only []string) ([]Scenario, error) {
	for _, name := range only {
		if !slices.ContainsFunc(scenarios, func(sc Scenario) bool { return sc.Name == name }) {
			return nil, fmt.Errorf("there is no scenario %q", name)
		}
	}
	if len(only) == 0 {
		return Scenarios(), nil
	}
	return slices.DeleteFunc(Scenarios(), func(sc Scenario) bool { return !slices.Contains(only, sc.Name) }), nil
}

// Names are those of all scenarios.
func Names() []string {
	names := make([]string, len(scenarios))
	for i, sc := range scenarios {
		names[i] = sc.Name
	}
	return names
}
