package view

import (
	"fmt"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/timeline"
)

// Timeline is what became of access tokens, as a picture and in words.
type Timeline struct{ *timeline.Timeline }

func (v Timeline) main(*Page) g.Node {
	return g.Group{
		h.H1(g.Text("Timeline")),
		h.Div(h.ID("timeline"), g.Attr("data-live"),
			h.P(g.Text("What became of access tokens, on the sandbox’s clock: "+v.counted()), h.A(h.Href("/console/timeline"), g.Text("Look again"))),
			v.content(),
		),
	}
}

func (v Timeline) counted() string {
	if len(v.Counts) == 0 {
		return " nothing yet. "
	}
	out := ""
	for i, c := range v.Counts {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%d %s", c.Count, c.Name)
	}
	return out + ". "
}

func (v Timeline) content() g.Node {
	if len(v.Events) == 0 {
		return h.Section(h.Aria("label", "Picture"), h.P(g.Text("No token was asked for yet. The "),
			h.A(h.Href("/console/requests"), g.Text("requests")), g.Text(" appear here as soon as one is.")))
	}
	var legend g.Group
	for _, m := range v.Legend() {
		legend = append(legend, h.Span(
			h.SVG(g.Attr("viewBox", "-8 -8 16 16"), h.Aria("hidden", "true"), shape(m.Kind, m.Lane)), g.Text(" "+m.Title),
		), markup.Space)
	}
	return g.Group{
		h.Div(h.Class("wide"), h.TabIndex("0"), h.Role("group"), h.Aria("label", "Picture"), h.Figure(
			v.picture(),
			h.FigCaption(h.Class("legend"), legend),
		)),
		g.If(v.Bent, h.P(h.Class("hint"), g.Text("The scale is bent: long pauses are drawn shorter than they were."))),
		g.If(v.Left != 0, h.P(h.Class("hint"), g.Textf("%d earlier %s in the table only.", v.Left, ofThem(v.Left, "sign-in is", "sign-ins are")))),
		h.Section(h.Aria("labelledby", "events"),
			h.H2(h.ID("events"), g.Text("The same in words")),
			table("Events", []string{"Time", "Server", "Sign-in", "What happened", "Request"}, g.Map(v.Events, v.event)),
		),
	}
}

func (v Timeline) picture() g.Node {
	about := "A row for each sign-in, and in it a bar for each access token, from its issue to its end or now. The table below says the same in words."
	out := g.Group{
		g.Attr("viewBox", fmt.Sprintf("0 0 %d %d", v.Width, v.Height)), h.Role("img"), h.Aria("labelledby", "picture-title picture-text"),
		titled(h.ID("picture-title"), g.Textf("Lives of tokens from %s to %s UTC", v.From.UTC().Format(time.DateTime), v.To.UTC().Format(time.DateTime))),
		g.El("desc", h.ID("picture-text"), g.Text(about)),
	}
	for _, t := range v.Ticks {
		out = append(out, g.El("line", h.Class("tick"), size("x1", t.X), size("x2", t.X), size("y1", 0), size("y2", v.Height)))
	}
	for _, l := range v.Lanes {
		out = append(out,
			g.El("text", h.Class("lane"), size("x", 0), size("y", l.Y), size("dy", 14), g.Text(l.Name)),
			g.El("line", h.Class("rule"), size("x1", 0), size("x2", v.Width), size("y1", l.Bottom), size("y2", l.Bottom)))
	}
	for _, r := range v.Rows {
		out = append(out, g.El("text", h.Class("who"), size("x", 0), size("y", r.Y), size("dy", 4), titled(g.Text(r.Title)), g.Text(r.Text)))
	}
	for _, b := range v.Bars {
		out = append(out, g.El("rect", h.Class(lane("bar", b.Lane)), size("x", b.X), size("y", b.Y), size("width", b.Width), size("height", 6), size("rx", 3)))
	}
	for _, m := range v.Marks {
		out = append(out, g.El("g", g.Attr("transform", fmt.Sprintf("translate(%d %d)", m.X, m.Y)), titled(g.Text(m.Title)), shape(m.Kind, m.Lane)))
	}
	for _, t := range v.Ticks {
		class := "when"
		if t.First {
			class += " first"
		}
		if t.Last {
			class += " last"
		}
		out = append(out, g.El("text", h.Class(class), size("x", t.X), size("y", v.Height), size("dy", -6), g.Text(t.Text)))
	}
	return h.SVG(out)
}

// titled is what a part of the picture says to who cannot see it, or points at it.
func titled(nodes ...g.Node) g.Node { return g.El("title", nodes...) }

func size(name string, n int) g.Node { return g.Attr(name, strconv.Itoa(n)) }

func lane(class string, n int) string { return class + " lane-" + strconv.Itoa(n) }

// shape is what an event looks like.
func shape(kind journal.Event, n int) g.Node {
	path := func(class, d string) g.Node { return g.El("path", h.Class(class), g.Attr("d", d)) }
	switch kind {
	case journal.Issued:
		return g.El("circle", h.Class(lane("mark", n)), size("r", 5))
	case journal.Refreshed:
		return path(lane("mark", n), "M0-6 6 0 0 6-6 0Z")
	case journal.Refused:
		return path("cross", "M-4-4 4 4M4-4-4 4")
	case "expired":
		return path(lane("end", n), "M0-6V6")
	}
	return path(lane("mark", n), "M-5-5H5V5H-5Z")
}

// event is a row of the table.
func (v Timeline) event(e timeline.Event) g.Node {
	tagged := mild(e.Kind == journal.Issued || e.Kind == journal.Refreshed, string(e.Kind))
	if e.Kind == journal.Refused {
		tagged = tag(false, string(e.Kind))
	}
	holder, request := g.Node(g.Text("not known")), g.Node(g.Text(e.Why))
	if l := v.Holder(e); l != nil {
		holder = g.Group{bdi(l.Name()), markup.Filled(l.About, small)}
	}
	if e.Path != "" {
		status := "cut"
		if e.Status != 0 {
			status = strconv.Itoa(e.Status)
		}
		request = g.Group{code(e.Path), g.Text(" " + status)}
	}
	return h.Tr(
		cell("Time", moment(e.Time, time.DateTime)),
		cell("Server", g.Text(e.Server())),
		cell("Sign-in", holder),
		cell("Event", tagged, g.If(e.Times > 1, g.Group{
			g.Textf(" %d times", e.Times), small("the first at " + e.First.UTC().Format(time.DateTime)),
		})),
		cell("Request", request),
	)
}
