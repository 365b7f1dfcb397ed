package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func (c *Console) controlsForm(v *visit, r *http.Request) endpoint.Response {
	return c.showControls(v, r, view.Form{Given: url.Values{"kind": {fault.Status}, "path": {"/api/auth/*"}, "times": {"1"}}})
}

func (c *Console) showControls(v *visit, r *http.Request, f view.Form) endpoint.Response {
	page := &view.Controls{Form: f, Offset: inWords(c.ClockOffset()), Steps: clockSteps(c.Rules.Load())}
	if c.ClockOffset() < 0 {
		page.Offset = "−" + inWords(-c.ClockOffset())
	}
	if !f.Given.Has("share") { // another form than that of a hostile day
		f.Given.Set("share", "0.1")
		f.Given.Set("seed", strconv.FormatUint(c.Seed(), 10))
		f.Given.Set("hostile-path", "/*")
		f.Given.Set("max-delay", fault.DefaultMaxDelay.String())
	}
	now := c.Now()
	c.do(func(c locked) {
		page.Faults, page.Day = c.Faults.List()
		for what := range limit.Count {
			page.Limits = append(page.Limits, c.limitView(what, now))
			page.Quiet = append(page.Quiet, c.penaltiesOf(what, now)...)
		}
	})
	page.Quiet, page.MoreQuiet = sortPenalties(page.Quiet)
	return c.page(v, r, &view.Page{Title: "Controls", Content: page})
}

// limitView is a limit.
func (c locked) limitView(what limit.Kind, now time.Time) view.Limit {
	kind := limit.Kinds[what]
	a := kind.Allowed(c.Rules.Load())
	out := view.Limit{
		Name: kind.Title, Limit: a.Limit, Window: wording.SpokenDuration(a.Window),
		On: a.Limit > 0 && !c.Limits.IsOff(what), Keys: c.Limits.Known(what),
	}
	for _, b := range c.Limits.All(what) {
		if instant.Of(now) < b.Quiet {
			out.Penalties++
		}
	}
	return out
}

// moveClock takes a duration as Go writes it.
func (c *Console) moveClock(v *visit, r *http.Request) endpoint.Response {
	f := filledIn(r, "advance")
	d, err := time.ParseDuration(f.Given.Get("advance"))
	if err == nil {
		err = c.MoveClock(d)
	}
	if err != nil {
		f.Wrong["advance"] = "Give a duration such as 90s, 6m, 1h30m or -5m, up to 100 years."
		return c.showControls(v, r, f)
	}
	if d == 0 {
		return c.done("controls", "same", "clock")
	}
	return c.done("controls", "clock", "clock")
}

// turnLimits switches the limits on or off, or forgets what was counted.
func (c *Console) turnLimits(_ *visit, r *http.Request) endpoint.Response {
	return within(c, func(c locked) endpoint.Response {
		change, notice := r.PostForm.Get("change"), "same"
		for what := range limit.Count {
			var changed bool
			switch change {
			case "on", "off":
				changed = c.Limits.Switch(what, change == "off")
			case "forget":
				changed = c.Limits.Forget(what)
			default:
				return c.refusal(http.StatusBadRequest, "Refused", "Limits can be switched on or off, or forget what was counted.")
			}
			if changed {
				notice = "limits"
			}
		}
		return c.done("controls", notice, "limits")
	})
}

func (c *Console) startOver(*visit, *http.Request) endpoint.Response {
	if err := c.Reset(); err != nil {
		return c.refusal(http.StatusInternalServerError, "Not kept", err.Error())
	}
	return c.done("controls", "reset", "")
}
