package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one request to the emulated vendors, as GET /_sandbox/requests lists it.
type Request struct {
	Time      time.Time `json:"time"`                // on the server's clock
	Method    string    `json:"method"`              // as sent
	Path      string    `json:"path"`                // escaped, without query; segments that may hold a token are "***"
	Status    int       `json:"status"`              // what was or would have been answered; 0 if the connection was cut before
	Verdicts  []string  `json:"verdicts"`            // misuse that a client should be told about; empty, never null
	Fault     string    `json:"fault,omitempty"`     // what a bad day did to it, such as "drop-answer" or "status 503"; "": nothing
	Operation string    `json:"operation,omitempty"` // what was called, by the vendor's name for it, else by method and path; "": nobody describes it
	Answer    string    `json:"answer,omitempty"`    // error code and message, if it was refused
	Reason    string    `json:"reason,omitempty"`    // why it was refused, in plain words, which may change
	Caller    string    `json:"caller,omitempty"`    // app and user, as far as they are known, if it was refused
	Token     string    `json:"token,omitempty"`     // fingerprint of the token that it brought, if it was refused
	Number    uint64    `json:"number"`              // 1 is the first after a start; a reset goes on counting

	Namespace string `json:"namespace,omitempty"` // which the request was for; only what an observer sees has it
}

// journal is a ring of the latest requests. Its lock guards all of it.
type journal struct {
	mu       sync.Mutex
	ring     []packedEntry
	first    int           // index of the oldest
	held     int           // entries in the ring
	bytes    int64         // that they may take
	together *atomic.Int64 // bytes of all logs of the process
	over     bool          // nothing is remembered any more
	count    uint64        // requests so far; numbers the next one
	kept     uint64        // number of the latest that the keeper has
	oldest   uint64        // number of the oldest that the keeper has
	observer func(Request)
	watchers map[chan struct{}]bool
}

// logEntry is a request with what the console needs to show it again. It holds no secret.
type logEntry struct {
	Request
	about uint64 // number of the session, or of the sign-in at RingCX, that it is about; 0: none is known
	shape requestShape
}

func (j *journal) add(e logEntry) {
	e.cut()
	packed := e.pack()
	j.mu.Lock()
	j.count++
	packed.number, e.Number = j.count, j.count
	for w := range j.watchers {
		select {
		case w <- struct{}{}:
		default: // it has something to read already
		}
	}
	j.push(packed)
	j.mu.Unlock()
	j.observe(e.Request)
}

// push remembers an entry. If there are too many, or all logs together take too much, the oldest of this log go.
func (j *journal) push(e packedEntry) {
	if j.over {
		return
	}
	switch n := len(j.ring); {
	case j.held < n:
	case n == logSize:
		j.forgetOldest()
	default:
		grown := make([]packedEntry, min(logSize, max(64, 2*n)))
		for i := range j.held {
			grown[i] = *j.at(i)
		}
		j.ring, j.first = grown, 0
	}
	*j.at(j.held) = e
	j.held++
	j.take(int64(e.size))
	for j.bytes > logShare && j.held > 1 && j.together.Load() > logsTogether {
		j.forgetOldest()
	}
}

// at is the place of the i-th entry, counted from the oldest.
func (j *journal) at(i int) *packedEntry { return &j.ring[(j.first+i)%len(j.ring)] }

func (j *journal) forgetOldest() {
	e := j.at(0)
	j.take(-int64(e.size))
	*e = packedEntry{}
	j.first, j.held = (j.first+1)%len(j.ring), j.held-1
}

// take counts bytes.
func (j *journal) take(n int64) {
	j.bytes += n
	j.together.Add(n)
}

// clear forgets all entries.
func (j *journal) clear() {
	j.take(-j.bytes)
	j.ring, j.first, j.held = nil, 0, 0
}

// end forgets all entries, and remembers none from now on.
func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.over = true
}

func (j *journal) observe(r Request) {
	j.mu.Lock()
	observer := j.observer
	j.mu.Unlock()
	if observer != nil {
		observer(r)
	}
}

func (j *journal) list() []Request {
	all, _ := j.since(0)
	out := make([]Request, 0, len(all))
	for i := range all {
		out = append(out, all[i].Request)
	}
	return out
}

// since lists the entries after a number, oldest first, and the number of the latest of all.
func (j *journal) since(number uint64) ([]logEntry, uint64) {
	packed, count := j.packedSince(number)
	out := make([]logEntry, 0, len(packed))
	for _, e := range packed {
		out = append(out, e.unpack())
	}
	return out, count
}

func (j *journal) packedSince(number uint64) ([]packedEntry, uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := j.held
	if fresh := j.count - min(number, j.count); fresh < uint64(n) { //nolint:gosec // a length
		n = int(fresh) //nolint:gosec // at most the length
	}
	out := make([]packedEntry, 0, n)
	for i := j.held - n; i < j.held; i++ {
		out = append(out, *j.at(i))
	}
	return out, j.count
}

// watch has c told of every entry until the caller calls stop; c has room for one.
func (j *journal) watch() (c chan struct{}, stop func()) {
	c = make(chan struct{}, 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.watchers == nil {
		j.watchers = map[chan struct{}]bool{}
	}
	j.watchers[c] = true
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.watchers, c)
	}
}

// latest is the number of the latest entry.
func (j *journal) latest() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.count
}

func (j *journal) size() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.held
}

// Requests lists the latest requests to the emulated vendors, oldest first, at most 10,000. An entry is there before
// its answer leaves the server. Requests to /_sandbox/ are not in it. Long paths and the like are cut, with "…" at the end,
// so that no log takes more than 24 MiB; the logs of a server and its namespaces take 64 MiB together, then the oldest
// entries of whichever goes on go sooner.
func (s *Server) Requests() []Request { return s.journal.list() }

// OnRequest has f called with each request to the emulated vendors, before its answer leaves the server and possibly
// from several goroutines at once. There is one observer; nil removes it. Reset keeps it.
func (s *Server) OnRequest(f func(Request)) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.observer = f
}

// secretAfter are beginnings of paths whose rest holds a token.
var secretAfter = []string{
	"/api/auth/logout/", "/voice/api/v1/admin/token/", "/api/v1/admin/token/", "/password/reset/",
}

// loggedPath is the path of r as far as it may be shown: no query, no token, not too long.
func loggedPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	for _, start := range secretAfter {
		if strings.HasPrefix(r.URL.Path, start) && r.URL.Path != start {
			return start + "***"
		}
	}
	for p := range strings.SplitSeq(path, "/") {
		if isMasked(p) {
			return cutPath(masked(path))
		}
	}
	return cutPath(path)
}

// isMasked tells a segment of a path that may be a secret.
func isMasked(segment string) bool {
	return len(segment) >= maskedSegment || strings.HasPrefix(segment, "eyJ")
}

func masked(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if isMasked(p) {
			parts[i] = "***"
		}
	}
	return strings.Join(parts, "/")
}
