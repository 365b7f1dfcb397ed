package console

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// faultWords say what each kind of fault does.
var faultWords = map[string]string{
	fault.Status: "answer with a status (503)", fault.HTML: "answer with a page of HTML (200)", fault.Large: "answer with 2 MB (200)",
	fault.Reset: "reset the connection", fault.RetryAfter: "answer with Retry-After (429)",
	fault.DropAnswer: "do what was asked, and lose the answer", fault.Truncate: "do it, and cut the answer in half",
	fault.Delay: "wait before answering", fault.Empty: "answer 200 with nothing", fault.Garble: "do it, and damage the JSON",
	fault.Skew: "do it, with a wrong Date header (an hour ahead)",
}

// describeFaults fills in what is armed and what can be.
func (c *Console) describeFaults(page *view.Controls) {
	for _, kind := range fault.Kinds() {
		page.Kinds = append(page.Kinds, view.Choice{Value: kind, Label: kind + ": " + faultWords[kind]})
	}
	var armed []fault.Armed
	var day *fault.Day
	c.do(func(c locked) { armed, day = c.Faults.List() })
	for i := range armed {
		page.Faults = append(page.Faults, rowOfFault(&armed[i]))
	}
	page.Day = rowOfDay(day)
	if page.Hostile == nil {
		page.Hostile = map[string]string{
			"share": "0.1", "seed": strconv.FormatUint(c.Seed(), 10), "hostile-path": "/*", "max-delay": fault.DefaultMaxDelay.String(),
		}
	}
	if page.DayKinds == nil {
		page.DayKinds = dayKinds(nil)
	}
}

// dayKinds are all kinds of a hostile day with those on that were chosen; none means all.
func dayKinds(chosen []string) []view.DayKind {
	var out []view.DayKind
	for _, kind := range fault.DayKinds() {
		words, _, _ := strings.Cut(faultWords[kind], " (") // figures are those of the day
		out = append(out, view.DayKind{Name: kind, Words: words, On: chosen == nil || slices.Contains(chosen, kind)})
	}
	return out
}

func rowOfFault(f *fault.Armed) view.Fault {
	out := view.Fault{ID: f.ID, Kind: f.Kind, Method: f.Method, Path: f.Path, Left: f.Left}
	var details []string
	add := func(is bool, format string, value any) {
		if is {
			details = append(details, fmt.Sprintf(format, value))
		}
	}
	add(f.Status != 0, "status %d", f.Status)
	add(f.RetryAfter != "", "Retry-After %s", f.RetryAfter)
	add(f.RetryDate != 0, "Retry-After a date %v ahead", f.RetryDate)
	add(f.Delay != 0, "%v", f.Delay)
	add(f.Skew != 0, "Date off by %v", f.Skew)
	out.Details = strings.Join(details, ", ")
	return out
}

func rowOfDay(v *fault.Day) *view.Day {
	if v == nil {
		return nil
	}
	out := &view.Day{
		Percent: strconv.FormatFloat(100*v.Share, 'g', 4, 64), Seed: strconv.FormatUint(v.Seed, 10), Path: v.Path,
		Delay: time.Duration(v.MaxDelay).String(), Requests: v.Requests,
	}
	for _, kind := range slices.Sorted(maps.Keys(v.Spoiled)) {
		out.Spoiled += v.Spoiled[kind]
		out.Kinds = append(out.Kinds, view.DayCount{Kind: kind, Times: v.Spoiled[kind]})
	}
	return out
}

// armFault takes the form of a fault.
func (c *Console) armFault(v *visit, r *http.Request) endpoint.Response {
	page := &view.Controls{Fault: map[string]string{}, Wrong: map[string]string{}}
	for _, name := range []string{"kind", "path", "method", "times", "status", "retry", "delay", "skew"} {
		page.Fault[name] = wording.Typed(r.PostForm.Get(name))
	}
	in := &fault.Request{
		Path: page.Fault["path"], Method: page.Fault["method"], Kind: page.Fault["kind"],
		Times: number(page, "times"), Status: number(page, "status"), RetryAfter: page.Fault["retry"],
		Delay: duration(page.Fault["delay"], "delay", page.Wrong), Skew: duration(page.Fault["skew"], "skew", page.Wrong),
	}
	if strings.ContainsFunc(in.RetryAfter, func(c rune) bool { return c < ' ' || c > '~' }) {
		page.Wrong["retry"] = "Give seconds or a date."
	}
	f, field, err := in.Order()
	if err != nil {
		page.Wrong[field] = err.Error()
	}
	c.ChangeFaults(func() {
		if c.Faults.Size() >= fault.MaxArmed {
			page.Wrong["kind"] = admin.ErrFaults.Error()
		}
		if len(page.Wrong) == 0 {
			c.Faults.Arm(f)
		}
	})
	if len(page.Wrong) > 0 {
		return c.showControls(v, r, page)
	}
	return c.done("controls", "fault", "faults")
}

// duration reads a field that may be empty.
func duration(text, field string, wrong map[string]string) (d wording.JSONDuration) {
	if text != "" && d.UnmarshalText([]byte(text)) != nil {
		wrong[field] = "Give a duration such as 2s or 1h30m."
	}
	return d
}

// number reads a field that may be empty.
func number(p *view.Controls, field string) int {
	text := p.Fault[field]
	n, err := strconv.Atoi(text)
	if err != nil && text != "" {
		p.Wrong[field] = "Give a number."
	}
	return n
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
	chosen := r.PostForm["kinds"]
	page := &view.Controls{Hostile: map[string]string{}, DayKinds: dayKinds(chosen), Wrong: map[string]string{}}
	for _, name := range []string{"share", "seed", "hostile-path", "max-delay"} {
		page.Hostile[name] = wording.Typed(r.PostForm.Get(name))
	}
	share, err := strconv.ParseFloat(page.Hostile["share"], 64)
	if err != nil || share == 0 {
		page.Wrong["share"] = "Give a share above 0 and up to 1, such as 0.1."
	}
	seed, err := strconv.ParseUint(cmp.Or(page.Hostile["seed"], strconv.FormatUint(c.Seed(), 10)), 10, 64)
	if err != nil {
		page.Wrong["seed"] = "Give a number from 0."
	}
	delay := duration(cmp.Or(page.Hostile["max-delay"], fault.DefaultMaxDelay.String()), "max-delay", page.Wrong)
	day, field, err := (&fault.DayRequest{Share: share, Seed: &seed, Path: page.Hostile["hostile-path"], Kinds: chosen, MaxDelay: &delay}).Order(c.Seed())
	if err != nil {
		page.Wrong[map[string]string{"hostile": "share", "path": "hostile-path", "maxDelay": "max-delay", "kinds": "kinds"}[field]] = err.Error()
	}
	if len(page.Wrong) > 0 {
		return c.showControls(v, r, page)
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
