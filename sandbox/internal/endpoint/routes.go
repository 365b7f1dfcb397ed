package endpoint

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/internal/operations"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// BodyLimit is how many bytes a request body can have; more is answered 413.
const BodyLimit = 1 << 20

// Routes lead to operations. They are the same for every server: the call says which it is of.
type Routes struct {
	router            chi.Router
	*operations.Index                       // of what has a row, and of what is only described
	rows              map[string]*Operation // by name
}

// NewRoutes leads to rows. Calls of what has none go to notFound, or to wrongMethod where other methods have one. Each is given
// to perform, with its row.
func NewRoutes(rows []Operation, notFound, wrongMethod, perform Handler) *Routes {
	at := func(op *Operation) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) {
			c := callOf(r)
			c.Row = op
			c.answer = perform(c, r)
		}
	}
	t := &Routes{router: chi.NewRouter(), rows: map[string]*Operation{}}
	t.router.Use(headAsGet, answerOptions)
	t.router.NotFound(at(&Operation{Limit: limit.None, Handle: notFound}))
	t.router.MethodNotAllowed(at(&Operation{Limit: limit.None, Handle: wrongMethod}))
	all := operations.Described()
	for _, row := range rows {
		all = append(all, operations.Operation{Method: row.Method, Path: row.Path})
	}
	for i := range all {
		all[i].ID = all[i].Name() // made here, and not for each request
	}
	// What has more names in its path is found first, so that a name of what is described is never taken for the parameter of
	// what has a row.
	t.Index = operations.NewIndex(all)
	for i := range rows {
		t.router.Method(rows[i].Method, rows[i].Path, at(&rows[i]))
		op, _ := t.Match(rows[i].Method, rows[i].Path)
		t.rows[op.ID] = &rows[i]
	}
	return t
}

// Find notes what r calls: the name of the operation, "" if nobody describes one, and its row, nil if it has none.
func (t *Routes) Find(c *Call, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, _ := t.Match(method, r.URL.EscapedPath())
	c.Routes, c.Operation, c.Row = t, op.ID, t.rows[op.ID]
}

// Answer has the operation answer that r calls; w is only told to stop reading bodies that are too large.
func (t *Routes) Answer(c *Call, w http.ResponseWriter, r *http.Request) Response {
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, BodyLimit)
	}
	r.URL = spelt(r.URL)
	t.router.ServeHTTP(w, r)
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

// MethodsAt lists the methods of a path, of what has a route and of what is only described, with OPTIONS; nothing if there
// is no such path.
func (t *Routes) MethodsAt(r *http.Request) []string {
	there := t.Methods(r.URL.EscapedPath())
	var out []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if !slices.Contains(there, m) {
			continue
		}
		if out = append(out, m); m == http.MethodGet {
			out = append(out, http.MethodHead)
		}
	}
	if out != nil {
		out = append(out, http.MethodOptions)
	}
	return out
}

// headAsGet routes HEAD where GET goes; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			chi.RouteContext(r.Context()).RouteMethod = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}
