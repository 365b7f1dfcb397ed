package view

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// rowsShown are the rows of a table on a page.
const rowsShown = 50

// Listing is the part of a long table that is on a page, of the rows that a search finds.
type Listing struct {
	Path, Param string // address of the table, and what in its query is the number of the page
	What, Ask   string // the rows, as people call them, and what the search finds
	Find        string
	Page        int // from 1
	Matching    int // rows that the search finds
}

// Takes counts a row, and reports whether it is on the page. The text is what the row is found by.
func (l *Listing) Takes(text string) bool {
	if !strings.Contains(strings.ToLower(text), strings.ToLower(l.Find)) {
		return false
	}
	l.Matching++
	return l.Matching > l.before() && l.Matching <= l.before()+rowsShown
}

// before are the rows on the pages before this one.
func (l *Listing) before() int { return (l.Page - 1) * rowsShown }

// long reports whether there is anything to search or to turn.
func (l *Listing) long() bool { return l.Find != "" || l.Page > 1 || l.Matching > rowsShown }

// at is the address of a page.
func (l *Listing) at(page int) string {
	q := url.Values{l.Param: {strconv.Itoa(page)}}
	if l.Find != "" {
		q.Set("find", l.Find)
	}
	return guard.ConsolePath + l.Path + "?" + q.Encode()
}

// search is the form that finds rows.
func (l *Listing) search() h.Node {
	return h.Form(h.Class("filter"), h.Method("get"), h.Action("/console/"+l.Path), h.Role("search"), h.AriaLabel(l.What),
		search("find", l.Ask, l.Find),
		button("second", "Find"),
		h.If(l.Find != "", h.Group{markup.Space, h.A(h.Href("/console/"+l.Path), h.Text("All of them"))}),
	)
}

// finder is the search of a table that is long.
func (l *Listing) finder() h.Node { return h.If(l.long(), l.search()) }

// pages says which rows are shown, and leads to the pages before and after.
func (l *Listing) pages() h.Node {
	if !l.long() {
		return nil
	}
	shown := "Nothing is found."
	if l.Matching > 0 {
		shown = fmt.Sprintf("%s %d to %d of %d", l.What, min(l.before()+1, l.Matching), min(l.before()+rowsShown, l.Matching), l.Matching)
	}
	return h.P(h.Class("tabs"),
		h.Span(h.Text(shown)), markup.Space,
		h.If(l.Page > 1, h.A(markup.Link(l.at(l.Page-1)), h.Text("Before"))), markup.Space,
		h.If(l.Matching > l.before()+rowsShown, h.A(markup.Link(l.at(l.Page+1)), h.Text("After"))),
	)
}

// place are the fields by which a form in a table leads back to where it was.
func (l *Listing) place() h.Node {
	return h.Group{
		h.If(l.Find != "", markup.Hidden("find", l.Find)),
		h.If(l.Page > 1, markup.Hidden("page", strconv.Itoa(l.Page))),
	}
}
