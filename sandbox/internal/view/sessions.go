package view

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// TokenRow is a session or a token that still means something.
type TokenRow struct {
	Handle    string // names it in forms, and says nothing about it
	Who, What string
	Ends      string // the last characters of the token; "": none
	Mark      string // its fingerprint, as the log has it
	Left      string
	Refresh   string    // time left of the refresh token; "": none
	Spent     uint32    // refresh tokens before that one
	Until     time.Time // for which any of it lives
}

// TokenTable is a table of tokens, those first that live longest.
type TokenTable struct {
	Listing
	ID, Title, Kind, About string
	Rows                   []TokenRow
	Spent                  int    // refresh tokens, of all rows
	Revoke                 string // the word for it; "": none can be
	Sessions               bool
}

// Sessions lists what lives.
type Sessions struct {
	Listing // of the first table; the others have a page of their own
	Tables  []TokenTable
}

func (v *Sessions) main(p *Page) h.Node {
	long := slices.ContainsFunc(v.Tables, func(t TokenTable) bool { return t.long() })
	return h.Group{
		h.H1(h.Text("Sessions and tokens")),
		h.P(h.Text("What lives on the sandbox’s clock, "+p.Clock+" UTC. "), h.A(h.Href("/console/sessions"), h.Text("Look again"))),
		h.If(long, v.search()),
		h.Map(v.Tables, func(t TokenTable) h.Node { return t.node(p, v.Find) }),
	}
}

func (t *TokenTable) node(p *Page, find string) h.Node {
	about := h.Group{h.Text(t.About)}
	if t.Revoke != "" && t.Spent > 0 {
		about = append(about, h.Text(" Spent so far: "), h.Span(h.ID("spent-"+t.ID), h.Text(strconv.Itoa(t.Spent))),
			h.Text(" refresh "+ofThem(t.Spent, "token", "tokens")+"."))
	}
	rows := h.Node(h.P(h.Text("None.")))
	switch {
	case len(t.Rows) > 0:
		rows = h.Group{table(t.Title, t.heads(), h.Map(t.Rows, func(r TokenRow) h.Node { return t.row(p, &r, find) })), t.pages()}
	case t.long():
		rows = t.pages()
	}
	return section(t.ID, t.Title,
		h.P(h.Class("hint"), about),
		rows,
	)
}

// words are what two columns are called, which depends on what the rows are.
func (t *TokenTable) words() (what, token string) {
	if t.Sessions {
		return "App", "Access token"
	}
	return "Signed in as", "Token"
}

func (t *TokenTable) heads() []string {
	what, token := t.words()
	heads := []string{"Holder", what, token, "Time left"}
	if t.Sessions {
		heads = append(heads, "Refresh token")
	}
	if t.Revoke != "" {
		heads = append(heads, "Spent before", "Action")
	}
	return heads
}

func (t *TokenTable) row(p *Page, r *TokenRow, find string) h.Node {
	what, token := t.words()
	return h.Tr(
		head(h.Text(r.Who)),
		cell(what, h.Text(r.What)),
		cell(token, code(cmp.Or(r.Ends, "none")), h.If(r.Mark != "", h.Small(h.Text("in the log: "), code(r.Mark)))),
		cell("Time left", h.Text(r.Left)),
		h.If(t.Sessions, cell("Refresh token", h.Text(cmp.Or(r.Refresh, "none")))),
		h.If(t.Revoke != "", h.Group{cell("Spent before", h.Text(strconv.Itoa(int(r.Spent)))), cell("Action", t.revoke(p, r, find))}),
	)
}

// revoke is the button that ends a row, on the page of a search.
func (t *TokenTable) revoke(p *Page, r *TokenRow, find string) h.Node {
	whose := t.Revoke + " " + r.Who + ", " + r.Ends
	return ask(
		h.Summary(h.Class("small danger"), h.AriaLabel(whose), h.Text(t.Revoke)),
		"Its tokens stop working.",
		p.inline("/console/sessions/revoke",
			h.If(find != "", markup.Hidden("find", find)),
			markup.Hidden("kind", t.Kind), markup.Hidden("handle", r.Handle),
			button("small danger", "Yes: "+t.Revoke, h.AriaLabel("Yes: "+whose)),
		),
	)
}
