package view

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Inspection is what can be told about a token.
type Inspection struct {
	Kind    string // "": none was given, or nothing can be told
	State   string
	Good    bool // it would be accepted
	Facts   [][2]string
	Header  string // of a JWT, indented
	Claims  string
	Problem string // nothing can be told
}

func (v *Inspection) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Token inspector")),
		h.P(g.Text("Tells what a token is, whose, and whether it still works. It stays on this machine, and is neither kept nor logged.")),
		h.Form(h.Method("post"), h.Action("/console/inspector"), h.AutoComplete("off"), g.Attr("data-secret"),
			p.token(),
			h.Div(h.Class("field"),
				h.Label(h.For("value"), g.Text("Token")),
				h.Textarea(h.ID("value"), h.Name("value"), h.Rows("4"), h.Required(), g.Attr("spellcheck", "false"), h.AutoComplete("off"),
					invalid("value", v.Problem)),
				markup.Filled(v.Problem, func(problem string) g.Node {
					return h.P(h.Class("wrong"), h.ID("value-wrong"), h.Role("alert"), g.Text(problem))
				}),
			),
			button("", "Inspect"),
		),
		g.If(v.Kind != "", v.result()),
	}
}

func (v *Inspection) result() g.Node {
	part := func(title, text string) g.Node {
		return markup.Filled(text, func(text string) g.Node {
			return g.Group{h.H3(g.Text(title)), h.Pre(h.TabIndex("0"), g.Text(text))}
		})
	}
	return h.Section(h.Aria("labelledby", "result"),
		h.H2(h.ID("result"), g.Text(v.Kind)),
		h.P(h.Role("status"), tag(v.Good, v.State)),
		h.Dl(h.Class("pairs"), g.Map(v.Facts, func(fact [2]string) g.Node { return pair(fact[0], g.Text(fact[1])) })),
		part("Header", v.Header),
		part("Claims", v.Claims),
	)
}
