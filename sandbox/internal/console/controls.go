package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
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

// penaltiesShown are the penalties that are listed, those that end last.
const penaltiesShown = 50

// penaltiesOf lists who is in a penalty of a limit.
func (c locked) penaltiesOf(what limit.Kind, now time.Time) (out []view.Penalty) {
	for key, b := range c.Limits.All(what) {
		if end := b.Quiet.Time(); now.Before(end) {
			out = append(out, view.Penalty{Limit: limit.Kinds[what].Title, Who: c.counted(key), Left: inWords(end.Sub(now)), Until: end})
		}
	}
	return out
}

// penalties counts who is in one, of any limit.
func (c locked) penalties() int {
	n := 0
	for what := range limit.Count {
		n += c.limitView(what, c.Now()).Penalties
	}
	return n
}

// sortPenalties puts those that end last first, and leaves so many of them.
func sortPenalties(all []view.Penalty) (shown []view.Penalty, more int) {
	slices.SortFunc(all, func(a, b view.Penalty) int {
		return cmp.Or(b.Until.Compare(a.Until), cmp.Compare(a.Who, b.Who), cmp.Compare(a.Limit, b.Limit))
	})
	n := min(len(all), penaltiesShown)
	return all[:n], len(all) - n
}

// counted names whom a key of a limit stands for: an app, a user, an account, or several of them.
func (c locked) counted(key string) string {
	var out []string
	for _, part := range strings.Fields(strings.TrimPrefix(key, "account ")) {
		id, err := strconv.ParseInt(part, 10, 64)
		switch {
		case c.World.App(c.tx, part) != nil:
			out = append(out, c.World.App(c.tx, part).Name)
		case err != nil:
			out = append(out, part)
		case c.World.Account(c.tx, id) != nil:
			out = append(out, "all of "+c.World.Account(c.tx, id).Name)
		case c.World.Member(c.tx, id) != nil:
			out = append(out, ringcx.Principal{User: c.World.Member(c.tx, id)}.Name())
		case c.World.AgentNumbered(c.tx, part) != nil:
			out = append(out, ringcx.Principal{Assignment: c.World.AgentNumbered(c.tx, part)}.Name())
		default:
			out = append(out, part)
		}
	}
	return strings.Join(out, ", ")
}
