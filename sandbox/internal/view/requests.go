package view

import (
	"net/url"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// Entry is a request as the console shows it.
type Entry struct {
	journal.Entry
	Sender  string // as far as it is known
	Command string // that sends it again
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

func (v *RequestPart) entries() h.Node {
	return h.Map(v.Entries, func(e Entry) h.Node { return e.node() })
}

// Rows are the entries alone, for a page that is open.
func (v *RequestPart) Rows() []byte {
	out := h.Group{v.entries()}
	if v.More > 0 {
		out = append(out, h.Li(h.Class("gap"), h.A(markup.Link(v.older()), h.Textf("%d more came between", v.More))))
	}
	return markup.Render(out)
}

// Requests is a page of the log.
type Requests struct {
	RequestPart
	Total  int
	Before uint64 // all entries are older than this one; 0: they are the newest
}

// filtered reports whether anything is left out.
func (v *Requests) filtered() bool { return v.Filter != RequestFilter{} }

// with is the address of the same filter, but for status and verdict.
func (v *Requests) with(status, verdict string) string {
	f := v.Filter
	f.Status, f.Verdict = status, verdict
	return f.at("requests")
}

func (v *Requests) main(*Page) h.Node {
	return h.Group{
		h.H1(h.Text("Requests")),
		h.P(
			h.Text("What was asked of both servers, newest first, with why it was refused and what the vendor would frown at. Nothing secret is kept: "+
				"in the commands, variables stand for secrets. Commands run in a shell that has the "),
			h.A(h.Href("/console/#shell"), h.Text("variables")), h.Text("."),
		),
		v.search(),
		v.tabs(),
		h.Ol(h.Class("log"), h.ID("log"), h.If(v.Before == 0, h.Group{
			h.DataRows(v.Filter.at("requests/rows")),
			h.DataLast(strconv.FormatUint(v.Last, 10)),
		}), v.entries()),
		h.P(h.ID("none"), h.If(len(v.Entries) > 0, h.Hidden()), h.Text(v.none())),
		h.Iff(v.More > 0, func() h.Node {
			return h.P(h.A(h.Class("button"), h.ID("older"), markup.Link(v.older()), h.Textf("Older: %d more", v.More)))
		}),
		h.P(h.Class("hint"), h.Textf("%d %s kept, at most 10,000.", v.Total, ofThem(v.Total, "request is", "requests are"))),
		h.Section(h.AriaLabelledBy("verdicts"),
			h.Details(
				h.Summary(h.ID("verdicts"), h.Text("What the verdicts mean, and what helps")),
				h.Dl(h.Class("verdicts"), h.Map(verdict.All, func(w verdict.Word) h.Node {
					return h.Group{h.Dt(mark(w.Verdict)), h.Dd(h.Text(w.Meaning+"."), h.Br(), h.Text("What helps: "+w.Help+"."))}
				})),
			),
		),
	}
}

// mark is a verdict as a word in a frame.
func mark(verdict string) h.Node { return h.Span(h.Class("verdict"), h.Text(verdict)) }

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

func (v *Requests) search() h.Node {
	f := v.Filter
	return h.Form(h.Class("filter"), h.Method("get"), h.Action("/console/requests"), h.Role("search"), h.AriaLabel("Requests"),
		h.Div(h.Class("row"),
			search("path", "Path, operation", f.Path),
			search("status", "Status (401, 4xx)", f.Status),
			search("caller", "Caller", f.Caller),
			h.Div(h.Class("field"),
				h.Label(h.For("verdict"), h.Text("Verdict")),
				h.Select(h.ID("verdict"), h.Name("verdict"),
					h.Option(h.Value(""), h.Text("all")),
					h.Option(h.Value("any"), h.If(f.Verdict == "any", h.Selected()), h.Text("any verdict")),
					h.Map(verdict.All, func(w verdict.Word) h.Node {
						return h.Option(h.If(w.Verdict == f.Verdict, h.Selected()), h.Text(w.Verdict))
					}),
				),
			),
		),
		h.If(f.Token != "", h.Group{
			markup.Hidden("of", f.Token),
			h.P(h.Text("Only requests that were refused with the token "), code(f.Token), h.Text(".")),
		}),
		button("second", "Filter"),
		h.If(v.filtered(), h.Group{markup.Space, h.A(h.Href("/console/requests"), h.Text("All requests"))}),
	)
}

func (v *Requests) tabs() h.Node {
	f := v.Filter
	tab := func(address h.Node, here bool, text string) h.Node {
		return h.Group{h.A(address, h.If(here, h.AriaCurrent("true")), h.Text(text)), markup.Space}
	}
	follow := h.Group{
		h.Button(h.Type("button"), h.Class("small"), h.ID("pause"), h.Hidden(), h.Text("Pause")), markup.Space,
		h.Span(h.ID("live"), h.Class("hint"), h.Text("Reload to see later ones.")),
	}
	if v.Before != 0 {
		follow = h.Group{h.A(markup.Link(f.at("requests")), h.Text("To the newest"))}
	}
	return h.P(h.Class("tabs"),
		tab(h.Href("/console/requests"), !v.filtered(), "All"),
		tab(markup.Link(v.with("4xx", f.Verdict)), f.Status == "4xx", "Refused"),
		tab(markup.Link(v.with(f.Status, "any")), f.Verdict == "any", "With a verdict"),
		follow,
	)
}

func (e *Entry) node() h.Node {
	number := strconv.FormatUint(e.Number, 10)
	return h.Li(h.ID("request-"+number), h.Details(
		e.summary(),
		h.Dl(h.Class("pairs"),
			h.If(e.Reason != "", pair("Why it was refused", h.Text(e.Reason))),
			h.If(e.Answer != "", pair("Answer", code(e.Answer))),
			e.sender(),
			h.If(e.Token != "", pair("Token",
				h.A(h.Href("/console/requests?of="+markup.Escape(e.Token)), code(e.Token)),
				h.Small(h.Text("The first digits of its SHA-256: "), code(`printf %s "$TOKEN" | sha256sum`), h.Text(". "),
					h.A(h.Href("/console/sessions"), h.Text("Sessions and tokens")), h.Text(" have the same.")),
			)),
			h.If(e.Operation != "", pair("Operation", h.Text(e.Operation))),
			h.Map(e.Verdicts, func(word string) h.Node {
				help := "None is known."
				if known := verdict.Help(word); known != "" {
					help = "What helps: " + known + "."
				}
				return h.Group{h.Dt(mark(word)), h.Dd(h.Text(help))}
			}),
		),
		block("curl-"+number, "the command of request "+number, e.Command, h.Role("group"), h.AriaLabel("Command of request "+number)),
	))
}

// summary is the line of an entry.
func (e *Entry) summary() h.Node {
	more := func(class, text string) h.Node {
		return h.If(text != "", h.Group{markup.Space, h.Span(h.Class(class), h.Text(text))})
	}
	spoiled := e.Fault
	if spoiled != "" {
		spoiled = "spoiled: " + spoiled
	}
	return h.Summary(
		moment(e.Time, time.TimeOnly), markup.Space,
		h.Span(h.Class("status "+statusTone(e.Status)), h.Text(statusText(e.Status))), markup.Space,
		h.Span(h.Class("method"), h.Text(e.Method)), markup.Space,
		h.Span(h.Class("path"), h.Text(e.Path)),
		more("spoilt", spoiled),
		h.Map(e.Verdicts, func(word string) h.Node { return h.Group{markup.Space, mark(word)} }),
		more("why", e.Reason),
	)
}

// statusText is a status, or that the connection was cut before.
func statusText(status int) string {
	if status == 0 {
		return "cut"
	}
	return strconv.Itoa(status)
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
func (e *Entry) sender() h.Node {
	switch {
	case e.Sender != "":
		return pair("Who sent it", h.A(h.Href("/console/requests?caller="+markup.Escape(e.Sender)), bdi(e.Sender)))
	case e.Answer != "":
		return pair("Who sent it", h.Text("not known: what it brought names nobody"))
	}
	return nil
}
