package view

import (
	"strconv"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Overview is the first page: where the servers are, what to sign in with, and how much there is of everything.
type Overview struct {
	URL    string
	Shown  []Shown // credentials that can be copied
	Counts []Count
	Env    string
	Offset string
}

// Shown is a value to copy.
type Shown struct{ ID, Label, Value, Hint string }

// Count is how many there are of something.
type Count struct {
	Name  string
	Count int
	Path  string // page about it, below the console's; "": none
}

func (v *Overview) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Overview")),
		h.P(h.Text("Both vendor servers, on this address. No account is needed, and nothing leaves this machine. New here? The "),
			h.A(h.Href("/console/guide"), h.Text("guide")), h.Text(" walks through the life of a token.")),
		h.Section(h.AriaLabelledBy("servers"),
			h.H2(h.ID("servers"), h.Text("Servers")),
			h.Dl(h.Class("pairs"),
				pair("RingCentral", copied("url-rc", "the address of RingCentral", v.URL)),
				pair("RingCX", copied("url-cx", "the address of RingCX", v.URL)),
				pair("Clock", h.Text(p.Clock+" UTC, moved by "+v.Offset)),
			),
		),
		h.Section(h.AriaLabelledBy("counts"),
			h.H2(h.ID("counts"), h.Text("What there is")),
			h.Ul(h.Class("counts"), h.Map(v.Counts, func(c Count) h.Node { return h.Li(c.node()) })),
		),
		h.Section(h.AriaLabelledBy("demo"),
			h.H2(h.ID("demo"), h.Text("Demo credentials")),
			h.Dl(h.Class("pairs"), h.Map(v.Shown, func(s Shown) h.Node {
				return h.Group{h.Dt(h.Text(s.Label), markup.Filled(s.Hint, small)), h.Dd(copied(s.ID, s.Label, s.Value))}
			})),
		),
		h.Section(h.AriaLabelledBy("shell"),
			h.H2(h.ID("shell"), h.Text("In a shell")),
			h.P(h.Text("The variables that the vendor’s samples and "), code("ringcx login --jwt"), h.Text(" read:")),
			block("env", "the variables", v.Env, h.Class("whole")),
		),
	}
}

func (c *Count) node() h.Node {
	text := h.Group{h.Strong(h.Text(strconv.Itoa(c.Count))), h.Text(" " + c.Name)}
	if c.Path == "" {
		return h.Span(text)
	}
	return h.A(h.Href("/console/"+c.Path), text)
}
