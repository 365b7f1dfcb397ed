// Package view is the pages of the console: what each of them shows, and how it is written. The console fills in the values;
// nothing here reads or changes a sandbox.
package view

import (
	"cmp"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Content is what one page shows and others do not.
type Content interface {
	main(p *Page) g.Node // the middle of the page
}

// Page is a page of the console.
type Page struct {
	Style, Script string // our own files
	Title         string
	Place         string // the entry of the navigation that it belongs to; "": that of its title
	Places        []Place
	Token         string // in every form: who sends it has seen the page
	Clock         string
	Notice        string // what was done; "": nothing
	Namespace     string // that this console is of; "": none
	Outside       string // address of the console around it; "": none is known
	Content       Content
}

// Place is an entry of the navigation.
type Place struct{ Name, Path string }

// HTML is the page as it is sent.
func (p *Page) HTML() []byte {
	title := p.Title
	if p.Namespace != "" {
		title += " – " + p.Namespace
	}
	return markup.Document(title+" – RingCX sandbox console", p.Style,
		h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to the content")),
		h.Div(h.ID("away"), h.Role("status")),
		p.header(),
		h.Div(h.Class("frame"),
			p.navigation(),
			h.Main(h.ID("main"), h.TabIndex("-1"),
				markup.Filled(p.Notice, func(text string) g.Node {
					return h.P(h.Class("notice"), h.Role("status"), h.ID("notice"), h.TabIndex("-1"), g.Text(text))
				}),
				p.Content.main(p),
			),
		),
		h.Footer(g.Text("Everything here is demo data. Never type a real secret.")),
		h.Div(h.ID("told"), h.Class("unseen"), h.Role("status")),
		markup.Script(p.Script),
	)
}

func (p *Page) header() g.Node {
	return h.Header(
		h.Strong(g.Text("RingCX sandbox")),
		markup.Space,
		h.Span(g.Text("developer console"), markup.Filled(p.Namespace, func(name string) g.Node {
			return g.Group{g.Text(" of the namespace "), h.B(h.ID("namespace"), g.Text(name))}
		})),
		markup.Space,
		markup.Filled(p.Outside, func(address string) g.Node {
			return g.Group{h.A(markup.Link(address), h.ID("outside"), g.Text("To the sandbox around it")), markup.Space}
		}),
		h.Span(h.Class("clock"), g.Text("Clock "), h.Time(g.Text(p.Clock)), g.Text(" UTC")),
	)
}

func (p *Page) navigation() g.Node {
	if len(p.Places) == 0 {
		return nil
	}
	here := cmp.Or(p.Place, p.Title)
	return h.Nav(h.Aria("label", "Console"), h.Ul(g.Map(p.Places, func(place Place) g.Node {
		return h.Li(h.A(h.Href("/console/"+place.Path), g.If(place.Name == here, h.Aria("current", "page")), g.Text(place.Name)))
	})))
}

// Refusal says why there is no other page.
type Refusal struct {
	Message string
	Help    []string
	Form    string // address of the form that was refused; "": it is none
}

func (v *Refusal) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text(p.Title)),
		h.P(h.Class("problem"), g.Text(v.Message)),
		g.If(len(v.Help) > 0, h.Ul(g.Map(v.Help, func(help string) g.Node { return h.Li(g.Text(help)) }))),
		markup.Filled(v.Form, func(address string) g.Node {
			return h.P(h.A(h.Class("alone"), h.ID("form"), markup.Link(address), g.Text("To the form")))
		}),
		h.P(h.A(h.Class("alone"), h.Href("/console/"), g.Text("To the overview"))),
	}
}

// Password asks for the password of the console.
type Password struct {
	Problem string // with the last try; "": there was none
}

func (v *Password) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text(p.Title)),
		h.P(g.Text("This console can be reached from other machines, so it asks for the password that the sandbox was started with.")),
		markup.Filled(v.Problem, func(problem string) g.Node {
			return h.P(h.Class("problem"), h.Role("alert"), h.ID("problem"), g.Text(problem))
		}),
		h.Form(h.Method("post"), h.Action("/console/sign-in"), h.Class("narrow"), g.Attr("data-secret"),
			p.token(),
			h.Div(h.Class("field"),
				h.Label(h.For("password"), g.Text("Password")),
				h.Input(h.ID("password"), h.Name("password"), h.Type("password"), h.AutoComplete("current-password"), h.Required(), h.AutoFocus(),
					g.If(v.Problem != "", h.Aria("describedby", "problem"))),
			),
			h.Button(h.Type("submit"), g.Text("Sign in")),
		),
	}
}
