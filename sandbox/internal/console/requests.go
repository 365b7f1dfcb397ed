package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// requestsShown are the entries of the log that a page of it shows.
const requestsShown = 100

func readRequestFilter(in url.Values) view.RequestFilter {
	text := func(name string) string { return wording.Cut(wording.Typed(in.Get(name)), journal.PathShown) }
	out := view.RequestFilter{
		Path: text("path"), Status: text("status"), Caller: text("caller"), Verdict: text("verdict"), Token: text("of"),
	}
	if in.Get("verdicts") == "1" {
		out.Verdict = "any"
	}
	return out
}

// holds reports whether f lets an entry through, whoever sent it.
func holds(f view.RequestFilter, p *journal.Packed) bool {
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

// entries are the newest that f lets through, of those after a number and before another; 0 is no bound.
func (c *Console) entries(f view.RequestFilter, after, before uint64) view.RequestPart {
	all, last := c.Journal.Since(after)
	out := view.RequestPart{Filter: f, Last: last}
	return within(c, func(c locked) view.RequestPart {
		for i := range slices.Backward(all) {
			p := &all[i]
			if before != 0 && p.Number >= before || !holds(f, p) || f.Caller != "" && !contains(c.callerOf(p), f.Caller) {
				continue
			}
			if len(out.Entries) == requestsShown {
				out.More++
				continue
			}
			e := p.Unpack()
			out.Entries = append(out.Entries, view.Entry{Entry: e, Sender: c.callerOf(p), Command: e.Curl(endpoint.IsPlatform(e.Path))})
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

func (c *Console) requestList(v *visit, r *http.Request) endpoint.Response {
	q := r.URL.Query()
	page := &view.Requests{Total: c.Journal.Size()}
	page.Before, _ = strconv.ParseUint(q.Get("before"), 10, 64)
	page.RequestPart = c.entries(readRequestFilter(q), 0, page.Before)
	return c.page(v, r, &view.Page{Title: "Requests", Content: page})
}

// requestRows are the entries after a number as the page has them, for a page that is open.
func (c *Console) requestRows(_ *visit, r *http.Request) endpoint.Response {
	q := r.URL.Query()
	after, err := strconv.ParseUint(q.Get("after"), 10, 64)
	if err != nil {
		return endpoint.Text(http.StatusBadRequest, "after is not a number")
	}
	part := c.entries(readRequestFilter(q), after, 0)
	return endpoint.NewResponse(http.StatusOK, endpoint.TypeHTML, part.Rows()).
		With("X-Last", strconv.FormatUint(part.Last, 10)).With("Cache-Control", "no-store")
}
