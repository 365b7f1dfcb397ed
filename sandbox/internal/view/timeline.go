package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/timeline"
)

// Timeline is what became of access tokens, as a picture and in words.
type Timeline struct{ *timeline.Timeline }

func (v Timeline) main(*Page) h.Node {
	return h.Group{
		h.H1(h.Text("Timeline")),
		h.Div(h.ID("timeline"), h.DataLive(),
			h.P(h.Text("What became of access tokens, on the sandbox’s clock: "+v.counted()), h.A(h.Href("/console/timeline"), h.Text("Look again"))),
			v.content(),
		),
	}
}

func (v Timeline) counted() string {
	if len(v.Counts) == 0 {
		return " nothing yet. "
	}
	var all []string
	for _, c := range v.Counts {
		all = append(all, fmt.Sprintf("%d %s", c.Count, c.Name))
	}
	return strings.Join(all, ", ") + ". "
}

func (v Timeline) content() h.Node {
	if len(v.Events) == 0 {
		return h.Section(h.AriaLabel("Picture"), h.P(h.Text("No token was asked for yet. The "),
			h.A(h.Href("/console/requests"), h.Text("requests")), h.Text(" appear here as soon as one is.")))
	}
	var legend h.Group
	for _, m := range v.Legend() {
		legend = append(legend, h.Span(
			h.SVG(h.ViewBox("-8 -8 16 16"), h.AriaHidden("true"), shape(m.Kind, m.Lane)), h.Text(" "+m.Title),
		), markup.Space)
	}
	return h.Group{
		h.Div(h.Class("wide"), h.TabIndex("0"), h.Role("group"), h.AriaLabel("Picture"), h.Figure(
			v.picture(),
			h.FigCaption(h.Class("legend"), legend),
		)),
		h.If(v.Bent, h.P(h.Class("hint"), h.Text("The scale is bent: long pauses are drawn shorter than they were."))),
		h.If(v.Left != 0, h.P(h.Class("hint"), h.Textf("%d earlier %s in the table only.", v.Left, ofThem(v.Left, "sign-in is", "sign-ins are")))),
		section("events", "The same in words",
			table("Events", []string{"Time", "Server", "Sign-in", "What happened", "Request"}, h.Map(v.Events, v.event)),
		),
	}
}

func (v Timeline) picture() h.Node {
	about := "A row for each sign-in, and in it a bar for each access token, from its issue to its end or now. The table below says the same in words."
	out := h.Group{
		h.ViewBox(fmt.Sprintf("0 0 %d %d", v.Width, v.Height)), h.Role("img"), h.AriaLabelledBy("picture-title picture-text"),
		h.Title(h.ID("picture-title"), h.Textf("Lives of tokens from %s to %s UTC", v.From.UTC().Format(time.DateTime), v.To.UTC().Format(time.DateTime))),
		h.Desc(h.ID("picture-text"), h.Text(about)),
	}
	for _, t := range v.Ticks {
		out = append(out, h.Line(h.Class("tick"), h.X1(t.X), h.X2(t.X), h.Y1(0), h.Y2(v.Height)))
	}
	for _, l := range v.Lanes {
		out = append(out,
			h.SVGText(h.Class("lane"), h.X(0), h.Y(l.Y), h.Dy(14), h.Text(l.Name)),
			h.Line(h.Class("rule"), h.X1(0), h.X2(v.Width), h.Y1(l.Bottom), h.Y2(l.Bottom)))
	}
	for _, r := range v.Rows {
		out = append(out, h.SVGText(h.Class("who"), h.X(0), h.Y(r.Y), h.Dy(4), h.Title(h.Text(r.Title)), h.Text(r.Text)))
	}
	for _, b := range v.Bars {
		out = append(out, h.Rect(h.Class(lane("bar", b.Lane)), h.X(b.X), h.Y(b.Y), h.Width(b.Width), h.Height(6), h.Rx(3)))
	}
	for _, m := range v.Marks {
		out = append(out, h.G(h.Transform(fmt.Sprintf("translate(%d %d)", m.X, m.Y)), h.Title(h.Text(m.Title)), shape(m.Kind, m.Lane)))
	}
	for _, t := range v.Ticks {
		class := "when"
		if t.First {
			class += " first"
		}
		if t.Last {
			class += " last"
		}
		out = append(out, h.SVGText(h.Class(class), h.X(t.X), h.Y(v.Height), h.Dy(-6), h.Text(t.Text)))
	}
	return h.SVG(out)
}

func lane(class string, n int) string { return class + " lane-" + strconv.Itoa(n) }

// shape is what an event looks like.
func shape(kind journal.Event, n int) h.Node {
	path := func(class, d string) h.Node { return h.Path(h.Class(class), h.D(d)) }
	switch kind {
	case journal.Issued:
		return h.Circle(h.Class(lane("mark", n)), h.R(5))
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
func (v Timeline) event(e timeline.Event) h.Node {
	tagged := mild(e.Kind == journal.Issued || e.Kind == journal.Refreshed, string(e.Kind))
	if e.Kind == journal.Refused {
		tagged = tag(false, string(e.Kind))
	}
	holder, request := h.Node(h.Text("not known")), h.Node(h.Text(e.Why))
	if l := v.Holder(e); l != nil {
		holder = h.Group{bdi(l.Name()), h.If(l.About != "", small(l.About))}
	}
	if e.Path != "" {
		request = h.Group{code(e.Path), h.Text(" " + statusText(e.Status))}
	}
	return h.Tr(
		cell("Time", moment(e.Time, time.DateTime)),
		cell("Server", h.Text(e.Server())),
		cell("Sign-in", holder),
		cell("Event", tagged, h.If(e.Times > 1, h.Group{
			h.Textf(" %d times", e.Times), small("the first at " + e.First.UTC().Format(time.DateTime)),
		})),
		cell("Request", request),
	)
}
