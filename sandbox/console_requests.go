package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// requestStream sends entries as server-sent events while somebody looks, each as the part of the page that shows it.
func (c *console) requestStream(w http.ResponseWriter, r *http.Request) {
	var last uint64
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.URL.Query().Get("after")
	}
	if _, err := fmt.Sscan(from, &last); err != nil && from != "" {
		textAnswer(http.StatusBadRequest, "after is not a number").write(w)
		return
	}
	verdicts := r.URL.Query().Get("verdicts") == "1"
	news, stop := c.journal.watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	for {
		entries, now := c.entries(last, verdicts)
		slices.Reverse(entries)
		for i := range entries {
			part := strings.ReplaceAll(c.part("requests.html", "entry", &entries[i]), "\n", "\ndata: ")
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", entries[i].Number, part); err != nil {
				return
			}
		}
		last = now
		if out.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-r.Context().Done():
			return
		}
	}
}
