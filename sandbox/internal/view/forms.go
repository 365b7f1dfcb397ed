package view

import (
	"net/url"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Form is what was filled in, and what is wrong with it, by the names of the fields.
type Form struct {
	Given url.Values
	Wrong map[string]string // what is to be changed; "": nothing
}

// alert says at the head of the forms that something in them is wrong.
func (f *Form) alert(text string) h.Node {
	return h.If(len(f.Wrong) > 0, h.P(h.Class("problem"), h.Role("alert"), h.Text(text)))
}

// text is a field for a text; the attributes stand before its value.
func (f *Form) text(id, label string, attributes ...h.Node) h.Node {
	return f.field(id, label, h.Input(h.ID(id), h.Name(id), h.Group(attributes), h.Value(f.Given.Get(id)), f.invalid(id)))
}

// plain is a field for a text that browsers do not fill in by themselves.
func (f *Form) plain(id, label string) h.Node { return f.text(id, label, h.AutoComplete("off")) }

// search is a field for what is looked for, in which nothing can be wrong.
func search(id, label, value string) h.Node {
	return (&Form{Given: url.Values{id: {value}}}).plain(id, label)
}

// list is a field with options to choose from.
func (f *Form) list(id, label string, options h.Node) h.Node {
	return f.field(id, label, h.Select(h.ID(id), h.Name(id), f.invalid(id), options))
}

// field is a control with its label, and what is wrong with it.
func (f *Form) field(id, label string, control ...h.Node) h.Node {
	return h.Div(h.Class("field"), h.Label(h.For(id), h.Text(label)), h.Group(control), f.wrong(id))
}

// group is a set of options with what is wrong with them, and what only some of them ask.
func (f *Form) group(id, legend string, options h.Node, more ...h.Node) h.Node {
	return h.FieldSet(f.described(id), h.Legend(h.Text(legend)), options, f.wrong(id), h.Group(more))
}

// radio is one of several options, of which one can be chosen.
func (f *Form) radio(name, id, value, label string) h.Node {
	return option("radio", name, id, value, f.Given.Get(name) == value, h.Text(label))
}

// wrong is what is wrong with a field, said below it.
func (f *Form) wrong(id string) h.Node {
	return h.If(f.Wrong[id] != "", h.P(h.Class("wrong"), h.ID(id+"-wrong"), h.Text(f.Wrong[id])))
}

// described is the attribute of what wrong says something about.
func (f *Form) described(id string) h.Node {
	return h.If(f.Wrong[id] != "", h.AriaDescribedBy(id+"-wrong"))
}

// invalid are the attributes of a field that wrong says something about.
func (f *Form) invalid(id string) h.Node {
	return h.If(f.Wrong[id] != "", h.Group{h.AriaInvalid("true"), f.described(id)})
}

// hinted are the same attributes of a field that has a hint, too.
func (f *Form) hinted(id string) h.Node {
	if f.Wrong[id] == "" {
		return h.AriaDescribedBy(id + "-hint")
	}
	return h.Group{h.AriaDescribedBy(id + "-hint " + id + "-wrong"), h.AriaInvalid("true")}
}

// option is one of several to tick: kind is radio or checkbox.
func option(kind, name, id, value string, on bool, label ...h.Node) h.Node {
	return h.Label(h.Class("option"),
		h.Input(h.Type(kind), h.Name(name), h.ID(id), h.Value(value), h.If(on, h.Checked())), markup.Space, h.Group(label),
	)
}

// options are the options of a list that are their own words.
func options(all []string, chosen string) h.Node {
	return h.Map(all, func(o string) h.Node { return h.Option(h.If(o == chosen, h.Selected()), h.Text(o)) })
}

// Choice is an option of a list.
type Choice struct {
	Value, Label string
}

// choices are the options of a list, with the one that was chosen; "": none was.
func choices(all []Choice, chosen string) h.Node {
	return h.Map(all, func(c Choice) h.Node {
		return h.Option(h.Value(c.Value), h.If(chosen != "" && c.Value == chosen, h.Selected()), h.Text(c.Label))
	})
}

// Choices are the options of a list alone, for a page that is open.
func Choices(all []Choice) []byte { return markup.Render(choices(all, "")) }

// Picker is a field that names one of many: a list to choose from or, where that would be too long, a text to type.
type Picker struct {
	ID, Label string
	How       string // what may be typed
	Choices   []Choice
	Total     int
}

func (p *Picker) node(f *Form) h.Node {
	given := f.Given.Get(p.ID)
	if p.Total <= len(p.Choices) {
		return f.list(p.ID, p.Label, choices(p.Choices, given))
	}
	if given == "" && f.Wrong[p.ID] == "" {
		given = p.Choices[0].Value
	}
	return f.field(p.ID, p.Label,
		h.Input(h.ID(p.ID), h.Name(p.ID), h.List(p.ID+"-list"), h.DataChoices("/console/choices?of="+p.ID), h.Required(), h.AutoComplete("off"),
			h.Value(given), f.hinted(p.ID)),
		h.DataList(h.ID(p.ID+"-list"), choices(p.Choices, "")),
		h.P(h.Class("hint"), h.ID(p.ID+"-hint"), h.Textf("One of %d: %s.", p.Total, p.How)),
	)
}
