package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// requestsShown are the entries of the log that its page begins with.
const requestsShown = 100

// entryView is a request as the console shows it.
type entryView struct {
	Number   uint64
	Time     time.Time
	Method   string
	Path     string
	Status   int
	Verdicts []string
	Fault    string
	Curl     string
}

// requestsView is the page of the log, newest first.
type requestsView struct {
	Entries  []entryView
	Total    int
	Verdicts bool // only those with a verdict
	Last     uint64
}

// entries are those after a number, newest first.
func (c *console) entries(after uint64, verdicts bool) ([]entryView, uint64) {
	all, last := c.journal.since(after)
	slices.Reverse(all)
	out := make([]entryView, 0, requestsShown)
	for i := range all {
		e := &all[i]
		if verdicts && len(e.Verdicts) == 0 {
			continue
		}
		out = append(out, entryView{e.Number, e.Time, e.Method, e.Path, e.Status, e.Verdicts, e.Fault, e.curl()})
		if len(out) == requestsShown {
			break
		}
	}
	return out, last
}

func (c *console) requestList(v *visit, r *http.Request) answer {
	page := &requestsView{Verdicts: r.URL.Query().Get("verdicts") == "1", Total: c.journal.size()}
	page.Entries, page.Last = c.entries(0, page.Verdicts)
	return c.page(v, r, "requests.html", &consoleView{Title: "Requests", Page: page})
}
