package view

import (
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
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

func (v *Inspection) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Token inspector")),
		h.P(h.Text("Tells what a token is, whose, and whether it still works. It stays on this machine, and is neither kept nor logged.")),
		p.form("/console/inspector", h.AutoComplete("off"), h.DataSecret(),
			h.Div(h.Class("field"),
				h.Label(h.For("value"), h.Text("Token")),
				h.Textarea(h.ID("value"), h.Name("value"), h.Rows("4"), h.Required(), h.SpellCheck("false"), h.AutoComplete("off"),
					h.If(v.Problem != "", h.Group{h.AriaInvalid("true"), h.AriaDescribedBy("value-wrong")})),
				h.If(v.Problem != "", h.P(h.Class("wrong"), h.ID("value-wrong"), h.Role("alert"), h.Text(v.Problem))),
			),
			button("", "Inspect"),
		),
		h.If(v.Kind != "", v.result()),
	}
}

func (v *Inspection) result() h.Node {
	part := func(title, text string) h.Node {
		return h.If(text != "", h.Group{h.H3(h.Text(title)), h.Pre(h.TabIndex("0"), h.Text(text))})
	}
	return section("result", v.Kind,
		h.P(h.Role("status"), tag(v.Good, v.State)),
		h.Dl(h.Class("pairs"), h.Map(v.Facts, func(fact [2]string) h.Node { return pair(fact[0], h.Text(fact[1])) })),
		part("Header", v.Header),
		part("Claims", v.Claims),
	)
}
