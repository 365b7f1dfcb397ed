package endpoint

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// BodyLimit is how many bytes a request body can have; more is answered 413.
const BodyLimit = 1 << 20

// Routes lead to operations. They are the same for every server: the call says which it is of.
type Routes struct {
	router chi.Router
	names  *apispec.Routes[string] // of what is described, and of what else has a row
	rows   map[string]*Operation   // by name
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
	t := &Routes{router: chi.NewRouter(), names: apispec.NewRoutes[string](), rows: map[string]*Operation{}}
	t.router.Use(headAsGet, answerOptions)
	t.router.NotFound(at(&Operation{Limit: limit.None, Handle: notFound}))
	t.router.MethodNotAllowed(at(&Operation{Limit: limit.None, Handle: wrongMethod}))
	// What has more names in its path is found first, so that a name of what is described is never taken for the parameter of
	// what has a row.
	for _, op := range apispec.Default().Operations {
		t.names.Add(op.Method, op.Path, op.ID)
	}
	for i := range rows {
		row := &rows[i]
		t.router.Method(row.Method, row.Path, at(row))
		t.names.Add(row.Method, row.Path, row.Method+" "+row.Path) // described is described
		name, _ := t.names.Match(row.Method, row.Path)
		t.rows[name] = row
	}
	return t
}

// Find notes what r calls: the operation by its ID in the description, or else by its method and path, "" if nobody
// describes one and no row answers; and its row, nil if it has none.
func (t *Routes) Find(c *Call, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	name, _ := t.names.Match(method, r.URL.EscapedPath())
	c.Routes, c.Operation, c.Row = t, name, t.rows[name]
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
	there := t.names.Methods(r.URL.EscapedPath())
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
