package view

import (
	"strings"
	"time"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// token is the field of a form by which it is known that its sender has seen the page.
func (p *Page) token() h.Node { return markup.Hidden("token", p.Token) }

// inline is a form in a line.
func (p *Page) inline(address string, nodes ...h.Node) h.Node {
	return h.Form(h.Class("inline"), h.Method("post"), markup.Action(address), p.token(), h.Group(nodes))
}

// ask is a button that asks first: a summary, what happens, and the form that does it.
func ask(summary h.Node, happens string, form h.Node) h.Node {
	return h.Details(h.Class("ask"), summary, h.Div(h.P(h.Text(happens)), form))
}

// button is one of a form.
func button(class, text string, attributes ...h.Node) h.Node {
	return h.Button(h.If(class != "", h.Class(class)), h.Group(attributes), h.Text(text))
}

// alert is what is wrong with a form, said at its head.
func alert(is bool, text string) h.Node {
	return h.If(is, h.P(h.Class("problem"), h.Role("alert"), h.Text(text)))
}

// wrong is what is wrong with a field, said below it; "": nothing is.
func wrong(id, text string) h.Node {
	return markup.Filled(text, func(text string) h.Node { return h.P(h.Class("wrong"), h.ID(id+"-wrong"), h.Text(text)) })
}

// invalid are the attributes of a field that wrong says something about.
func invalid(id, text string) h.Node {
	return markup.Filled(text, func(string) h.Node {
		return h.Group{h.AriaInvalid("true"), h.AriaDescribedBy(id + "-wrong")}
	})
}

// field is an input with its label, and what is wrong with it; the attributes stand before its value.
func field(id, label, value, problem string, attributes ...h.Node) h.Node {
	return h.Div(h.Class("field"),
		h.Label(h.For(id), h.Text(label)),
		h.Input(h.ID(id), h.Name(id), h.Group(attributes), h.Value(value), invalid(id, problem)),
		wrong(id, problem),
	)
}

// plain is a field that nobody fills in again by itself.
func plain(id, label, value, problem string) h.Node {
	return field(id, label, value, problem, h.AutoComplete("off"))
}

// group is a set of fields with what is wrong with them.
func group(id, legend, problem string, nodes ...h.Node) h.Node {
	return h.FieldSet(
		markup.Filled(problem, func(string) h.Node { return h.AriaDescribedBy(id + "-wrong") }),
		h.Legend(h.Text(legend)),
		h.Group(nodes),
		wrong(id, problem),
	)
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

// table is a table that becomes a stack of rows where there is no room.
func table(label string, heads []string, rows h.Node) h.Node {
	return wide(h.AriaLabel(label), heads, rows)
}

func wide(label h.Node, heads []string, rows h.Node) h.Node {
	return h.Div(h.Class("wide"), h.TabIndex("0"), h.Role("group"), label,
		h.Table(h.Class("stack"),
			h.THead(h.Tr(h.Map(heads, func(head string) h.Node { return h.Th(h.Scope("col"), h.Text(head)) }))),
			h.TBody(rows),
		),
	)
}

// cell is a cell of a table, with the label that it has in a stack.
func cell(label string, nodes ...h.Node) h.Node { return h.Td(h.DataLabel(label), h.Group(nodes)) }

// head is the first cell of a row.
func head(nodes ...h.Node) h.Node { return h.Th(h.Scope("row"), h.Group(nodes)) }

// pair is a term of a list, and what it is.
func pair(term string, nodes ...h.Node) h.Node {
	return h.Group{h.Dt(h.Text(term)), h.Dd(nodes...)}
}

// tag is a word in a frame; fine or not says its colour.
func tag(fine bool, text string) h.Node {
	if fine {
		return h.Span(h.Class("tag fine"), h.Text(text))
	}
	return h.Span(h.Class("tag refused"), h.Text(text))
}

// mild is a tag that is fine, or nothing in particular.
func mild(fine bool, text string) h.Node {
	if fine {
		return tag(true, text)
	}
	return h.Span(h.Class("tag"), h.Text(text))
}

func bdi(text string) h.Node { return h.Bdi(h.Text(text)) }

func code(text string) h.Node { return h.Code(h.Text(text)) }

// joined are things in a sentence.
func joined[T any](all []T, one func(T) h.Node) h.Node {
	var out h.Group
	for i, thing := range all {
		out = append(out, h.If(i > 0, h.Text(", ")), one(thing))
	}
	return out
}

// ofThem is a number with the word for it.
func ofThem(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// copied is a value with a button that copies it.
func copied(id, label, value string) h.Node {
	return h.Span(h.Class("copied"), h.Code(h.ID(id), h.Text(value)), copier(id, label))
}

func copier(id, label string) h.Node {
	return h.Button(h.Type("button"), h.Class("small"), h.DataCopy(id), h.AriaLabel("Copy "+label), h.Hidden(), h.Text("Copy"))
}

// block is a text of several lines with a button that copies it.
func block(id, label, text string, attributes ...h.Node) h.Node {
	return h.Div(h.Class("block"), h.Pre(h.ID(id), h.Group(attributes), h.TabIndex("0"), h.Text(text)), copier(id, label))
}

// withCode shows what stands between backquotes as code.
func withCode(text string) h.Node {
	var out h.Group
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, code(part))
		} else {
			out = append(out, h.Text(part))
		}
	}
	return out
}

// moment is a time for people, with the same for programs.
func moment(t time.Time, layout string) h.Node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339Nano)), h.Text(t.UTC().Format(layout)))
}
