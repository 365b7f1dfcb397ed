package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// longestWait is how long GET /_sandbox/requests may wait, in real time.
const longestWait = time.Minute

// requestQuery is what GET /_sandbox/requests can be asked.
type requestQuery struct {
	verdicts bool          // only entries with verdicts
	since    uint64        // only entries after this number
	wait     time.Duration // for the first such entry; 0: not at all
}

func readRequestQuery(in url.Values) (q requestQuery, err error) {
	q.verdicts = in.Get("verdicts") == "1"
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

// controlRequests lists entries of the log, oldest first. last is the number of the latest of all, to ask for what comes
// after it.
func (s *Server) controlRequests(r *http.Request) (any, error) {
	q, err := readRequestQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	news, stop := s.journal.watch()
	defer stop()
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	for over := false; ; {
		found, last := s.found(q)
		if len(found) > 0 || over || q.wait == 0 {
			return map[string]any{"requests": found, "last": last}, nil
		}
		select {
		case <-news:
		case <-timer.C:
			over = true
		case <-r.Context().Done():
			over = true
		}
	}
}

// found are the entries that q asks for, and the number of the latest of all.
func (s *Server) found(q requestQuery) (out []Request, last uint64) {
	all, last := s.journal.since(q.since)
	out = make([]Request, 0, len(all))
	for i := range all {
		if !q.verdicts || len(all[i].Verdicts) > 0 {
			out = append(out, all[i].Request)
		}
	}
	return out, last
}
