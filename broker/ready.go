package broker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/cached"
)

// Paths that are answered without a key, and not written to the audit log: they tell nothing that is secret.
const (
	alivePath = "/healthz"
	readyPath = "/readyz"
)

// Readiness is what GET /readyz answers: 200 if callers are served, maybe worse than usual, and 503 if they are not.
type readiness struct {
	// Status is "ready", "degraded" if there are problems with which callers are served, or "not ready".
	Status   string           `json:"status"`
	Problems []string         `json:"problems"` // sentences
	Profiles map[string]state `json:"profiles"`

	lost bool // the Store does not answer
}

// state is that of a profile.
type state struct {
	// SecondsLeft is how long the access token at hand lives; 0: there is none.
	SecondsLeft int64  `json:"token_seconds_left"`
	Problem     string `json:"problem,omitempty"`

	loginRequired bool
	status        *ringcx.Status // nil: the Store does not tell
}

// health looks whether callers are served, once a second at most, whoever asks.
type health struct {
	mu   sync.Mutex // held by who looks; guards the fields below
	of   *setup
	at   time.Time
	last readiness
}

const (
	looked = time.Second            // how long what was seen is told again
	looks  = 700 * time.Millisecond // how long looking may take: probes wait for a second
	rivals = 15 * time.Minute       // how long a login that was replaced is told of: it is again at each renewal
)

// tellHealth answers what is asked about the broker's health; false: it is not.
func (q *request) tellHealth() bool {
	if q.path != alivePath && q.path != readyPath {
		return false
	}
	h := q.w.Header()
	if q.r.Method != http.MethodGet && q.r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		q.w.WriteHeader(http.StatusMethodNotAllowed)
		return true
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if q.path == alivePath {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = q.w.Write([]byte("ok\n"))
		return true
	}
	found := q.b.health.look(q.r.Context(), q.b)
	if q.b.isEnding() {
		found.Status, found.Problems = notReady, append(slices.Clone(found.Problems), "the broker is ending")
	}
	h.Set("Content-Type", "application/json")
	if found.Status == notReady {
		q.w.WriteHeader(http.StatusServiceUnavailable)
	}
	body, err := json.Marshal(found)
	if err == nil {
		_, _ = q.w.Write(append(body, '\n'))
	}
	return true
}

// isEnding tells whether the broker is about to end.
func (s *setup) isEnding() bool { return isClosed(s.ending) }

const (
	ready    = "ready"
	degraded = "degraded"
	notReady = "not ready"
)

func (h *health) look(ctx context.Context, s *setup) readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if age := time.Since(h.at); h.of == s && age >= 0 && age < looked {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), looks) // others may be told the same
	defer cancel()
	h.last = s.look(ctx)
	h.of, h.at = s, time.Now()
	return h.last
}

// look looks at all profiles. One that can be served is enough to be ready: to take away the others would help nobody.
func (s *setup) look(ctx context.Context) readiness {
	var mu sync.Mutex
	var all sync.WaitGroup
	found := readiness{Problems: []string{}, Profiles: map[string]state{}}
	lost, unread, harmless := false, error(nil), []string(nil)
	if s.keys != nil {
		all.Go(func() { unread = s.keys.Look(ctx) })
	}
	for _, p := range s.profiles {
		all.Go(func() {
			is := s.stateOf(ctx, p)
			known, err := p.session.Status(ctx)
			mu.Lock()
			defer mu.Unlock()
			is.status = known
			found.Profiles[p.name] = is
			unfit := cached.Unfit(err)
			lost = lost || err != nil && unfit == ""
			if unfit != "" && is.Problem == "" {
				harmless = append(harmless, fmt.Sprintf("profile %s: %s; the broker goes on with the token that it has", p.name, unfit))
			}
			if known != nil && !known.ReplacedAt.IsZero() && s.now().Sub(known.ReplacedAt) < rivals {
				harmless = append(harmless, fmt.Sprintf("profile %s: its stored login was replaced by one with other credentials: reload all brokers that share the Store", p.name))
			}
			if is.Problem != "" {
				found.Problems = append(found.Problems, fmt.Sprintf("profile %s: %s", p.name, is.Problem))
			}
		})
	}
	all.Wait()
	if failed := len(found.Problems); failed == len(s.profiles) {
		found.Status = notReady
	}
	found.Problems = append(found.Problems, harmless...)
	if unread != nil {
		found.Status, found.Problems = notReady, append(found.Problems, "the keys of callers could not be read yet"+cmp.Or(cached.Why(unread), ": the Store does not answer")+", and no caller with a key is served")
	}
	if s.audit != nil && s.audit.Try(s.now()) != nil {
		found.Status, found.Problems = notReady, append(found.Problems, "the audit log cannot be written, and nothing is served that is not in it")
	}
	var again error
	if s.keys != nil {
		again = s.keys.Problem()
	}
	found.tellStore(lost, unread, again)
	if s.problems != nil {
		found.Problems = append(found.Problems, s.problems()...)
	}
	switch {
	case found.Status != "":
	case len(found.Problems) > 0:
		found.Status = degraded
	default:
		found.Status = ready
	}
	slices.Sort(found.Problems)
	return found
}

// tellStore enters whether the Store answers: lost, where sessions are asked for; unread and again are why the keys of callers could
// not be read yet, and not again. One that has what this program does not understand has answered.
func (r *readiness) tellStore(lost bool, unread, again error) {
	newer := cached.Why(again)
	if newer != "" {
		r.Problems = append(r.Problems, "the keys of callers could not be read again"+newer+": the broker goes on with those that it has")
	}
	lost = lost || again != nil && newer == ""
	if lost && unread == nil {
		r.Problems = append(r.Problems, "the Store does not answer: the broker goes on with the tokens and the keys of callers that it has")
	}
	r.lost = lost || unread != nil && cached.Why(unread) == ""
}

// stateOf asks for a profile's token as a caller would.
func (s *setup) stateOf(ctx context.Context, p *profile) state {
	t, err := p.session.Token(ctx)
	if err == nil {
		return state{SecondsLeft: max(int64(t.Expiry.Sub(s.now())/time.Second), 0)}
	}
	return state{Problem: noToken(err), loginRequired: errors.Is(err, ringcx.ErrLoginRequired)}
}

// noToken is why there is no token, in words without a secret.
func noToken(err error) string {
	var e *ringcx.Error
	switch {
	case errors.Is(err, ringcx.ErrLoginRequired):
		return "login required: its login has ended, whoever runs the broker has to log in again"
	case errors.As(err, &e) && e.Limited():
		return "there is no token, and the vendor's limit of logins is used up"
	case errors.As(err, &e):
		return strings.TrimSpace(fmt.Sprintf("there is no token: the vendor refuses to give one (status %d)", e.StatusCode))
	case cached.Unfit(err) != "":
		return "there is no token: " + cached.Unfit(err)
	case errors.Is(err, context.DeadlineExceeded):
		return "there is no token yet: one is being fetched"
	}
	return "there is no token: neither the vendor nor the Store could be asked for one"
}
