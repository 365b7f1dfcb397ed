package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/internal/operations"
)

// emulated are the operations that have a route.
var emulated = sync.OnceValue(func() *operations.Index {
	var all []operations.Operation
	_ = chi.Walk((&Server{}).vendorRoutes(), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		all = append(all, operations.Operation{Method: method, Path: path})
		return nil
	})
	return operations.NewIndex(all)
})

// operationOf is the operation that r calls, and whether it has a route; "" if nobody describes one. A name in the path of
// what is described is never taken for the parameter of what has a route.
func operationOf(r *http.Request) (name string, routed bool) {
	method, path := r.Method, r.URL.EscapedPath()
	if method == http.MethodHead {
		method = http.MethodGet
	}
	described, known := operations.Described().Match(method, path)
	here, routed := emulated().Match(method, path)
	switch {
	case known && routed && described.Path == here.Path: // nearly always, and soon found
		return described.Name(), true
	case known && (!routed || described.MoreExact(here)):
		return described.Name(), false
	case known && !here.MoreExact(described):
		return described.Name(), true
	case routed:
		return here.Name(), true
	}
	return "", false
}

// notEmulated answers a call of an operation that the vendor describes and the sandbox does not have, before anybody looks
// at its token or counts it: in no words of the vendor, so that nobody takes it for an answer of the vendor.
func notEmulated(c *call, r *http.Request) answer {
	details := "The vendor describes it. Neither the token nor a limit was looked at"
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		details += ". Without /voice/api in front the vendor was seen to answer with a web page"
	}
	return jsonAnswer(http.StatusNotImplemented, struct {
		ErrorCode      string `json:"errorCode"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		Operation      string `json:"operation"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{
		"sandbox.not.emulated", "The sandbox does not emulate the operation " + c.operation, details,
		c.operation, r.URL.EscapedPath() + " - " + r.Method, c.now.UnixMilli(),
	})
}

// methodsAt lists the methods of a path, of what has a route and of what is only described, with OPTIONS; nothing if there
// is no such path.
func methodsAt(routes chi.Routes, r *http.Request) []string {
	described := operations.Described().Methods(r.URL.EscapedPath())
	var out []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if !slices.Contains(described, m) && !routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
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
