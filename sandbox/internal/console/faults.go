package console

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// armFault takes the form of a fault.
func (c *Console) armFault(v *visit, r *http.Request) endpoint.Response {
	form := filledIn(r, "kind", "path", "method", "times", "status", "retry", "delay", "skew")
	in := &fault.Request{
		Path: form.Given.Get("path"), Method: form.Given.Get("method"), Kind: form.Given.Get("kind"),
		Times: number(form, "times"), Status: number(form, "status"), RetryAfter: form.Given.Get("retry"),
		Delay: duration(form, "delay", 0), Skew: duration(form, "skew", 0),
	}
	if strings.ContainsFunc(in.RetryAfter, func(c rune) bool { return c < ' ' || c > '~' }) {
		form.Wrong["retry"] = "Give seconds or a date."
	}
	f, field, err := in.Order()
	if err != nil {
		form.Wrong[field] = err.Error()
	}
	c.ChangeFaults(func() {
		if c.Faults.Size() >= fault.MaxArmed {
			form.Wrong["kind"] = admin.ErrFaults.Error()
		}
		if len(form.Wrong) == 0 {
			c.Faults.Arm(f)
		}
	})
	if len(form.Wrong) > 0 {
		return c.showControls(v, r, form)
	}
	return c.done("controls", "fault", "faults")
}

// clearFaults disarms the fault that the form names, else all.
func (c *Console) clearFaults(_ *visit, r *http.Request) endpoint.Response {
	notice, before := "faults", 0
	left := c.ChangeFaults(func() {
		before = c.Faults.Size()
		if text := r.PostForm.Get("fault"); text != "" {
			notice = "disarmed"
			id, _ := strconv.ParseUint(text, 10, 64)
			c.Faults.DisarmOne(id)
			return
		}
		c.Faults.Disarm()
	})
	if left == before {
		notice = "same"
	}
	return c.done("controls", notice, "faults")
}

// beginDay takes the form of a hostile day. No kind chosen means all.
func (c *Console) beginDay(v *visit, r *http.Request) endpoint.Response {
	f := filledIn(r, "share", "seed", "hostile-path", "max-delay")
	share, err := strconv.ParseFloat(f.Given.Get("share"), 64)
	if err != nil || share == 0 {
		f.Wrong["share"] = "Give a share above 0 and up to 1, such as 0.1."
	}
	seed, err := strconv.ParseUint(cmp.Or(f.Given.Get("seed"), strconv.FormatUint(c.Seed(), 10)), 10, 64)
	if err != nil {
		f.Wrong["seed"] = "Give a number from 0."
	}
	delay := duration(f, "max-delay", wording.JSONDuration(fault.DefaultMaxDelay))
	day, field, err := (&fault.DayRequest{
		Share: share, Seed: &seed, Path: f.Given.Get("hostile-path"), Kinds: f.Given["kinds"], MaxDelay: &delay,
	}).Order(c.Seed())
	if err != nil {
		f.Wrong[map[string]string{"hostile": "share", "path": "hostile-path", "maxDelay": "max-delay", "kinds": "kinds"}[field]] = err.Error()
	}
	if len(f.Wrong) > 0 {
		return c.showControls(v, r, f)
	}
	c.ChangeFaults(func() { c.Faults.SetDay(day) })
	return c.done("controls", "hostile", "hostile")
}

func (c *Console) endDay(*visit, *http.Request) endpoint.Response {
	notice := "calm"
	c.ChangeFaults(func() {
		if _, day := c.Faults.List(); day == nil {
			notice = "same"
		}
		c.Faults.SetDay(nil)
	})
	return c.done("controls", notice, "hostile")
}
