package view

import (
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// token is the field of a form by which it is known that its sender has seen the page.
func (p *Page) token() g.Node { return markup.Hidden("token", p.Token) }

// inline is a form in a line.
func (p *Page) inline(address string, nodes ...g.Node) g.Node {
	return h.Form(h.Class("inline"), h.Method("post"), markup.Action(address), p.token(), g.Group(nodes))
}

// ask is a button that asks first: a summary, what happens, and the form that does it.
func ask(summary g.Node, happens string, form g.Node) g.Node {
	return h.Details(h.Class("ask"), summary, h.Div(h.P(g.Text(happens)), form))
}

// button is one of a form.
func button(class, text string, attributes ...g.Node) g.Node {
	return h.Button(g.If(class != "", h.Class(class)), g.Group(attributes), g.Text(text))
}

// alert is what is wrong with a form, said at its head.
func alert(is bool, text string) g.Node {
	return g.If(is, h.P(h.Class("problem"), h.Role("alert"), g.Text(text)))
}

// wrong is what is wrong with a field, said below it; "": nothing is.
func wrong(id, text string) g.Node {
	return markup.Filled(text, func(text string) g.Node { return h.P(h.Class("wrong"), h.ID(id+"-wrong"), g.Text(text)) })
}

// invalid are the attributes of a field that wrong says something about.
func invalid(id, text string) g.Node {
	return markup.Filled(text, func(string) g.Node {
		return g.Group{h.Aria("invalid", "true"), h.Aria("describedby", id+"-wrong")}
	})
}

// field is an input with its label, and what is wrong with it; the attributes stand before its value.
func field(id, label, value, problem string, attributes ...g.Node) g.Node {
	return h.Div(h.Class("field"),
		h.Label(h.For(id), g.Text(label)),
		h.Input(h.ID(id), h.Name(id), g.Group(attributes), h.Value(value), invalid(id, problem)),
		wrong(id, problem),
	)
}

// plain is a field that nobody fills in again by itself.
func plain(id, label, value, problem string) g.Node {
	return field(id, label, value, problem, h.AutoComplete("off"))
}

// group is a set of fields with what is wrong with them.
func group(id, legend, problem string, nodes ...g.Node) g.Node {
	return h.FieldSet(
		markup.Filled(problem, func(string) g.Node { return h.Aria("describedby", id+"-wrong") }),
		h.Legend(g.Text(legend)),
		g.Group(nodes),
		wrong(id, problem),
	)
}

// option is one of several to tick: kind is radio or checkbox.
func option(kind, name, id, value string, on bool, label ...g.Node) g.Node {
	return h.Label(h.Class("option"),
		h.Input(h.Type(kind), h.Name(name), h.ID(id), h.Value(value), g.If(on, h.Checked())), markup.Space, g.Group(label),
	)
}

// options are the options of a list that are their own words.
func options(all []string, chosen string) g.Node {
	return g.Map(all, func(o string) g.Node { return h.Option(g.If(o == chosen, h.Selected()), g.Text(o)) })
}

// table is a table that becomes a stack of rows where there is no room.
func table(label string, heads []string, rows g.Node) g.Node {
	return wide(h.Aria("label", label), heads, rows)
}

func wide(label g.Node, heads []string, rows g.Node) g.Node {
	return h.Div(h.Class("wide"), h.TabIndex("0"), h.Role("group"), label,
		h.Table(h.Class("stack"),
			h.THead(h.Tr(g.Map(heads, func(head string) g.Node { return h.Th(h.Scope("col"), g.Text(head)) }))),
			h.TBody(rows),
		),
	)
}

// cell is a cell of a table, with the label that it has in a stack.
func cell(label string, nodes ...g.Node) g.Node { return h.Td(h.Data("label", label), g.Group(nodes)) }

// head is the first cell of a row.
func head(nodes ...g.Node) g.Node { return h.Th(h.Scope("row"), g.Group(nodes)) }

// pair is a term of a list, and what it is.
func pair(term string, nodes ...g.Node) g.Node {
	return g.Group{h.Dt(g.Text(term)), h.Dd(nodes...)}
}

// tag is a word in a frame; fine or not says its colour.
func tag(fine bool, text string) g.Node {
	if fine {
		return h.Span(h.Class("tag fine"), g.Text(text))
	}
	return h.Span(h.Class("tag refused"), g.Text(text))
}

// mild is a tag that is fine, or nothing in particular.
func mild(fine bool, text string) g.Node {
	if fine {
		return tag(true, text)
	}
	return h.Span(h.Class("tag"), g.Text(text))
}

func bdi(text string) g.Node { return g.El("bdi", g.Text(text)) }

func code(text string) g.Node { return h.Code(g.Text(text)) }

// joined are things in a sentence.
func joined[T any](all []T, one func(T) g.Node) g.Node {
	var out g.Group
	for i, thing := range all {
		out = append(out, g.If(i > 0, g.Text(", ")), one(thing))
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
func copied(id, label, value string) g.Node {
	return h.Span(h.Class("copied"), h.Code(h.ID(id), g.Text(value)), copier(id, label))
}

func copier(id, label string) g.Node {
	return h.Button(h.Type("button"), h.Class("small"), h.Data("copy", id), h.Aria("label", "Copy "+label), g.Attr("hidden"), g.Text("Copy"))
}

// block is a text of several lines with a button that copies it.
func block(id, label, text string, attributes ...g.Node) g.Node {
	return h.Div(h.Class("block"), h.Pre(h.ID(id), g.Group(attributes), h.TabIndex("0"), g.Text(text)), copier(id, label))
}

// withCode shows what stands between backquotes as code.
func withCode(text string) g.Node {
	var out g.Group
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, code(part))
		} else {
			out = append(out, g.Text(part))
		}
	}
	return out
}

// moment is a time for people, with the same for programs.
func moment(t time.Time, layout string) g.Node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339Nano)), g.Text(t.UTC().Format(layout)))
}
