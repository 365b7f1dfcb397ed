package view

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Namespaces lists the sandboxes inside this one.
type Namespaces struct {
	Rows  []Namespace
	Name  string // what was filled in
	Wrong string
}

// Namespace is one of them.
type Namespace struct {
	Name, URL string
	Console   string // address; "": not reachable from where the visitor is
	Requests  int
}

func (v *Namespaces) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Namespaces")),
		h.P(g.Text("Each is a whole sandbox inside this one, with its own accounts, tokens, limits, clock, faults and requests, so that many " +
			"suites of tests can share one process. It begins with the first request that names it.")),
		v.list(p),
		h.Form(h.Method("post"), h.Action("/console/namespaces"),
			p.token(),
			h.H2(g.Text("Begin a namespace")),
			field("name", "Name", v.Name, v.Wrong, h.Required(), h.MaxLength("63"), h.AutoComplete("off"), h.Placeholder("nightly")),
			button("", "Begin", h.ID("begin")),
		),
	}
}

func (v *Namespaces) list(p *Page) g.Node {
	if len(v.Rows) == 0 {
		return h.Section(h.Aria("label", "List"), h.P(g.Text("There is none yet.")))
	}
	var rows g.Group
	for i, n := range v.Rows {
		rows = append(rows, h.Tr(
			head(g.Text(n.Name)),
			cell("Address", copied("address-"+strconv.Itoa(i), "the address of "+n.Name, n.URL)),
			cell("Requests", g.Text(strconv.Itoa(n.Requests))),
			cell("Console", n.console()),
			cell("Action", ask(
				h.Summary(h.Class("small danger"), h.Aria("label", "Delete "+n.Name), g.Text("Delete")),
				"All that is in it is forgotten.",
				p.inline("/console/namespaces/"+markup.Escape(n.Name)+"/delete", button("small danger", "Yes, delete", h.Aria("label", "Yes, delete "+n.Name))),
			)),
		))
	}
	return table("Namespaces", []string{"Name", "Address for programs", "Requests", "Console", "Action"}, rows)
}

func (n *Namespace) console() g.Node {
	if n.Console == "" {
		return g.Text("on the machine of the sandbox")
	}
	return h.A(markup.Link(n.Console), h.Aria("label", "Open the console of "+n.Name), g.Text("Open"))
}
