package console

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

const (
	listenPause = 200 * time.Millisecond // for which entries are gathered, in real time
	listenTime  = 30 * time.Second       // for which a listener may take no part of them, in real time
)

// requestStream sends the number of the latest entry as a server-sent event whenever there are later ones, while somebody
// looks. What the entries are is asked for at requests/rows, see requestRows in requests.go.
func (c *Console) requestStream(w http.ResponseWriter, r *http.Request) {
	from := cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after"), "0")
	last, err := strconv.ParseUint(from, 10, 64)
	if err != nil {
		endpoint.Text(http.StatusBadRequest, "after is not a number").Write(w)
		return
	}
	leave, ok := c.Guard.Listeners.TryEnter()
	if !ok {
		endpoint.Text(http.StatusServiceUnavailable, "too many follow the log already: close some of the console's pages").
			With("Retry-After", "60").Write(w)
		return
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	c.follow(w, r, last)
}

// follow tells of later entries until nobody listens.
func (c *Console) follow(w http.ResponseWriter, r *http.Request, last uint64) {
	wake, stop := c.Journal.Watch()
	defer stop()
	pause := time.NewTimer(listenPause)
	defer pause.Stop()
	for text := "retry: 1000\n\n"; ; text = "" {
		if now := c.Journal.Latest(); now != last {
			last = now
			text += fmt.Sprintf("id: %d\ndata: %d\n\n", now, now)
		}
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
func sent(w http.ResponseWriter, text string) bool {
	if len(text) == 0 {
		return true
	}
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Now().Add(listenTime)) // what has no deadlines does not need them
	_, err := io.WriteString(w, text)
	if err == nil {
		err = out.Flush()
	}
	_ = out.SetWriteDeadline(time.Time{})
	return err == nil
}
