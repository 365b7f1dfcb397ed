package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// call is one request to the emulated vendors: its moment, and what the vendor would say about it.
type call struct {
	now       time.Time
	rules     *contract.Rules
	verdicts  []string
	subject   int64               // who calls RingCX, once its token has been accepted
	sent      []journal.Parameter // what its form held, as far as it may be shown
	agent     string              // its User-Agent
	server    *Server
	op        *operation      // that it calls; nil: there is no row for it
	operation string          // the name of what it calls; "": nobody describes it
	fault     *fault          // what happens to it; nil: nothing
	xauth     string          // its X-Auth-Token: the one it called with, else the one of its sign-in
	session   uint64          // number of the session of RingCentral that it is about; 0: none is known
	signIn    uint64          // the same at RingCX
	refused   journal.Refusal // as far as it is known why
	brought   string          // the token in its form
	answer    answer
}

// isBeyond reports whether c calls an operation that is described and not emulated.
func (c *call) isBeyond() bool { return c.operation != "" && c.op == nil }

type callKey struct{}

func callOf(r *http.Request) *call { return r.Context().Value(callKey{}).(*call) }

func (c *call) note(verdict string) {
	if verdict != "" && !slices.Contains(c.verdicts, verdict) {
		c.verdicts = append(c.verdicts, verdict)
	}
}

// serveVendor answers r as the vendors would, logs it, and lets an armed fault spoil it.
func (s *Server) serveVendor(w http.ResponseWriter, r *http.Request) {
	var fault *fault
	if !isPreflight(r) {
		fault = s.spoil(r)
	}
	stayed := fault.wait(r)
	c := &call{
		server: s, now: s.Now(), rules: s.rules.Load(), verdicts: []string{}, fault: fault, agent: shortAgent(r.UserAgent()),
	}
	c.operation, c.op = operationOf(r)
	c.inspect(r)
	s.inspectTransport(c, r)
	a, done := fault.instead(c, r)
	switch {
	case !stayed:
		a = newAnswer(0, "", nil)
	case !done:
		a = s.answer(c, w, r)
	}
	a = shared(r, a)
	a.header["Date"] = []string{fault.date(c.now)}
	if endsToken(a.status, r.URL.Path) {
		s.habits.beginAnew()
	}
	if s.guard.notes(r) {
		s.journal.Add(c.logged(r, a))
	}
	if err := s.keep(); err != nil {
		a = textAnswer(http.StatusInternalServerError, err.Error())
	}
	if !stayed {
		panic(http.ErrAbortHandler)
	}
	fault.deliver(a, w)
}

// spoil is what a bad day does to r; nil on a good one.
func (s *Server) spoil(r *http.Request) *fault {
	if !s.faults.busy.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.take(r)
}

// answer lets the vendors' routes answer r; w is only told to stop reading bodies that are too large.
func (s *Server) answer(c *call, w http.ResponseWriter, r *http.Request) answer {
	if refusal, ok := s.refuseTransport(r); ok {
		return refusal
	}
	if c.isBeyond() {
		c.note(verdict.NotEmulated)
		return notEmulated(c, r)
	}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	}
	r.URL = spelt(r.URL)
	vendorRoutes().ServeHTTP(w, r)
	return c.answer
}

// spelt is u with its path in the one spelling that routes know, which compare it as it was sent: some programs send %7E
// for ~ and %3A for a colon. What has to be encoded stays so.
func spelt(u *url.URL) *url.URL {
	if u.RawPath == "" {
		return u
	}
	segments := strings.Split(u.RawPath, "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = url.PathEscape(plain)
		}
	}
	out := *u
	out.RawPath = ""
	if raw := strings.Join(segments, "/"); raw != out.EscapedPath() {
		out.RawPath = raw
	}
	return &out
}

// endsToken reports whether after an answer a client has no good token any more, or thinks so.
func endsToken(status int, path string) bool {
	switch {
	case status == http.StatusUnauthorized:
		return true
	case path == "/restapi/oauth/token":
		return status == http.StatusBadRequest
	}
	return path == "/restapi/oauth/revoke" || strings.HasPrefix(path, "/api/auth/logout/")
}

// secretParams are query parameters that carry a secret wherever they appear.
var secretParams = []string{
	"access_token", "refresh_token", "rcAccessToken", "assertion", "client_secret", "client_assertion", "token",
	"code_verifier",
	"loginHashcode", "internalJwt", "X-Auth-Token",
}

// passwordParams are query parameters that carry a password.
var passwordParams = []string{"password", "currentPassword", "newPassword"}

// inspect notes the misuse that does not depend on the operation.
func (c *call) inspect(r *http.Request) {
	if r.Header.Get("User-Agent") == "" {
		c.note(verdict.UserAgent)
	}
	if r.URL.RawQuery == "" {
		return
	}
	query := queryOf(r)
	for _, p := range secretParams {
		if query.Get(p) != "" {
			c.note(verdict.TokenURL)
		}
	}
	for _, p := range passwordParams {
		if query.Get(p) != "" {
			c.note(verdict.PasswordURL)
		}
	}
}

// bearer is the token of an Authorization header of the Bearer scheme; the scheme's case does not matter.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}
