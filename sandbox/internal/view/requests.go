package view

import (
	"net/url"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// Entry is a request as the console shows it.
type Entry struct {
	Number    uint64
	Time      time.Time
	Method    string
	Path      string
	Status    int
	Operation string
	Verdicts  []verdict.Word
	Fault     string
	Answer    string
	Reason    string
	Caller    string
	Token     string
	Curl      string
}

// RequestFilter says which entries are looked at. What is empty says nothing.
type RequestFilter struct {
	Path    string // a part of the path or of the operation
	Status  string // or its beginning, such as 4 or 4xx; "cut" if there was none
	Caller  string // a part of the names of app and user
	Verdict string // "any" for those with any
	Token   string // its fingerprint
}

// at is the address of what the filter lets through, with more parameters; page is that of the log, or of its rows alone.
func (f RequestFilter) at(page string, more ...string) string {
	out := url.Values{}
	pairs := append([]string{"path", f.Path, "status", f.Status, "caller", f.Caller, "verdict", f.Verdict, "of", f.Token}, more...)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return guard.ConsolePath + page + "?" + out.Encode()
}

// RequestPart is a part of the log, newest first.
type RequestPart struct {
	Filter  RequestFilter
	Entries []Entry
	More    int    // older ones that the filter lets through
	Last    uint64 // number of the latest of all, whatever the filter says
}

// older is the address of the page after this one.
func (v *RequestPart) older() string {
	return v.Filter.at("requests", "before", strconv.FormatUint(v.Entries[len(v.Entries)-1].Number, 10))
}

func (v *RequestPart) entries() g.Node {
	return g.Map(v.Entries, func(e Entry) g.Node { return e.node() })
}

// Rows are the entries alone, for a page that is open.
func (v *RequestPart) Rows() []byte {
	out := g.Group{v.entries()}
	if v.More > 0 {
		out = append(out, h.Li(h.Class("gap"), h.A(markup.Link(v.older()), g.Textf("%d more came between", v.More))))
	}
	return markup.Render(out)
}

// Requests is a page of the log.
type Requests struct {
	RequestPart
	Verdicts []verdict.Word
	Total    int
	Before   uint64 // all entries are older than this one; 0: they are the newest
}

// filtered reports whether anything is left out.
func (v *Requests) filtered() bool { return v.Filter != RequestFilter{} }

// with is the address of the same filter, but for status and verdict.
func (v *Requests) with(status, verdict string) string {
	f := v.Filter
	f.Status, f.Verdict = status, verdict
	return f.at("requests")
}

func (v *Requests) main(*Page) g.Node {
	return g.Group{
		h.H1(g.Text("Requests")),
		h.P(
			g.Text("What was asked of both servers, newest first, with why it was refused and what the vendor would frown at. Nothing secret is kept: "+
				"in the commands, variables stand for secrets. Commands run in a shell that has the "),
			h.A(h.Href("/console/#shell"), g.Text("variables")), g.Text("."),
		),
		v.search(),
		v.tabs(),
		h.Ol(h.Class("log"), h.ID("log"), g.If(v.Before == 0, g.Group{
			h.Data("rows", v.Filter.at("requests/rows")),
			h.Data("last", strconv.FormatUint(v.Last, 10)),
		}), v.entries()),
		h.P(h.ID("none"), g.If(len(v.Entries) > 0, g.Attr("hidden")), g.Text(v.none())),
		g.Iff(v.More > 0, func() g.Node {
			return h.P(h.A(h.Class("button"), h.ID("older"), markup.Link(v.older()), g.Textf("Older: %d more", v.More)))
		}),
		h.P(h.Class("hint"), g.Textf("%d %s kept, at most 10,000.", v.Total, ofThem(v.Total, "request is", "requests are"))),
		h.Section(h.Aria("labelledby", "verdicts"),
			h.Details(
				h.Summary(h.ID("verdicts"), g.Text("What the verdicts mean, and what helps")),
				h.Dl(h.Class("verdicts"), g.Map(v.Verdicts, func(w verdict.Word) g.Node {
					return g.Group{h.Dt(mark(w)), h.Dd(g.Text(w.Meaning+"."), h.Br(), g.Text("What helps: "+w.Help+"."))}
				})),
			),
		),
	}
}

// mark is a verdict as a word in a frame.
func mark(w verdict.Word) g.Node { return h.Span(h.Class("verdict"), g.Text(w.Verdict)) }

// none says why there are no entries.
func (v *Requests) none() string {
	switch {
	case v.Before != 0:
		return "There are no older ones."
	case v.filtered():
		return "No request of this kind was asked yet."
	}
	return "Nothing was asked yet."
}

func (v *Requests) search() g.Node {
	f := v.Filter
	return h.Form(h.Class("filter"), h.Method("get"), h.Action("/console/requests"), h.Role("search"), h.Aria("label", "Requests"),
		h.Div(h.Class("row"),
			plain("path", "Path, operation", f.Path, ""),
			plain("status", "Status (401, 4xx)", f.Status, ""),
			plain("caller", "Caller", f.Caller, ""),
			h.Div(h.Class("field"),
				h.Label(h.For("verdict"), g.Text("Verdict")),
				h.Select(h.ID("verdict"), h.Name("verdict"),
					h.Option(h.Value(""), g.Text("all")),
					h.Option(h.Value("any"), g.If(f.Verdict == "any", h.Selected()), g.Text("any verdict")),
					g.Map(v.Verdicts, func(w verdict.Word) g.Node {
						return h.Option(g.If(w.Verdict == f.Verdict, h.Selected()), g.Text(w.Verdict))
					}),
				),
			),
		),
		markup.Filled(f.Token, func(token string) g.Node {
			return g.Group{
				markup.Hidden("of", token),
				h.P(g.Text("Only requests that were refused with the token "), code(token), g.Text(".")),
			}
		}),
		button("second", "Filter"),
		g.If(v.filtered(), g.Group{markup.Space, h.A(h.Href("/console/requests"), g.Text("All requests"))}),
	)
}

func (v *Requests) tabs() g.Node {
	f := v.Filter
	tab := func(address g.Node, here bool, text string) g.Node {
		return g.Group{h.A(address, g.If(here, h.Aria("current", "true")), g.Text(text)), markup.Space}
	}
	follow := g.Group{
		h.Button(h.Type("button"), h.Class("small"), h.ID("pause"), g.Attr("hidden"), g.Text("Pause")), markup.Space,
		h.Span(h.ID("live"), h.Class("hint"), g.Text("Reload to see later ones.")),
	}
	if v.Before != 0 {
		follow = g.Group{h.A(markup.Link(f.at("requests")), g.Text("To the newest"))}
	}
	return h.P(h.Class("tabs"),
		tab(h.Href("/console/requests"), !v.filtered(), "All"),
		tab(markup.Link(v.with("4xx", f.Verdict)), f.Status == "4xx", "Refused"),
		tab(markup.Link(v.with(f.Status, "any")), f.Verdict == "any", "With a verdict"),
		follow,
	)
}

func (e *Entry) node() g.Node {
	number := strconv.FormatUint(e.Number, 10)
	return h.Li(h.ID("request-"+number), h.Details(
		e.summary(),
		h.Dl(h.Class("pairs"),
			markup.Filled(e.Reason, func(reason string) g.Node { return pair("Why it was refused", g.Text(reason)) }),
			markup.Filled(e.Answer, func(answer string) g.Node { return pair("Answer", code(answer)) }),
			e.sender(),
			markup.Filled(e.Token, func(token string) g.Node {
				return pair("Token",
					h.A(h.Href("/console/requests?of="+markup.Escape(token)), code(token)),
					h.Small(g.Text("The first digits of its SHA-256: "), code(`printf %s "$TOKEN" | sha256sum`), g.Text(". "),
						h.A(h.Href("/console/sessions"), g.Text("Sessions and tokens")), g.Text(" have the same.")),
				)
			}),
			markup.Filled(e.Operation, func(operation string) g.Node { return pair("Operation", g.Text(operation)) }),
			g.Map(e.Verdicts, func(w verdict.Word) g.Node {
				help := "None is known."
				if w.Help != "" {
					help = "What helps: " + w.Help + "."
				}
				return g.Group{h.Dt(mark(w)), h.Dd(g.Text(help))}
			}),
		),
		block("curl-"+number, "the command of request "+number, e.Curl, h.Role("group"), h.Aria("label", "Command of request "+number)),
	))
}

// summary is the line of an entry.
func (e *Entry) summary() g.Node {
	status, tone := "cut", statusTone(e.Status)
	if e.Status != 0 {
		status = strconv.Itoa(e.Status)
	}
	more := func(class, text string) g.Node {
		return markup.Filled(text, func(text string) g.Node { return g.Group{markup.Space, h.Span(h.Class(class), g.Text(text))} })
	}
	spoiled := e.Fault
	if spoiled != "" {
		spoiled = "spoiled: " + spoiled
	}
	return h.Summary(
		moment(e.Time, time.TimeOnly), markup.Space,
		h.Span(h.Class("status "+tone), g.Text(status)), markup.Space,
		h.Span(h.Class("method"), g.Text(e.Method)), markup.Space,
		h.Span(h.Class("path"), g.Text(e.Path)),
		more("spoilt", spoiled),
		g.Map(e.Verdicts, func(w verdict.Word) g.Node { return g.Group{markup.Space, mark(w)} }),
		more("why", e.Reason),
	)
}

// statusTone says in a word how a status is shown.
func statusTone(status int) string {
	switch {
	case status == 0:
		return "cut"
	case status >= 500:
		return "broken"
	case status >= 400:
		return "refused"
	}
	return "fine"
}

// sender says who sent a request, where that says anything.
func (e *Entry) sender() g.Node {
	switch {
	case e.Caller != "":
		return pair("Who sent it", h.A(h.Href("/console/requests?caller="+markup.Escape(e.Caller)), bdi(e.Caller)))
	case e.Answer != "":
		return pair("Who sent it", g.Text("not known: what it brought names nobody"))
	}
	return nil
}
