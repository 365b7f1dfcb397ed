package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// The fields of an entry are those of sandbox.Request (sandbox/requests.go), which journal/entry.go repeats for the packages below.

// longestWait is how long GET /_sandbox/requests may wait, in real time.
const longestWait = time.Minute

// requestQuery is what GET /_sandbox/requests can be asked.
type requestQuery struct {
	verdicts bool          // only entries with verdicts
	since    uint64        // only entries after this number
	wait     time.Duration // for the first such entry; 0: not at all
}

func readRequestQuery(in url.Values) (q requestQuery, err error) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains([]string{"since", "verdicts", "wait"}, name) {
			return q, fmt.Errorf("there is no %q to ask for; there are since, verdicts and wait", wording.Clip(name))
		}
	}
	if text := in.Get("verdicts"); text != "" {
		if q.verdicts, err = strconv.ParseBool(text); err != nil {
			return q, fmt.Errorf("verdicts is %q; it can be 1 (only what got a verdict) or 0", wording.Clip(text))
		}
	}
	if text := in.Get("since"); text != "" {
		if q.since, err = strconv.ParseUint(text, 10, 64); err != nil {
			return q, errors.New("since is the number of an entry")
		}
	}
	if text := in.Get("wait"); text != "" {
		if q.wait, err = time.ParseDuration(text); err != nil || q.wait < 0 || q.wait > longestWait {
			return q, fmt.Errorf("wait is a duration of up to %v", longestWait)
		}
	}
	return q, nil
}

// listRequests lists entries of the log, oldest first. last is the number of the latest of all, to ask for what comes
// after it.
func (c *control) listRequests(w http.ResponseWriter, r *http.Request) {
	q, err := readRequestQuery(r.URL.Query())
	if err != nil {
		admin.Answer(nil, err).Write(w)
		return
	}
	found, last := c.await(r, q)
	writeLines(w, r, fmt.Sprintf(`{"last":%d,"requests":[`, last), len(found), func(i int) any { return found[i].Unpack().Request })
}

// await gives the entries that q asks for, if need be when they come, and the number of the latest of all.
func (c *control) await(r *http.Request, q requestQuery) (found []journal.Packed, last uint64) {
	news, stop := c.Journal.Watch()
	defer stop()
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	for over := false; ; {
		found, last = c.found(q)
		if len(found) > 0 || over || q.wait == 0 {
			return found, last
		}
		q.since = last
		select {
		case <-news:
		case <-timer.C:
			over = true
		case <-r.Context().Done():
			over = true
		}
	}
}

// writeLines answers r with n values after a head. They are written one by one: many may be asked for, by somebody who reads
// slowly. No two are on the same line, which scripts that cannot read JSON may rely on.
func writeLines(w http.ResponseWriter, r *http.Request, head string, n int, value func(i int) any) {
	w.Header().Set("Content-Type", endpoint.TypeJSON)
	if r.Method == http.MethodHead {
		return
	}
	out := bufio.NewWriter(w)
	one := json.NewEncoder(out)
	one.SetEscapeHTML(false)
	_, _ = out.WriteString(head)
	for i := range n {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if one.Encode(value(i)) != nil {
			return // nobody reads it
		}
	}
	_, _ = out.WriteString("]}")
	_ = out.Flush()
}

// listVerdicts lists how often each verdict was given since the process began, or the namespace, whatever has left the log since.
func (c *control) listVerdicts(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.Query()) > 0 {
		admin.Answer(nil, errors.New("nothing can be asked for here; /_sandbox/requests?verdicts=1 lists requests")).Write(w)
		return
	}
	all, misused := c.Journal.Tallies()
	writeLines(w, r, fmt.Sprintf(`{"requests":%d,"verdicts":[`, misused), len(all), func(i int) any { return all[i] })
}

// found are the entries that q asks for, and the number of the latest of all.
func (c *control) found(q requestQuery) (out []journal.Packed, last uint64) {
	all, last := c.Journal.Since(q.since)
	if !q.verdicts {
		return all, last
	}
	for _, e := range all {
		if e.Misused() {
			out = append(out, e)
		}
	}
	return out, last
}
