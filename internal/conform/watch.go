package conform

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// visit is one request as it came in. It is never shown: its path may hold a secret. What is shown is the sandbox's log.
type visit struct {
	at     time.Time // when it came in, on the clock of this machine
	method string
	path   string
	status int  // 0: the connection was cut
	data   bool // it was answered whole, with 200 and JSON that can be read
}

// apiRead says that the visit got what the program is there for.
func (v visit) apiRead() bool {
	return v.data && v.method == http.MethodGet && strings.HasPrefix(v.path, apiPrefix)
}

// What the two kinds of access tokens are called. The first is one that some programs may print.
const (
	accessToken   = "an access token"
	platformToken = "a RingCentral access token"
)

// watch stands before the sandbox: it sees requests arrive, interferes once where a scenario asks for it, and learns the
// secrets that the sandbox gives out.
type watch struct {
	box *sandbox.Server

	mu      sync.Mutex // guards what follows
	visits  []visit
	trigger *trigger
	secrets map[string]string // what must not be shown, and what it is
}

// trigger is something to do when a request arrives, before the sandbox sees it.
type trigger struct {
	method string
	paths  []string // beginnings of paths; any of them will do
	do     func()
	over   chan struct{} // closed when the request has been answered
}

func newWatch(box *sandbox.Server) *watch {
	demo := box.Demo()
	return &watch{box: box, secrets: map[string]string{demo.ClientSecret: "the client secret", demo.JWT: "the JWT"}}
}

// on arms a trigger for the next request that fits. The channel is closed when that has been answered.
func (w *watch) on(method string, paths []string, do func()) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trigger = &trigger{method, paths, do, make(chan struct{})}
	return w.trigger.over
}

// disarm takes the trigger away; false if it was not there any more.
func (w *watch) disarm() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	armed := w.trigger != nil
	w.trigger = nil
	return armed
}

func (w *watch) all() []visit {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]visit(nil), w.visits...)
}

// count is how many requests to a path came since there were from visits.
func (w *watch) count(from int, method, path string) (n int) {
	for _, v := range w.all()[from:] {
		if v.method == method && strings.HasPrefix(v.path, path) {
			n++
		}
	}
	return n
}

// arrive notes a request, and gives the trigger that it pulls, or nil.
func (w *watch) arrive(r *http.Request) (index int, pulled *trigger) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visits = append(w.visits, visit{at: time.Now(), method: r.Method, path: r.URL.Path})
	fits := func(path string) bool { return strings.HasPrefix(r.URL.Path, path) }
	if t := w.trigger; t != nil && t.method == r.Method && slices.ContainsFunc(t.paths, fits) {
		w.trigger, pulled = nil, t
	}
	return len(w.visits) - 1, pulled
}

// leave notes how a request was answered.
func (w *watch) leave(index int, a *answer, whole bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := &w.visits[index]
	v.status = a.status
	v.data = whole && a.status == http.StatusOK && strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") &&
		json.Valid(a.body.Bytes())
	if !strings.HasPrefix(v.path, apiPrefix) {
		w.learn(a.body.Bytes())
	}
}

// learn remembers the tokens in an answer. w.mu is held.
func (w *watch) learn(body []byte) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return
	}
	for name, what := range map[string]string{
		"accessToken": accessToken, "access_token": platformToken,
		"refreshToken": "a refresh token", "refresh_token": "a RingCentral refresh token",
	} {
		if secret, _ := fields[name].(string); secret != "" {
			w.secrets[secret] = what
		}
	}
}

// known are the secrets so far.
func (w *watch) known() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]string, len(w.secrets))
	for secret, what := range w.secrets {
		all[secret] = what
	}
	return all
}

// ServeHTTP lets the sandbox answer.
func (w *watch) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		w.box.ServeHTTP(rw, r)
		return
	}
	index, pulled := w.arrive(r)
	if pulled != nil {
		defer close(pulled.over)
		// What was sent stays with the vendor, whatever becomes of the program.
		if body, err := io.ReadAll(r.Body); err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		pulled.do()
	}
	a := &answer{ResponseWriter: rw}
	whole := false
	defer func() { w.leave(index, a, whole) }()
	w.box.ServeHTTP(a, r)
	whole = true
}

// answer keeps a copy of what is answered.
type answer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.body.Write(p)
	return a.ResponseWriter.Write(p)
}

// Unwrap leads to the connection, which some faults cut.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
