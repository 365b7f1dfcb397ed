package sandbox

import (
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// vendorOperations are the rows of both vendors, and those of the RingCX API under its older prefix too.
func vendorOperations() []endpoint.Operation {
	var all []endpoint.Operation
	all = append(append(all, platform.Operations...), ringcx.Operations...)
	for _, op := range ringcx.Operations {
		if rest, ok := strings.CutPrefix(op.Path, "/voice/api/v1/"); ok && !strings.HasPrefix(rest, "summary/") {
			op.Path = ringcx.OlderAPI + rest
			all = append(all, op)
		}
	}
	return all
}

// vendorRoutes lead to the operations of both vendors.
var vendorRoutes = sync.OnceValue(func() *endpoint.Routes {
	return endpoint.NewRoutes(vendorOperations(), notFound, methodRefusal, perform)
})

// vendors are what a call finds the one in that it is for.
type vendors struct {
	lock     *state.Lock // whose holder is in the transaction of a call
	platform *platform.Service
	ringcx   *ringcx.Service
}

func (v *vendors) Platform() *platform.Service { return v.platform }
func (v *vendors) RingCX() *ringcx.Service     { return v.ringcx }

// serveVendor answers r as the vendors would, logs it, and lets an armed fault spoil it.
func (s *server) serveVendor(w http.ResponseWriter, r *http.Request) {
	var fault *fault.Fault
	if !endpoint.IsPreflight(r) {
		fault = s.spoil(r)
	}
	stayed := fault.Wait(r)
	c := &endpoint.Call{
		Services: &s.vendors, Now: s.Now(), Rules: s.rules.Load(), Verdicts: []string{}, Fault: fault.Label(), Agent: endpoint.ShortAgent(r.UserAgent()),
	}
	vendorRoutes().Find(c, r)
	c.Inspect(r)
	c.InspectTransport(r, s.opts.TLSOnly)
	a, done := fault.Instead(c.Now, func(status int) endpoint.Response { return outage(c, r, status) })
	switch {
	case !stayed:
		a = endpoint.NewResponse(0, "", nil)
	case !done:
		a = s.answer(c, w, r)
	}
	a = endpoint.WithCORS(r, a)
	a.Header["Date"] = []string{fault.Date(c.Now)}
	if endsToken(a.Status, r.URL.Path) {
		s.habits.Refused()
	}
	if s.guard.Notes(r) {
		s.journal.Add(c.Entry(r, a))
	}
	if err := s.keep(); err != nil {
		a = endpoint.Text(http.StatusInternalServerError, err.Error())
	}
	if !stayed {
		panic(http.ErrAbortHandler)
	}
	fault.Deliver(a, w)
}

// spoil is what a bad day does to r; nil on a good one.
func (s *server) spoil(r *http.Request) *fault.Fault {
	if !s.faults.Busy.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.Take(r)
}

// answer lets the vendors' routes answer r; w is only told to stop reading bodies that are too large.
func (s *server) answer(c *endpoint.Call, w http.ResponseWriter, r *http.Request) endpoint.Response {
	if refusal, ok := endpoint.RefuseTransport(r, s.opts.TLSOnly); ok {
		return refusal
	}
	if c.IsBeyond() {
		c.Note(verdict.NotEmulated)
		return notEmulated(c, r)
	}
	a := c.Routes.Answer(c, w, r)
	if endpoint.IsPlatform(r.URL.Path) {
		platform.SetHeaders(a.Header, r.URL.Path)
	}
	return a
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

// doorOf is what stands before a path.
func doorOf(path string) endpoint.Door {
	for _, d := range ringcx.Doors {
		if d.Leads(path) {
			return d
		}
	}
	return endpoint.Door{Limit: limit.None}
}

// perform has an operation answered: who calls comes first, then the body, which its sender may be slow to send, then the
// transaction, and outside of it again what the operation leaves to be finished.
func perform(c *endpoint.Call, r *http.Request) endpoint.Response {
	d := doorOf(r.URL.EscapedPath())
	for _, caller := range []endpoint.Caller{d.Caller, c.Row.Caller} {
		if caller == nil {
			continue
		}
		if refusal, ok := caller(c, r); !ok {
			return refusal
		}
	}
	if c.Row.Form {
		c.ReadForm(r)
	}
	a := c.Services.(*vendors).transact(c, r, d)
	if c.Finish != nil {
		done := c.Finish()
		maps.Copy(done.Header, a.Header) // those of the limits that it was counted for
		a = done
	}
	return a
}

// transact is the transaction of a call: it counts for the limit of the standard rate, which counts by caller, before the
// operation answers. Other limits count by what the operation has to find out.
func (v *vendors) transact(c *endpoint.Call, r *http.Request, d endpoint.Door) endpoint.Response {
	v.lock.Lock()
	defer v.lock.Unlock()
	if c.Row.Limit != limit.Reads && d.Limit != limit.Reads || limit.ReadsAllowed(c.Rules).Limit == 0 {
		return c.Row.Handle(c, r)
	}
	ruling := v.ringcx.AdmitRead(c)
	if !ruling.Admitted {
		c.Limited(&ruling)
		return endpoint.Stamp(ruling, ringcx.TooMany(c, r))
	}
	return endpoint.Stamp(ruling, c.Row.Handle(c, r))
}

// notFound answers a path that neither vendor has, or has with other methods only.
func notFound(c *endpoint.Call, r *http.Request) endpoint.Response {
	path := r.URL.Path
	switch {
	case endpoint.IsPlatform(path):
		return platform.APIError(http.StatusNotFound, "CMN-120", "Invalid URI")
	case strings.HasPrefix(path, "/v1/"):
		// observed: without its prefix the API is the web application, which answers 200 and HTML to anything.
		return endpoint.NewResponse(http.StatusOK, endpoint.TypeHTML, []byte("<!doctype html><title>RingCX</title><div id=\"root\"></div>\n"))
	case !strings.HasSuffix(path, "/") && c.Routes.MethodsAt(r) != nil:
		return methodRefusal(c, r)
	case strings.HasPrefix(path, "/voice/api/"), strings.HasPrefix(path, "/api/"):
		return ringcx.NotFound(c, r)
	}
	return endpoint.Text(http.StatusNotFound, "Not Found")
}

// methodRefusal is 405 with the methods that the path has.
func methodRefusal(c *endpoint.Call, r *http.Request) endpoint.Response {
	methods := c.Routes.MethodsAt(r)
	if methods == nil { // the router knows few methods, and no path for others
		return notFound(c, r)
	}
	var a endpoint.Response
	if endpoint.IsPlatform(r.URL.Path) {
		a = platform.APIError(http.StatusMethodNotAllowed, platform.TransportCode(c, "CMN-120"), "Method Not Allowed")
	} else {
		a = ringcx.WrongMethod(c, r)
	}
	return a.With("Allow", strings.Join(methods, ", "))
}

// outage is an error of a status in the shape of the vendor that r went to.
func outage(c *endpoint.Call, r *http.Request, status int) endpoint.Response {
	text, path := http.StatusText(status), r.URL.Path
	switch {
	case status == http.StatusTooManyRequests:
		return tooMany(c, r)
	case strings.HasPrefix(path, "/restapi/oauth/"):
		return endpoint.JSON(status, map[string]string{
			"message": text, "error": strings.ReplaceAll(strings.ToLower(text), " ", "_"), "error_description": text,
		})
	case strings.HasPrefix(path, "/restapi/"):
		return platform.APIError(status, "CMN-201", text)
	}
	return endpoint.Text(status, text)
}

// tooMany is the 429 of an operation with the headers of its limit. One that has none, and a path that there is not, is
// answered with those of the operations beside it.
func tooMany(c *endpoint.Call, r *http.Request) endpoint.Response {
	a, what := platform.RateExceeded(), limit.Auth
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/restapi/oauth/"):
	case endpoint.IsPlatform(path):
		what = limit.Light
	case strings.HasPrefix(path, "/api/auth/"):
		a, what = ringcx.TooMany(c, r), limit.Exchanges
	default:
		a, what = ringcx.TooMany(c, r), limit.Reads
	}
	if c.Row != nil && c.Row.Limit != limit.None && limit.Kinds[c.Row.Limit].Allowed(c.Rules).Limit > 0 {
		what = c.Row.Limit
	}
	kind := limit.Kinds[what]
	return endpoint.Stamp(limit.Decision{Group: kind.Group, Allowance: kind.Allowed(c.Rules), Admitted: true}, a)
}

// makeVendors makes both vendors, without any token.
func (s *server) makeVendors() {
	endings := new(model.Endings)
	s.lock = &s.mu
	s.platform = platform.New(platform.Config{
		Lock: &s.mu, World: s.world, Limits: s.limits, Polling: &s.habits, Endings: endings, Now: s.Now, Room: &s.memory.shared.sessions,
		Dropped: func(tx *state.Tx, session uint64, ended bool) { s.ringcx.SessionDropped(tx, session, ended) },
	})
	s.ringcx = ringcx.New(ringcx.Config{
		Lock: &s.mu, World: s.world, Limits: s.limits, Polling: &s.habits, Endings: endings, Now: s.Now, Room: &s.memory.shared.sessions,
		Platform: s.platform,
	})
}
