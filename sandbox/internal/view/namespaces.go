package view

import (
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Namespaces lists the sandboxes inside this one.
type Namespaces struct {
	Form
	Rows []Namespace
}

// Namespace is one of them.
type Namespace struct {
	admin.Namespace
	Console string // address; "": not reachable from where the visitor is
}

func (v *Namespaces) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Namespaces")),
		h.P(h.Text("Each is a whole sandbox inside this one, with its own accounts, tokens, limits, clock, faults and requests, so that many " +
			"suites of tests can share one process. It begins with the first request that names it.")),
		v.list(p),
		p.form("/console/namespaces",
			h.H2(h.Text("Begin a namespace")),
			v.text("name", "Name", h.Required(), h.MaxLength("63"), h.AutoComplete("off"), h.Placeholder("nightly")),
			button("", "Begin", h.ID("begin")),
		),
	}
}

func (v *Namespaces) list(p *Page) h.Node {
	if len(v.Rows) == 0 {
		return h.Section(h.AriaLabel("List"), h.P(h.Text("There is none yet.")))
	}
	var rows h.Group
	for i, n := range v.Rows {
		rows = append(rows, h.Tr(
			head(h.Text(n.Name)),
			cell("Address", copied("address-"+strconv.Itoa(i), "the address of "+n.Name, n.URL)),
			cell("Requests", h.Text(strconv.Itoa(n.Requests))),
			cell("Console", n.console()),
			cell("Action", ask(
				h.Summary(h.Class("small danger"), h.AriaLabel("Delete "+n.Name), h.Text("Delete")),
				"All that is in it is forgotten.",
				p.inline("/console/namespaces/"+markup.Escape(n.Name)+"/delete", button("small danger", "Yes, delete", h.AriaLabel("Yes, delete "+n.Name))),
			)),
		))
	}
	return table("Namespaces", []string{"Name", "Address for programs", "Requests", "Console", "Action"}, rows)
}

func (n *Namespace) console() h.Node {
	if n.Console == "" {
		return h.Text("on the machine of the sandbox")
	}
	return h.A(markup.Link(n.Console), h.AriaLabel("Open the console of "+n.Name), h.Text("Open"))
}
