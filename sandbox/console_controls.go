package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// controlsPage is everything that can be turned, with what was filled in wrong.
type controlsPage struct {
	Offset  string
	Steps   []choice
	Kinds   []choice
	Faults  []faultView
	Fault   map[string]string // what was filled in
	Limits  []limitView
	Advance string
	Wrong   map[string]string
}

type faultView struct {
	Kind, Method, Path, Details string
	Left                        int
}

type limitView struct {
	Name            string
	Limit           int
	Window          string
	On              bool
	Keys, Penalties int
}

// faultWords say what each kind of fault does.
var faultWords = map[string]string{
	faultStatus: "answer with a status (503)", faultHTML: "answer with a page of HTML (200)", faultLarge: "answer with 2 MB (200)",
	faultReset: "reset the connection", faultRetryAfter: "answer 429 with Retry-After",
	faultDropAnswer: "do what was asked, and lose the answer", faultTruncate: "do it, and cut the answer in half",
	faultDelay: "wait before answering",
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
	for _, kind := range faultKinds() {
		page.Kinds = append(page.Kinds, choice{kind, kind + ": " + faultWords[kind]})
	}
	for _, f := range c.faults.list() {
		page.Faults = append(page.Faults, f.view())
	}
	now := c.Now()
	c.mu.Lock()
	for _, l := range c.limiters() {
		page.Limits = append(page.Limits, l.view(now))
	}
	c.mu.Unlock()
	return c.page(v, r, "controls.html", &consoleView{Title: "Controls", Page: page})
}

func (f *fault) view() faultView {
	out := faultView{Kind: f.kind, Method: f.method, Path: f.path, Left: f.left}
	var details []string
	if f.status != 0 {
		details = append(details, "status "+strconv.Itoa(f.status))
	}
	if f.retryAfter != "" {
		details = append(details, "Retry-After "+f.retryAfter)
	}
	if f.delay != 0 {
		details = append(details, f.delay.String())
	}
	out.Details = strings.Join(details, ", ")
	return out
}

// namedLimiter is a limiter as the console calls it.
type namedLimiter struct {
	name string
	*limiter
	allowed allowance
}

func (c *console) limiters() []namedLimiter {
	r := c.rules.Load()
	return []namedLimiter{
		{"RingCentral Auth: token, revoke, userinfo", c.platform.auth, r.auth()},
		{"RingCentral Light: account, extension", c.platform.light, r.light()},
		{"RingCX exchange", c.cx.exchanges, r.exchange()},
		{"RingCX refresh", c.cx.refreshes, r.refreshes()},
		{"RingCX users and summaries", c.cx.reads, r.reads()},
	}
}

func (l namedLimiter) view(now time.Time) limitView {
	out := limitView{Name: l.name, Limit: l.allowed.limit, Window: spokenDuration(l.allowed.window),
		On: !l.off && l.allowed.limit > 0, Keys: len(l.buckets)}
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

// armFault takes the form of a fault.
func (c *console) armFault(v *visit, r *http.Request) answer {
	page := &controlsPage{Fault: map[string]string{}, Wrong: map[string]string{}}
	for _, name := range []string{"kind", "path", "method", "times", "status", "retry", "delay"} {
		page.Fault[name] = strings.TrimSpace(r.PostForm.Get(name))
	}
	in := &faultRequest{
		Path: page.Fault["path"], Method: page.Fault["method"], Kind: page.Fault["kind"], RetryAfter: page.Fault["retry"],
		Times: page.number("times"), Status: page.number("status"),
	}
	if text := page.Fault["delay"]; text != "" && in.Delay.UnmarshalText([]byte(text)) != nil {
		page.Wrong["delay"] = "Give a duration such as 2s."
	}
	if strings.ContainsFunc(in.RetryAfter, func(c rune) bool { return c < ' ' || c > '~' }) {
		page.Wrong["retry"] = "Give seconds or a date."
	}
	f, field, err := in.fault()
	if err != nil {
		page.Wrong[field] = err.Error()
	}
	if len(page.Wrong) > 0 {
		return c.showControls(v, r, page)
	}
	c.faults.arm(f)
	return c.done("controls", "fault")
}

// number reads a field that may be empty.
func (p *controlsPage) number(field string) int {
	text := p.Fault[field]
	n, err := strconv.Atoi(text)
	if err != nil && text != "" {
		p.Wrong[field] = "Give a number."
	}
	return n
}

func (c *console) clearFaults(*visit, *http.Request) answer {
	c.faults.clear()
	return c.done("controls", "faults")
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
