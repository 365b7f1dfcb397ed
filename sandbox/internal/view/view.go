// Package view is the pages of the console: what each of them shows, and how it is written. The console fills in the values;
// nothing here reads or changes a sandbox.
package view

import (
	"cmp"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Content is what one page shows and others do not.
type Content interface {
	main(p *Page) h.Node // the middle of the page
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
		h.A(h.Class("skip"), h.Href("#main"), h.Text("Skip to the content")),
		h.Div(h.ID("away"), h.Role("status")),
		p.header(),
		h.Div(h.Class("frame"),
			p.navigation(),
			h.Main(h.ID("main"), h.TabIndex("-1"),
				h.If(p.Notice != "", h.P(h.Class("notice"), h.Role("status"), h.ID("notice"), h.TabIndex("-1"), h.Text(p.Notice))),
				p.Content.main(p),
			),
		),
		h.Footer(h.Text("Everything here is demo data. Never type a real secret.")),
		h.Div(h.ID("told"), h.Class("unseen"), h.Role("status")),
		markup.Script(p.Script),
	)
}

func (p *Page) header() h.Node {
	return h.Header(
		h.Strong(h.Text("RingCX sandbox")),
		markup.Space,
		h.Span(h.Text("developer console"),
			h.If(p.Namespace != "", h.Group{h.Text(" of the namespace "), h.B(h.ID("namespace"), h.Text(p.Namespace))})),
		markup.Space,
		h.If(p.Outside != "", h.Group{h.A(markup.Link(p.Outside), h.ID("outside"), h.Text("To the sandbox around it")), markup.Space}),
		h.Span(h.Class("clock"), h.Text("Clock "), h.Time(h.Text(p.Clock)), h.Text(" UTC")),
	)
}

func (p *Page) navigation() h.Node {
	if len(p.Places) == 0 {
		return nil
	}
	here := cmp.Or(p.Place, p.Title)
	return h.Nav(h.AriaLabel("Console"), h.Ul(h.Map(p.Places, func(place Place) h.Node {
		return h.Li(h.A(h.Href("/console/"+place.Path), h.If(place.Name == here, h.AriaCurrent("page")), h.Text(place.Name)))
	})))
}

// Refusal says why there is no other page.
type Refusal struct {
	Message string
	Help    []string
	Form    string // address of the form that was refused; "": it is none
}

func (v *Refusal) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text(p.Title)),
		h.P(h.Class("problem"), h.Text(v.Message)),
		h.If(len(v.Help) > 0, h.Ul(h.Map(v.Help, func(help string) h.Node { return h.Li(h.Text(help)) }))),
		h.If(v.Form != "", h.P(h.A(h.Class("alone"), h.ID("form"), markup.Link(v.Form), h.Text("To the form")))),
		h.P(h.A(h.Class("alone"), h.Href("/console/"), h.Text("To the overview"))),
	}
}

// Password asks for the password of the console.
type Password struct {
	Problem string // with the last try; "": there was none
}

func (v *Password) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text(p.Title)),
		h.P(h.Text("This console can be reached from other machines, so it asks for the password that the sandbox was started with.")),
		h.If(v.Problem != "", h.P(h.Class("problem"), h.Role("alert"), h.ID("problem"), h.Text(v.Problem))),
		p.form("/console/sign-in", h.Class("narrow"), h.DataSecret(),
			h.Div(h.Class("field"),
				h.Label(h.For("password"), h.Text("Password")),
				h.Input(h.ID("password"), h.Name("password"), h.Type("password"), h.AutoComplete("current-password"), h.Required(), h.AutoFocus(),
					h.If(v.Problem != "", h.AriaDescribedBy("problem"))),
			),
			h.Button(h.Type("submit"), h.Text("Sign in")),
		),
	}
}
