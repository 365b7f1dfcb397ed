//go:build unix && storm

package storm_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	loginPath    = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
)

// vendor is the emulated vendor of one lineage, and where workers are ambushed.
type vendor struct {
	box    *sandbox.Server
	server *httptest.Server

	mu       sync.Mutex      // guards the fields below
	ambush   *ambush         // nil: none
	dying    map[string]bool // workers whose requests arrive no more
	verdicts map[string]int
	granted  map[string]int         // answers with tokens, by path
	asked    map[string][]time.Time // when token requests arrived, by path
	busy     time.Duration          // spent on token requests
	span     [2]time.Time           // arrival of the first token request, answer to the last
}

// ambush waits for the next request of a path.
type ambush struct {
	path   string
	window window
	strike func(worker string) // called with the name of who sent the request
	sprung chan struct{}       // closed when it is over
	deadly bool                // who is caught dies
}

// window is when an ambush strikes.
type window string

const (
	received  window = "received"  // the request has arrived, the vendor has done nothing
	acted     window = "acted"     // the vendor has done what was asked, the answer is not delivered
	delivered window = "delivered" // the answer is on its way to the sender
)

func newVendor(t *testing.T, opts *sandbox.Options) *vendor {
	t.Helper()
	box, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	v := &vendor{box: box, verdicts: map[string]int{}, granted: map[string]int{}, dying: map[string]bool{}, asked: map[string][]time.Time{}}
	box.OnRequest(v.note)
	v.server = httptest.NewServer(v)
	t.Cleanup(v.server.Close)
	return v
}

// note counts a request before its answer leaves.
func (v *vendor) note(r sandbox.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, verdict := range r.Verdicts {
		v.verdicts[verdict]++
	}
	if !forToken(r.Path) {
		return
	}
	v.asked[r.Path] = append(v.asked[r.Path], r.Time)
	if r.Status == http.StatusOK {
		v.granted[r.Path]++
	}
}

func forToken(path string) bool {
	return path == loginPath || path == exchangePath || path == refreshPath
}

// ServeHTTP is the sandbox, unless somebody waits for the request.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if forToken(r.URL.Path) {
		begin := time.Now()
		defer func() {
			v.mu.Lock()
			defer v.mu.Unlock()
			if v.span[0].IsZero() {
				v.span[0] = begin
			}
			v.span[1] = time.Now()
			v.busy += v.span[1].Sub(begin)
		}()
	}
	worker, _, _ := strings.Cut(r.UserAgent(), " ")
	a, lost := v.caught(r.URL.Path, worker)
	if lost {
		_, _ = io.Copy(io.Discard, r.Body) // the server does not notice before that who leaves
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if a == nil {
		v.box.ServeHTTP(w, r)
		return
	}
	defer close(a.sprung)
	switch a.window {
	case received:
		a.strike(worker)
		panic(http.ErrAbortHandler)
	case acted:
		answer := httptest.NewRecorder()
		v.box.ServeHTTP(answer, r)
		a.strike(worker)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	case delivered:
		v.box.ServeHTTP(w, r)
		_ = http.NewResponseController(w).Flush()
		a.strike(worker)
	}
}

// caught takes the ambush if it is one for this path. What a worker sends while it dies is lost: how soon a kill comes is the machine's
// affair, and with an answer to a login on its way the worker would exchange it in the meantime.
func (v *vendor) caught(path, worker string) (by *ambush, lost bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.ambush
	if v.dying[worker] || a == nil || a.path != path {
		return nil, v.dying[worker]
	}
	v.ambush, v.dying[worker] = nil, a.deadly
	return a, false
}

// await has strike called at the next request of the path, while its sender waits for the answer or has just got it.
func (v *vendor) await(path string, at window, strike func(worker string)) (sprung <-chan struct{}) {
	return v.wait(&ambush{path: path, window: at, strike: strike})
}

// awaitVictim is await with a strike that kills the worker.
func (v *vendor) awaitVictim(path string, at window, strike func(worker string)) (sprung <-chan struct{}) {
	return v.wait(&ambush{path: path, window: at, strike: strike, deadly: true})
}

func (v *vendor) wait(a *ambush) (sprung <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	a.sprung = make(chan struct{})
	v.ambush = a
	return a.sprung
}

// mustSpring waits until an ambush has caught somebody.
func mustSpring(t *testing.T, sprung <-chan struct{}) {
	t.Helper()
	select {
	case <-sprung:
	case <-time.After(tooLong):
		t.Fatal("the request that was waited for did not come")
	}
}

// relax calls an ambush off. False: it has caught somebody.
func (v *vendor) relax() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	free := v.ambush != nil
	v.ambush = nil
	return free
}

// count is how many answers with tokens a path gave.
func (v *vendor) count(path string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.granted[path]
}

// seen is how often the vendor had this to say.
func (v *vendor) seen(verdict string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.verdicts[verdict]
}

// requests is how many token requests arrived.
func (v *vendor) requests() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, times := range v.asked {
		n += len(times)
	}
	return n
}

// spent is how many requests of a path arrived in the last minute.
func (v *vendor) spent(path string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, at := range v.asked[path] {
		if v.box.Now().Sub(at) < time.Minute {
			n++
		}
	}
	return n
}

// sixths counts the requests that were the sixth or later of their kind in a minute, whatever the sandbox says of them.
func (v *vendor) sixths() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for path, times := range v.asked {
		for i := 5; i < len(times); i++ {
			if path != refreshPath && times[i].Sub(times[i-5]) < time.Minute {
				n++
			}
		}
	}
	return n
}

// times are how long the vendor worked on token requests, and how long it was from the first to the last answer.
func (v *vendor) times() (busy, span time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.busy, v.span[1].Sub(v.span[0])
}
