package view

import (
	"strings"
	"time"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// token is the field of a form by which it is known that its sender has seen the page.
func (p *Page) token() h.Node { return markup.Hidden("token", p.Token) }

// form is a form that changes something.
func (p *Page) form(address string, nodes ...h.Node) h.Node {
	return h.Form(h.Method("post"), markup.Action(address), p.token(), h.Group(nodes))
}

// inline is a form in a line.
func (p *Page) inline(address string, nodes ...h.Node) h.Node {
	return h.Form(h.Class("inline"), h.Method("post"), markup.Action(address), p.token(), h.Group(nodes))
}

// section is a part of a page below its heading.
func section(id, title string, nodes ...h.Node) h.Node {
	return h.Section(h.AriaLabelledBy(id), h.H2(h.ID(id), h.Text(title)), h.Group(nodes))
}

// ask is a button that asks first: a summary, what happens, and the form that does it.
func ask(summary h.Node, happens string, form h.Node) h.Node {
	return h.Details(h.Class("ask"), summary, h.Div(h.P(h.Text(happens)), form))
}

// button is one of a form.
func button(class, text string, attributes ...h.Node) h.Node {
	return h.Button(h.If(class != "", h.Class(class)), h.Group(attributes), h.Text(text))
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
