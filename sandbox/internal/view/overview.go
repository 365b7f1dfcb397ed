package view

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

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

func (v *Overview) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Overview")),
		h.P(g.Text("Both vendor servers, on this address. No account is needed, and nothing leaves this machine. New here? The "),
			h.A(h.Href("/console/guide"), g.Text("guide")), g.Text(" walks through the life of a token.")),
		h.Section(h.Aria("labelledby", "servers"),
			h.H2(h.ID("servers"), g.Text("Servers")),
			h.Dl(h.Class("pairs"),
				pair("RingCentral", copied("url-rc", "the address of RingCentral", v.URL)),
				pair("RingCX", copied("url-cx", "the address of RingCX", v.URL)),
				pair("Clock", g.Text(p.Clock+" UTC, moved by "+v.Offset)),
			),
		),
		h.Section(h.Aria("labelledby", "counts"),
			h.H2(h.ID("counts"), g.Text("What there is")),
			h.Ul(h.Class("counts"), g.Map(v.Counts, func(c Count) g.Node { return h.Li(c.node()) })),
		),
		h.Section(h.Aria("labelledby", "demo"),
			h.H2(h.ID("demo"), g.Text("Demo credentials")),
			h.Dl(h.Class("pairs"), g.Map(v.Shown, func(s Shown) g.Node {
				return g.Group{h.Dt(g.Text(s.Label), markup.Filled(s.Hint, small)), h.Dd(copied(s.ID, s.Label, s.Value))}
			})),
		),
		h.Section(h.Aria("labelledby", "shell"),
			h.H2(h.ID("shell"), g.Text("In a shell")),
			h.P(g.Text("The variables that the vendor’s samples and "), code("ringcx login --jwt"), g.Text(" read:")),
			block("env", "the variables", v.Env, h.Class("whole")),
		),
	}
}

func (c *Count) node() g.Node {
	text := g.Group{h.Strong(g.Text(strconv.Itoa(c.Count))), g.Text(" " + c.Name)}
	if c.Path == "" {
		return h.Span(text)
	}
	return h.A(h.Href("/console/"+c.Path), text)
}
