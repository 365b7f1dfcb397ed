// Package html is the elements that pages are made of, as values: an element holds its attributes and what is in it, and becomes
// text when a page is written. Text and the values of attributes are escaped; names of elements and attributes are those of this
// package, so that none comes from outside.
package html

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// Node is an element, an attribute, a text, or a Group of these. A nil Node is nothing. Only this package has any.
type Node interface {
	append(page []byte) []byte
}

// Render writes a node as it is in a page. It fails where w does.
func Render(w io.Writer, n Node) error {
	_, err := w.Write(appendContent(nil, n))
	return err
}

// Group is several nodes in place of one. In an element, the attributes among them are the element's; alone, they are not shown.
type Group []Node

func (all Group) append(page []byte) []byte { return appendContent(page, all...) }

// Text is a text, escaped.
func Text(s string) Node { return text(s) }

// Textf is a text as fmt.Sprintf makes it, escaped.
func Textf(format string, args ...any) Node { return text(fmt.Sprintf(format, args...)) }

// Raw is a part of a page as it is: nothing in it is escaped, so that none of it may come from outside.
func Raw(s string) Node { return raw(s) }

// Doctype is a whole document, which begins by saying that it is HTML.
func Doctype(document Node) Node { return Group{raw("<!doctype html>"), document} }

// If is a node where a condition holds, else nothing. The node is made in any case: where it cannot be, Iff is to be used.
func If(is bool, n Node) Node {
	if is {
		return n
	}
	return nil
}

// Iff is the node that a function makes where a condition holds, else nothing.
func Iff(is bool, node func() Node) Node {
	if is {
		return node()
	}
	return nil
}

// Map is a node for each of some values, in their order.
func Map[T any](all []T, node func(T) Node) Group {
	nodes := make(Group, len(all))
	for i, v := range all {
		nodes[i] = node(v)
	}
	return nodes
}

type text string

func (s text) append(page []byte) []byte { return append(page, escaped(string(s))...) }

type raw string

func (s raw) append(page []byte) []byte { return append(page, s...) }

// attribute is one with a value, or a bare one, which says by its presence that something is so.
type attribute struct {
	name, value string
	bare        bool
}

func (a *attribute) append(page []byte) []byte {
	page = append(append(page, ' '), a.name...)
	if a.bare {
		return page
	}
	page = append(append(page, `="`...), escaped(a.value)...)
	return append(page, '"')
}

type element struct {
	name  string
	nodes []Node
}

// void are the elements of this package that hold nothing and have no end.
var void = []string{"br", "input", "link", "meta"}

func (e *element) append(page []byte) []byte {
	page = append(append(page, '<'), e.name...)
	page = append(appendAttributes(page, e.nodes), '>')
	if slices.Contains(void, e.name) {
		return page
	}
	page = append(appendContent(page, e.nodes...), "</"...)
	return append(append(page, e.name...), '>')
}

// appendAttributes appends those of nodes that are attributes, also in groups.
func appendAttributes(page []byte, nodes []Node) []byte {
	for _, n := range nodes {
		switch n := n.(type) {
		case *attribute:
			page = n.append(page)
		case Group:
			page = appendAttributes(page, n)
		}
	}
	return page
}

// appendContent appends those of nodes that are no attributes.
func appendContent(page []byte, nodes ...Node) []byte {
	for _, n := range nodes {
		if _, is := n.(*attribute); n != nil && !is {
			page = n.append(page)
		}
	}
	return page
}

// escaped is a text that can stand in an element or between the quotes of an attribute. HTML has no character NUL.
func escaped(s string) string {
	return html.EscapeString(strings.ReplaceAll(s, "\x00", "\ufffd"))
}

func el(name string, nodes []Node) Node { return &element{name, nodes} }

func attr(name, value string) Node { return &attribute{name: name, value: value} }

func bare(name string) Node { return &attribute{name: name, bare: true} }
