package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// requestsShown are the entries of the log that a page of it shows.
const requestsShown = 100

// entryView is a request as the console shows it.
type entryView struct {
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

// requestFilter says which entries are looked at. What is empty says nothing.
type requestFilter struct {
	Path    string // a part of the path or of the operation
	Status  string // or its beginning, such as 4 or 4xx; "cut" if there was none
	Caller  string // a part of the names of app and user
	Verdict string // "any" for those with any
	Token   string // its fingerprint
}

func readRequestFilter(in url.Values) requestFilter {
	text := func(name string) string { return wording.Cut(wording.Typed(in.Get(name)), journal.PathShown) }
	out := requestFilter{text("path"), text("status"), text("caller"), text("verdict"), text("of")}
	if in.Get("verdicts") == "1" {
		out.Verdict = "any"
	}
	return out
}

// query is the filter with more parameters, as an address has it.
func (f requestFilter) query(more ...string) string {
	out := url.Values{}
	pairs := append([]string{"path", f.Path, "status", f.Status, "caller", f.Caller, "verdict", f.Verdict, "of", f.Token}, more...)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return "?" + out.Encode()
}

// holds reports whether f lets an entry through, whoever sent it.
func (f requestFilter) holds(p *journal.Packed) bool {
	status := strconv.Itoa(int(p.Status))
	if p.Status == 0 {
		status = "cut"
	}
	switch {
	case !contains(p.Path(), f.Path) && !contains(p.Operation(), f.Path):
	case !strings.HasPrefix(status, strings.TrimRight(strings.ToLower(f.Status), "x*")):
	case f.Token != "" && p.Refusal().Token != f.Token:
	case f.Verdict == "any" && !p.Misused():
	case f.Verdict != "" && f.Verdict != "any" && !p.Has(f.Verdict):
	default:
		return true
	}
	return false
}

// contains reports whether a text has a part, in capitals or not.
func contains(text, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// requestPart is a part of the log, newest first.
type requestPart struct {
	Entries []entryView
	More    int    // older ones that the filter lets through
	Last    uint64 // number of the latest of all, whatever the filter says
}

// entries are the newest that f lets through, of those after a number and before another; 0 is no bound.
func (c *Console) entries(f requestFilter, after, before uint64) requestPart {
	all, last := c.Journal.Since(after)
	out := requestPart{Last: last}
	return within(c, func(c locked) requestPart {
		for i := range slices.Backward(all) {
			p := &all[i]
			if before != 0 && p.Number >= before || !f.holds(p) || f.Caller != "" && !contains(c.callerOf(p), f.Caller) {
				continue
			}
			if len(out.Entries) == requestsShown {
				out.More++
				continue
			}
			out.Entries = append(out.Entries, c.entry(p))
		}
		return out
	})
}

// callerOf is who sent a request, as far as the log or the session that it was about tells.
func (c locked) callerOf(p *journal.Packed) string {
	if known := p.Refusal().Caller; known != "" || p.About == 0 {
		return known
	}
	if endpoint.IsPlatform(p.Path()) {
		if s := c.Platform.Session(p.About); s != nil {
			a, u := c.Platform.Holder(s)
			return a.Name + ", " + u.First + " " + u.Last
		}
	} else if in := c.RingCX.SignIn(p.About); in != nil {
		return c.RingCX.Who(c.tx, in).Name()
	}
	return ""
}

// entry is what is shown of a request.
func (c locked) entry(p *journal.Packed) entryView {
	e := p.Unpack()
	out := entryView{
		Number: e.Number, Time: e.Time, Method: e.Method, Path: e.Path, Status: e.Status, Operation: e.Operation, Fault: e.Fault,
		Answer: e.Answer, Reason: e.Reason, Caller: c.callerOf(p), Token: e.Token, Curl: e.Curl(endpoint.IsPlatform(e.Path)),
	}
	for _, v := range e.Verdicts {
		out.Verdicts = append(out.Verdicts, verdict.Word{Verdict: v, Help: verdict.Help(v)})
	}
	return out
}

// requestsView is a page of the log.
type requestsView struct {
	requestPart
	Filter   requestFilter
	Verdicts []verdict.Word
	Total    int
	Before   uint64 // all entries are older than this one; 0: they are the newest
}

// Filtered reports whether anything is left out.
func (p *requestsView) Filtered() bool { return p.Filter != requestFilter{} }

// With is the query of the same filter, but for status and verdict.
func (p *requestsView) With(status, verdict string) string {
	f := p.Filter
	f.Status, f.Verdict = status, verdict
	return f.query()
}

// Older is the address of the page after this one.
func (p *requestsView) Older() string {
	return p.Filter.query("before", strconv.FormatUint(p.Entries[len(p.Entries)-1].Number, 10))
}

// Newest is the address of the first page.
func (p *requestsView) Newest() string { return guard.ConsolePath + "requests" + p.Filter.query() }

// Live is where later entries come from; "" where none belong.
func (p *requestsView) Live() string {
	if p.Before != 0 {
		return ""
	}
	return guard.ConsolePath + "requests/rows" + p.Filter.query()
}

func (c *Console) requestList(v *visit, r *http.Request) endpoint.Response {
	q := r.URL.Query()
	page := &requestsView{Filter: readRequestFilter(q), Verdicts: verdict.All, Total: c.Journal.Size()}
	page.Before, _ = strconv.ParseUint(q.Get("before"), 10, 64)
	page.requestPart = c.entries(page.Filter, 0, page.Before)
	return c.page(v, r, "requests.html", &consoleView{Title: "Requests", Page: page})
}

// requestRows are the entries after a number as the page has them, for a page that is open.
func (c *Console) requestRows(_ *visit, r *http.Request) endpoint.Response {
	q := r.URL.Query()
	after, err := strconv.ParseUint(q.Get("after"), 10, 64)
	if err != nil {
		return endpoint.Text(http.StatusBadRequest, "after is not a number")
	}
	page := &requestsView{Filter: readRequestFilter(q)}
	page.requestPart = c.entries(page.Filter, after, 0)
	return endpoint.NewResponse(http.StatusOK, endpoint.TypeHTML, []byte(c.part("requests.html", "rows", page))).
		With("X-Last", strconv.FormatUint(page.Last, 10)).With("Cache-Control", "no-store")
}
