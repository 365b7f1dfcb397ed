package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// controlsPage is everything that can be turned, with what was filled in wrong.
type controlsPage struct {
	Offset   string
	Steps    []choice
	Kinds    []choice
	Faults   []faultView
	Fault    map[string]string // what was filled in
	Day      *dayView          // nil: an ordinary day
	Hostile  map[string]string // what was filled in
	DayKinds []dayKind
	Switches []switchView
	Limits   []limitView
	Advance  string
	Wrong    map[string]string
}

type switchView struct {
	Name, Meaning string
	On            bool
}

type limitView struct {
	Name            string
	Limit           int
	On              bool
	Keys, Penalties int
}

// switchWords say what each switch does; its field is how it is turned.
var switchWords = []struct {
	name, meaning string
	field         func(*switches) *bool
}{
	{"authLimitPerUser", "The Auth limit is counted by app and user instead of by app", func(s *switches) *bool { return &s.AuthLimitPerUser }},
	{"sessionCapRefuses", "A sixth session is refused with 429 instead of ending the oldest", func(s *switches) *bool { return &s.SessionCapRefuses }},
	{"authorizePage400", "The page that refuses an authorize request has status 400 instead of 403", func(s *switches) *bool { return &s.AuthorizePage400 }},
	{"authorizationIssuer", "Answers of the authorize endpoint carry iss (RFC 9207)", func(s *switches) *bool { return &s.AuthorizationIssuer }},
	{"limitPasswordLogins", "Logins with a password at RingCX are limited", func(s *switches) *bool { return &s.LimitPasswordLogins }},
	{"platformIdOptional", "Logins with a password at RingCX work without platformId", func(s *switches) *bool { return &s.PlatformIDOptional }},
	{"summaryAsJson", "A call summary is a JSON string instead of text", func(s *switches) *bool { return &s.SummaryAsJSON }},
}

// clockSteps are advances that tell something: past a token, past a penalty, past a session.
var clockSteps = []choice{
	{"1m", "1 minute: a limit or a penalty passes"},
	{"6m", "6 minutes: RingCX access tokens end"},
	{"61m", "61 minutes: RingCentral access tokens end"},
	{"192h", "8 days: RingCentral refresh tokens end"},
}

func (c *console) controlsForm(v *visit, r *http.Request) answer {
	return c.showControls(v, r, &controlsPage{Fault: map[string]string{"kind": faultStatus, "path": "/api/auth/*", "times": "1"}})
}

func (c *console) showControls(v *visit, r *http.Request, page *controlsPage) answer {
	page.Offset, page.Steps = inWords(c.offset()), clockSteps
	if c.offset() < 0 {
		page.Offset = "−" + inWords(-c.offset())
	}
	if page.Fault == nil {
		page.Fault = map[string]string{}
	}
	c.describeFaults(page)
	now := c.Now()
	c.mu.Lock()
	for _, s := range switchWords {
		page.Switches = append(page.Switches, switchView{s.name, s.meaning, *s.field(&c.switches)})
	}
	for _, l := range c.limiters() {
		page.Limits = append(page.Limits, l.view(now))
	}
	c.mu.Unlock()
	return c.page(v, r, "controls.html", &consoleView{Title: "Controls", Page: page})
}

// namedLimiter is a limiter as the console calls it.
type namedLimiter struct {
	name string
	*limiter
}

func (c *console) limiters() []namedLimiter {
	return []namedLimiter{
		{"RingCentral Auth: token, revoke, userinfo", c.platform.auth},
		{"RingCentral Light: account, extension", c.platform.light},
		{"RingCX exchange", c.cx.exchanges},
	}
}

func (l namedLimiter) view(now time.Time) limitView {
	out := limitView{Name: l.name, Limit: l.limit, On: !l.off, Keys: len(l.buckets)}
	for _, b := range l.buckets {
		if now.Before(b.quiet) {
			out.Penalties++
		}
	}
	return out
}

// moveClock takes a duration as Go writes it.
func (c *console) moveClock(v *visit, r *http.Request) answer {
	text := strings.TrimSpace(r.PostForm.Get("advance"))
	d, err := time.ParseDuration(text)
	if err != nil {
		return c.showControls(v, r, &controlsPage{Advance: text, Wrong: map[string]string{
			"advance": "Give a duration such as 90s, 6m, 1h30m or -5m.",
		}})
	}
	c.Advance(d)
	return c.done("controls", "clock")
}

// turnSwitches takes all switches: one that is not in the form is off.
func (c *console) turnSwitches(_ *visit, r *http.Request) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range switchWords {
		*s.field(&c.switches) = r.PostForm.Get(s.name) == "on"
	}
	return c.done("controls", "switches")
}

// turnLimits switches the limits on or off, or forgets what was counted.
func (c *console) turnLimits(_ *visit, r *http.Request) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	change := r.PostForm.Get("change")
	for _, l := range c.limiters() {
		switch change {
		case "on", "off":
			l.off = change == "off"
		case "forget":
			clear(l.buckets)
		default:
			return c.refusal(http.StatusBadRequest, "Refused", "Limits can be switched on or off, or forget what was counted.")
		}
	}
	return c.done("controls", "limits")
}

func (c *console) startOver(*visit, *http.Request) answer {
	c.Reset()
	return c.done("controls", "reset")
}
