package view

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Controls is everything that can be turned, with what was filled in wrong.
type Controls struct {
	Offset    string
	Steps     []Choice
	Kinds     []Choice
	Faults    []Fault
	Fault     map[string]string // what was filled in
	Day       *Day              // nil: an ordinary day
	Hostile   map[string]string // what was filled in
	DayKinds  []DayKind
	Limits    []Limit
	Quiet     []Penalty
	MoreQuiet int
	Advance   string
	Wrong     map[string]string
}

// Fault is a fault that is armed.
type Fault struct {
	ID                          uint64
	Kind, Method, Path, Details string
	Left                        int
}

// Day is a hostile day.
type Day struct {
	Percent, Seed, Path, Delay string
	Requests, Spoiled          int
	Kinds                      []DayCount
}

// DayCount is how often a kind of fault happened.
type DayCount struct {
	Kind  string
	Times int
}

// DayKind is a kind of fault that a hostile day may bring.
type DayKind struct {
	Name, Words string
	On          bool
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
		alert(len(v.Wrong) > 0, "Nothing was changed. What to change is marked below."),
		v.clock(p),
		h.Section(h.AriaLabelledBy("faults"), h.H2(h.ID("faults"), h.Text("Bad days")), v.armed(p), v.arm(p)),
		v.hostile(p),
		v.limits(p),
		v.snapshot(p),
		v.reset(p),
	}
}

func (v *Controls) clock(p *Page) h.Node {
	return h.Section(h.AriaLabelledBy("clock"),
		h.H2(h.ID("clock"), h.Text("Clock")),
		h.P(h.Textf("%s UTC, moved by %s. Tokens, limits and grace periods follow it; the clocks of clients do not.", p.Clock, v.Offset)),
		p.inline("/console/controls/clock", h.Map(v.Steps, func(c Choice) h.Node {
			return h.Group{button("second step", c.Label, h.Name("advance"), h.Value(c.Value)), markup.Space}
		})),
		h.Form(h.Method("post"), h.Action("/console/controls/clock"),
			p.token(),
			field("advance", "Another time", v.Advance, v.Wrong["advance"], h.Required(), h.AutoComplete("off"), h.Placeholder("1h30m")),
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
		table("Armed faults", []string{"Fault", "Requests", "Times left", "Details", "Action"}, h.Map(v.Faults, func(f Fault) h.Node {
			return h.Tr(
				head(h.Text(f.Kind)),
				cell("Requests", bdi(cmp.Or(f.Method, "any")), markup.Space, code(f.Path)),
				cell("Times left", h.Text(strconv.Itoa(f.Left))),
				cell("Details", h.Text(cmp.Or(f.Details, "none"))),
				cell("Action", p.inline(disarm, button("small", "Disarm",
					h.Name("fault"), h.Value(strconv.FormatUint(f.ID, 10)), h.AriaLabel("Disarm "+f.Kind+" at "+f.Path)))),
			)
		})),
		p.inline(disarm, button("second", "Disarm all")),
	}
}

func (v *Controls) arm(p *Page) h.Node {
	given := func(id, label string) h.Node { return plain(id, label, v.Fault[id], v.Wrong[id]) }
	return h.Form(h.Method("post"), h.Action("/console/controls/faults"),
		p.token(),
		h.H3(h.Text("Arm a fault")),
		h.Div(h.Class("field"),
			h.Label(h.For("kind"), h.Text("What happens")),
			h.Select(h.ID("kind"), h.Name("kind"), invalid("kind", v.Wrong["kind"]), choices(v.Kinds, v.Fault["kind"])),
			wrong("kind", v.Wrong["kind"]),
		),
		h.Div(h.Class("row"),
			given("path", "Path; * at the end for all below"),
			given("method", "Method, empty for any"),
			given("times", "How many times"),
			given("status", "Status, empty for the usual one"),
			given("retry", "Retry-After"),
			given("delay", "Delay, such as 2s"),
			given("skew", "Date off by, such as -1h"),
		),
		button("", "Arm", h.ID("arm")),
	)
}

func (v *Controls) hostile(p *Page) h.Node {
	given := func(id, label string) h.Node { return plain(id, label, v.Hostile[id], v.Wrong[id]) }
	begin := "Begin a day"
	if v.Day != nil {
		begin = "Begin another day"
	}
	return h.Section(h.AriaLabelledBy("hostile"),
		h.H2(h.ID("hostile"), h.Text("Hostile day")),
		h.P(h.Text("A share of the requests to both servers is spoiled. The same seed spoils the same requests of a path in the same way.")),
		h.Iff(v.Day != nil, func() h.Node {
			return h.Group{v.Day.node(), p.inline("/console/controls/hostile/end", button("second", "End the day", h.ID("end-day")))}
		}),
		h.Form(h.Method("post"), h.Action("/console/controls/hostile"),
			p.token(),
			h.H3(h.Text(begin)),
			h.Div(h.Class("row"),
				given("share", "Share, 0 to 1"),
				given("seed", "Seed"),
				given("hostile-path", "Path; * at the end for all below"),
				given("max-delay", "Longest delay"),
			),
			h.FieldSet(
				h.Legend(h.Text("What may happen")),
				h.Map(v.DayKinds, func(k DayKind) h.Node {
					return option("checkbox", "kinds", "kind-"+k.Name, k.Name, k.On, h.Span(h.Text(k.Name+": "+k.Words)))
				}),
				wrong("kinds", v.Wrong["kinds"]),
			),
			button("", "Begin the day", h.ID("begin-day")),
		),
	)
}

func (d *Day) node() h.Node {
	kinds := ""
	for i, k := range d.Kinds {
		sign := ","
		if i == 0 {
			sign = ":"
		}
		kinds += fmt.Sprintf("%s %s %d", sign, k.Kind, k.Times)
	}
	return h.P(h.ID("day"),
		h.Text(d.Percent+" % of the requests to "), code(d.Path),
		h.Textf(" are spoiled, seed %s, delays up to %s. So far %d of %d%s.", d.Seed, d.Delay, d.Spoiled, d.Requests, kinds),
	)
}

func (v *Controls) limits(p *Page) h.Node {
	change := func(what, text string) h.Node {
		return h.Group{button("second", text, h.Name("change"), h.Value(what)), markup.Space}
	}
	return h.Section(h.AriaLabelledBy("limits"),
		h.H2(h.ID("limits"), h.Text("Limits")),
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
	return h.Section(h.AriaLabelledBy("save"),
		h.H2(h.ID("save"), h.Text("Snapshot")),
		h.P(h.Text("Everything that the sandbox knows as a file: objects, tokens, settings, limits, clock, faults and requests. A sandbox that "+
			"takes it goes on as if it were this one, with the same tokens. Keep it like a password if you use it for more than tests.")),
		h.P(h.A(h.Class("button"), h.ID("save-snapshot"), h.Href("/console/controls/snapshot"), h.Download(), h.Text("Save a snapshot"))),
		h.Form(h.Method("post"), h.EncType("multipart/form-data"), h.Action("/console/controls/snapshot/take"),
			p.token(), // before the file: who uploads it is known before it is read
			h.Div(h.Class("field"),
				h.Label(h.For("snapshot"), h.Text("Take a snapshot, and forget all that is here")),
				h.Input(h.Type("file"), h.ID("snapshot"), h.Name("snapshot"), h.Accept(".json,application/json"), h.Required(),
					invalid("snapshot", v.Wrong["snapshot"])),
				wrong("snapshot", v.Wrong["snapshot"]),
			),
			ask(h.Summary(h.Class("danger"), h.Text("Take it")), "All that is here is forgotten.", button("danger", "Yes, take it", h.ID("take-snapshot"))),
		),
	)
}

func (v *Controls) reset(p *Page) h.Node {
	return h.Section(h.AriaLabelledBy("reset"),
		h.H2(h.ID("reset"), h.Text("Start over")),
		h.P(h.Text("Forgets all tokens, sessions, requests, faults, and everything that was created or set; the demo credentials stay the same, "+
			"and a hostile day begins again.")),
		ask(h.Summary(h.Class("danger"), h.Text("Reset the sandbox")), "This cannot be undone. A snapshot, saved before, brings all of it back.",
			p.inline("/console/controls/reset", button("danger", "Yes, reset the sandbox", h.ID("reset-now")))),
	)
}
