package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	listenersMost = 64                     // who follow the log in the consoles of a server and its namespaces
	listenPause   = 200 * time.Millisecond // for which entries are gathered, in real time
	listenTime    = 30 * time.Second       // for which a listener may take no part of them, in real time
)

// tryEnter is enter for who does not wait.
func (g gate) tryEnter() (leave func(), ok bool) {
	select {
	case g <- struct{}{}:
		return func() { <-g }, true
	default:
		return nil, false
	}
}

// feed is the end of the log as its page shows it, drawn once for all who follow it.
type feed struct {
	verdicts bool // only entries with a verdict

	mu    sync.Mutex   // guards what follows
	drawn []drawnEntry // oldest first, at most requestsShown
	last  uint64       // number of the latest entry that there was
}

type drawnEntry struct {
	number uint64
	event  string
}

// news are the entries of a feed after a number, oldest first, and the number of the latest of all.
func (c *console) news(f *feed, after uint64) ([]drawnEntry, uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, last := c.entries(f.last, f.verdicts)
	if last < f.last { // a snapshot brought an older log
		f.drawn = nil
		entries, last = c.entries(0, f.verdicts)
	}
	f.last = last
	for i := range slices.Backward(entries) {
		part := strings.ReplaceAll(c.part("requests.html", "entry", &entries[i]), "\n", "\ndata: ")
		f.drawn = append(f.drawn, drawnEntry{entries[i].Number, fmt.Sprintf("id: %d\ndata: %s\n\n", entries[i].Number, part)})
	}
	held := uint64(c.journal.size())                                                               //nolint:gosec // a length
	f.drawn = slices.DeleteFunc(f.drawn, func(e drawnEntry) bool { return e.number+held <= last }) // the log has forgotten them
	f.drawn = slices.Delete(f.drawn, 0, max(0, len(f.drawn)-requestsShown))
	from := slices.IndexFunc(f.drawn, func(e drawnEntry) bool { return e.number > after })
	if from < 0 {
		return nil, last
	}
	return slices.Clone(f.drawn[from:]), last
}

// requestStream sends entries as server-sent events while somebody looks, each as the part of the page that shows it.
func (c *console) requestStream(w http.ResponseWriter, r *http.Request) {
	var last uint64
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.URL.Query().Get("after")
	}
	if number, err := strconv.ParseUint(from, 10, 64); err == nil {
		last = number
	} else if from != "" {
		textAnswer(http.StatusBadRequest, "after is not a number").write(w)
		return
	}
	leave, ok := c.guard.listeners.tryEnter()
	if !ok {
		textAnswer(http.StatusServiceUnavailable, "too many follow the log already: close some of the console's pages").
			with("Retry-After", "60").write(w)
		return
	}
	defer leave()
	f := c.feeds[0]
	if r.URL.Query().Get("verdicts") == "1" {
		f = c.feeds[1]
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	c.follow(w, r, f, last)
}

// follow sends the news of a feed until nobody takes them.
func (c *console) follow(w http.ResponseWriter, r *http.Request, f *feed, last uint64) {
	wake, stop := c.journal.watch()
	defer stop()
	pause := time.NewTimer(listenPause)
	defer pause.Stop()
	for text := []byte("retry: 1000\n\n"); ; text = nil {
		news, now := c.news(f, last)
		for _, e := range news {
			text = append(text, e.event...)
		}
		last = now
		if !sent(w, text) {
			return
		}
		pause.Reset(listenPause)
		select {
		case <-pause.C:
		case <-r.Context().Done():
			return
		}
		select {
		case <-wake:
		case <-r.Context().Done():
			return
		}
	}
}

// sent writes text now; false if who reads takes none of it for too long.
func sent(w http.ResponseWriter, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Now().Add(listenTime)) // what has no deadlines does not need them
	_, err := w.Write(text)
	if err == nil {
		err = out.Flush()
	}
	_ = out.SetWriteDeadline(time.Time{})
	return err == nil
}
