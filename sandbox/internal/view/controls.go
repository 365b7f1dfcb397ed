package view

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Controls is everything that can be turned.
type Controls struct {
	Form
	Offset    string
	Steps     []Choice
	Faults    []fault.Armed
	Day       *fault.Day // nil: an ordinary day
	Limits    []Limit
	Quiet     []Penalty
	MoreQuiet int
}

// faultWords say what each kind of fault does.
var faultWords = map[string]string{
	fault.Status: "answer with a status (503)", fault.HTML: "answer with a page of HTML (200)", fault.Large: "answer with 2 MB (200)",
	fault.Reset: "reset the connection", fault.RetryAfter: "answer with Retry-After (429)",
	fault.DropAnswer: "do what was asked, and lose the answer", fault.Truncate: "do it, and cut the answer in half",
	fault.Delay: "wait before answering", fault.Empty: "answer 200 with nothing", fault.Garble: "do it, and damage the JSON",
	fault.Skew: "do it, with a wrong Date header (an hour ahead)",
}

// Limit is a limit, and how many it counts.
type Limit struct {
	Name            string
	Limit           int
	Window          string
	On              bool
	Keys, Penalties int
}

// Penalty is somebody who is refused for a while.
type Penalty struct {
	Limit, Who, Left string
	Until            time.Time
}

func (v *Controls) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Controls")),
		v.alert("Nothing was changed. What to change is marked below."),
		v.clock(p),
		section("faults", "Bad days", v.armed(p), v.arm(p)),
		v.hostile(p),
		v.limits(p),
		v.snapshot(p),
		v.reset(p),
	}
}

func (v *Controls) clock(p *Page) h.Node {
	return section("clock", "Clock",
		h.P(h.Textf("%s UTC, moved by %s. Tokens, limits and grace periods follow it; the clocks of clients do not.", p.Clock, v.Offset)),
		p.inline("/console/controls/clock", h.Map(v.Steps, func(c Choice) h.Node {
			return h.Group{button("second step", c.Label, h.Name("advance"), h.Value(c.Value)), markup.Space}
		})),
		p.form("/console/controls/clock",
			v.text("advance", "Another time", h.Required(), h.AutoComplete("off"), h.Placeholder("1h30m")),
			button("", "Move the clock"),
		),
	)
}

// armed are the faults that are.
func (v *Controls) armed(p *Page) h.Node {
	if len(v.Faults) == 0 {
		return h.P(h.Text("No fault is armed"), h.If(v.Day == nil, h.Text(": the vendor has a good day")), h.Text("."))
	}
	const disarm = "/console/controls/faults/clear"
	return h.Group{
		table("Armed faults", []string{"Fault", "Requests", "Times left", "Details", "Action"}, h.Map(v.Faults, func(f fault.Armed) h.Node {
			return h.Tr(
				head(h.Text(f.Kind)),
				cell("Requests", bdi(cmp.Or(f.Method, "any")), markup.Space, code(f.Path)),
				cell("Times left", h.Text(strconv.Itoa(f.Left))),
				cell("Details", h.Text(cmp.Or(details(&f.Fault), "none"))),
				cell("Action", p.inline(disarm, button("small", "Disarm",
					h.Name("fault"), h.Value(strconv.FormatUint(f.ID, 10)), h.AriaLabel("Disarm "+f.Kind+" at "+f.Path)))),
			)
		})),
		p.inline(disarm, button("second", "Disarm all")),
	}
}

// details are what a fault brings besides its kind.
func details(f *fault.Fault) string {
	var all []string
	add := func(is bool, format string, value any) {
		if is {
			all = append(all, fmt.Sprintf(format, value))
		}
	}
	add(f.Status != 0, "status %d", f.Status)
	add(f.RetryAfter != "", "Retry-After %s", f.RetryAfter)
	add(f.RetryDate != 0, "Retry-After a date %v ahead", f.RetryDate)
	add(f.Delay != 0, "%v", f.Delay)
	add(f.Skew != 0, "Date off by %v", f.Skew)
	return strings.Join(all, ", ")
}

func (v *Controls) arm(p *Page) h.Node {
	var kinds []Choice
	for _, kind := range fault.Kinds() {
		kinds = append(kinds, Choice{kind, kind + ": " + faultWords[kind]})
	}
	return p.form("/console/controls/faults",
		h.H3(h.Text("Arm a fault")),
		v.list("kind", "What happens", choices(kinds, v.Given.Get("kind"))),
		h.Div(h.Class("row"),
			v.plain("path", "Path; * at the end for all below"),
			v.plain("method", "Method, empty for any"),
			v.plain("times", "How many times"),
			v.plain("status", "Status, empty for the usual one"),
			v.plain("retry", "Retry-After"),
			v.plain("delay", "Delay, such as 2s"),
			v.plain("skew", "Date off by, such as -1h"),
		),
		button("", "Arm", h.ID("arm")),
	)
}

func (v *Controls) hostile(p *Page) h.Node {
	begin := "Begin a day"
	if v.Day != nil {
		begin = "Begin another day"
	}
	return section("hostile", "Hostile day",
		h.P(h.Text("A share of the requests to both servers is spoiled. The same seed spoils the same requests of a path in the same way.")),
		h.Iff(v.Day != nil, func() h.Node {
			return h.Group{day(v.Day), p.inline("/console/controls/hostile/end", button("second", "End the day", h.ID("end-day")))}
		}),
		p.form("/console/controls/hostile",
			h.H3(h.Text(begin)),
			h.Div(h.Class("row"),
				v.plain("share", "Share, 0 to 1"),
				v.plain("seed", "Seed"),
				v.plain("hostile-path", "Path; * at the end for all below"),
				v.plain("max-delay", "Longest delay"),
			),
			h.FieldSet(
				h.Legend(h.Text("What may happen")),
				h.Map(fault.DayKinds(), v.dayKind),
				v.wrong("kinds"),
			),
			button("", "Begin the day", h.ID("begin-day")),
		),
	)
}

// dayKind is a kind of fault that a hostile day may bring. None chosen means all.
func (v *Controls) dayKind(kind string) h.Node {
	chosen := v.Given["kinds"]
	words, _, _ := strings.Cut(faultWords[kind], " (") // figures are those of the day
	return option("checkbox", "kinds", "kind-"+kind, kind, chosen == nil || slices.Contains(chosen, kind), h.Span(h.Text(kind+": "+words)))
}

// day tells what a hostile day does, and did so far.
func day(d *fault.Day) h.Node {
	spoiled, kinds, sign := 0, "", ":"
	for _, kind := range slices.Sorted(maps.Keys(d.Spoiled)) {
		spoiled += d.Spoiled[kind]
		kinds += fmt.Sprintf("%s %s %d", sign, kind, d.Spoiled[kind])
		sign = ","
	}
	return h.P(h.ID("day"),
		h.Textf("%.4g %% of the requests to ", 100*d.Share), code(d.Path),
		h.Textf(" are spoiled, seed %d, delays up to %s. So far %d of %d%s.", d.Seed, time.Duration(d.MaxDelay), spoiled, d.Requests, kinds),
	)
}

func (v *Controls) limits(p *Page) h.Node {
	change := func(what, text string) h.Node {
		return h.Group{button("second", text, h.Name("change"), h.Value(what)), markup.Space}
	}
	return section("limits", "Limits",
		h.P(h.Text("Their figures, and all else that the vendor could do differently, are in the "),
			h.A(h.Href("/console/contract"), h.Text("contract")), h.Text(".")),
		table("What the limits are", []string{"Limit", "Requests", "State", "Counted", "In a penalty"}, h.Map(v.Limits, Limit.row)),
		h.Div(h.ID("penalties"), h.DataLive(),
			h.H3(h.ID("quiet"), h.Text("Penalties")),
			v.penalties(),
		),
		p.inline("/console/controls/limits",
			change("on", "Switch on"), change("off", "Switch off"), change("forget", "Forget what was counted")),
	)
}

func (l Limit) row() h.Node {
	most, state := "no limit", "off"
	if l.Limit != 0 {
		most = fmt.Sprintf("%d in %s", l.Limit, l.Window)
	}
	if l.On {
		state = "on"
	}
	return h.Tr(
		head(h.Text(l.Name)),
		cell("Requests", h.Text(most)),
		cell("State", tag(l.On, state)),
		cell("Counted", h.Text(strconv.Itoa(l.Keys))),
		cell("In a penalty", h.Text(strconv.Itoa(l.Penalties))),
	)
}

func (v *Controls) penalties() h.Node {
	if len(v.Quiet) == 0 {
		return h.P(h.Text("Nobody is in a penalty."))
	}
	heads := []string{"Who is refused", "Limit", "Until (UTC)", "Time left"}
	return h.Group{
		wide(h.AriaLabelledBy("quiet"), heads, h.Map(v.Quiet, func(q Penalty) h.Node {
			return h.Tr(
				head(h.Text(q.Who)), cell("Limit", h.Text(q.Limit)), cell("Until", moment(q.Until, time.DateTime)), cell("Time left", h.Text(q.Left)),
			)
		})),
		h.If(v.MoreQuiet > 0, h.P(h.Class("hint"), h.Textf("And %d more.", v.MoreQuiet))),
		h.P(h.Class("hint"), h.Text("A request before the end begins the penalty anew. Whose it was is among the "),
			h.A(h.Href("/console/requests?status=429"), h.Text("requests")), h.Text(".")),
	}
}

func (v *Controls) snapshot(p *Page) h.Node {
	return section("save", "Snapshot",
		h.P(h.Text("Everything that the sandbox knows as a file: objects, tokens, settings, limits, clock, faults and requests. A sandbox that "+
			"takes it goes on as if it were this one, with the same tokens. Keep it like a password if you use it for more than tests.")),
		h.P(h.A(h.Class("button"), h.ID("save-snapshot"), h.Href("/console/controls/snapshot"), h.Download(), h.Text("Save a snapshot"))),
		h.Form(h.Method("post"), h.EncType("multipart/form-data"), h.Action("/console/controls/snapshot/take"),
			p.token(), // before the file: who uploads it is known before it is read
			v.field("snapshot", "Take a snapshot, and forget all that is here",
				h.Input(h.Type("file"), h.ID("snapshot"), h.Name("snapshot"), h.Accept(".json,application/json"), h.Required(),
					v.invalid("snapshot"))),
			ask(h.Summary(h.Class("danger"), h.Text("Take it")), "All that is here is forgotten.", button("danger", "Yes, take it", h.ID("take-snapshot"))),
		),
	)
}

func (v *Controls) reset(p *Page) h.Node {
	return section("reset", "Start over",
		h.P(h.Text("Forgets all tokens, sessions, requests, faults, and everything that was created or set; the demo credentials stay the same, "+
			"and a hostile day begins again.")),
		ask(h.Summary(h.Class("danger"), h.Text("Reset the sandbox")), "This cannot be undone. A snapshot, saved before, brings all of it back.",
			p.inline("/console/controls/reset", button("danger", "Yes, reset the sandbox", h.ID("reset-now")))),
	)
}
