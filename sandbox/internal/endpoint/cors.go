package endpoint

import (
	"net/http"
	"slices"
	"strings"
)

// Web pages of other origins may call both vendors, as single-page apps do: any origin, without cookies. The pages for
// people, the control plane and the console are not for them.
const (
	// observed: the platform's answers say this, also to programs that are no browsers.
	PlatformVary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	// observed: Retry-After is not among what pages may read of an answer. The rest of the list is assumed.
	exposedHeaders = "RCRequestId, X-Rate-Limit-Group, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Window, Discovery-Tag"
	// assumed: for how many seconds a browser may remember the answer to a preflight.
	preflightAge = "1800"
)

// peoplesPages are the vendor's paths that a browser goes to, and no page calls.
var peoplesPages = []string{"/restapi/oauth/authorize", "/restapi/oauth/sign-in", "/restapi/oauth/consent", "/oauthcallback", "/oauthredirect"}

// forOtherOrigins reports whether r comes from a web page that may read the answer.
func forOtherOrigins(r *http.Request) bool {
	return r.Header.Get("Origin") != "" && !slices.Contains(peoplesPages, r.URL.Path)
}

// IsPreflight reports whether a browser asks what a page may send. The vendor does nothing then, so no fault meets it
// and no limit counts it.
func IsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" && forOtherOrigins(r)
}

// WithCORS lets a page of another origin read a.
func WithCORS(r *http.Request, a Response) Response {
	if !forOtherOrigins(r) {
		return a
	}
	a = a.With("Access-Control-Allow-Origin", "*").With("Access-Control-Expose-Headers", exposedHeaders)
	if !IsPlatform(r.URL.Path) {
		a = a.With("Vary", "Origin")
	}
	return a
}

// answerOptions answers OPTIONS for every path that exists, before anything asks for a token.
func answerOptions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		methods := callOf(r).Routes.MethodsAt(r)
		if methods == nil {
			next.ServeHTTP(w, r)
			return
		}
		a := NewResponse(http.StatusNoContent, "", nil).With("Allow", strings.Join(methods, ", "))
		if IsPreflight(r) {
			a = a.With("Access-Control-Allow-Methods", strings.Join(methods, ", ")).
				With("Access-Control-Max-Age", preflightAge)
			if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
				a = a.With("Access-Control-Allow-Headers", asked)
			}
		}
		callOf(r).answer = a
	})
}
