package sandbox

import (
	"net/http"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// operation is a row of what the vendors answer: a method at a path, and all that holds for it before it is answered.
type operation struct {
	method, path string
	limit        limit // that its calls are counted for, and whose headers their answers have
	answer       endpoint
}

// uncounted is the limit of what is not counted.
const uncounted limit = -1

// platformOperations are those of RingCentral.
var platformOperations = []operation{
	{http.MethodGet, "/restapi/oauth/authorize", limitAuth, (*Server).authorize}, // counted if a switch says so
	{http.MethodPost, "/restapi/oauth/authorize", limitAuth, (*Server).authorize},
	{http.MethodGet, signInPath, uncounted, (*Server).showSignIn},
	{http.MethodPost, signInPath, uncounted, (*Server).signIn},
	{http.MethodGet, consentPath, uncounted, (*Server).showConsent},
	{http.MethodPost, consentPath, uncounted, (*Server).consent},
	{http.MethodPost, "/restapi/oauth/token", limitAuth, (*Server).oauthToken},
	{http.MethodPost, "/restapi/oauth/revoke", limitAuth, (*Server).oauthRevoke},
	{http.MethodPost, "/restapi/oauth/introspect", limitAuth, (*Server).introspect},
	{http.MethodGet, "/restapi/oauth/session-info", limitAuth, (*Server).sessionInfo},
	{http.MethodPost, "/restapi/oauth/wstoken", limitAuth, (*Server).webSocketToken},
	{http.MethodGet, "/restapi/oauth/jwks", uncounted, (*Server).oauthKeys},
	{http.MethodGet, "/restapi/oauth/userinfo", limitAuth, (*Server).oauthUserInfo},
	{http.MethodGet, "/.well-known/openid-configuration", uncounted, (*Server).openIDConfiguration},
	{http.MethodGet, initialPath, uncounted, (*Server).initialDiscovery},
	{http.MethodGet, externalPath, uncounted, (*Server).externalDiscovery},
	{http.MethodGet, "/restapi", uncounted, apiVersions},
	{http.MethodGet, "/restapi/v1.0", uncounted, apiVersion},
	{http.MethodGet, "/restapi/v1.0/account/{account}", limitLight, (*Server).accountInfo},
	{http.MethodGet, "/restapi/v1.0/account/{account}/presence", limitHeavy, (*Server).accountPresence},
	{http.MethodGet, "/restapi/v1.0/account/{account}/extension", limitMedium, (*Server).listExtensions},
	{http.MethodGet, "/restapi/v1.0/account/{account}/extension/{extension}", limitLight, (*Server).extensionInfo},
	{http.MethodGet, "/restapi/v1.0/account/{account}/extension/{extension}/presence", limitLight, (*Server).extensionPresence},
	{http.MethodGet, "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile", limitMedium, (*Server).authzProfile},
	{http.MethodGet, "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile/check", limitLight, (*Server).checkPermission},
	{http.MethodGet, "/restapi/v1.0/client-info", limitLight, (*Server).clientInfo},
}

// olderAPI begins the paths of the RingCX API without the prefix that they have at the host of today.
const olderAPI = "/api/v1/"

// vendorOperations are the rows of both vendors, and those of the RingCX API under its older prefix too.
func vendorOperations() []operation {
	var all []operation
	all = append(append(all, platformOperations...), ringcxOperations...)
	for _, op := range ringcxOperations {
		if rest, ok := strings.CutPrefix(op.path, "/voice/api/v1/"); ok && !strings.HasPrefix(rest, "summary/") {
			op.path = olderAPI + rest
			all = append(all, op)
		}
	}
	return all
}

// vendorRoutes lead to the operations of both vendors. They are the same for every server: the call says which it is of.
var vendorRoutes = sync.OnceValue(func() chi.Router {
	root := chi.NewRouter()
	root.Use(headAsGet, platformHeaders, answerOptions)
	root.NotFound(at(&operation{limit: uncounted, answer: notFound}))
	root.MethodNotAllowed(at(&operation{limit: uncounted, answer: methodRefusal}))
	all := vendorOperations()
	for i := range all {
		root.Method(all[i].method, all[i].path, at(&all[i]))
	}
	return root
})

// endpoint answers an operation of a vendor.
type endpoint func(*Server, *call, *http.Request) answer

// at routes to op. Handlers of the routes leave the answer in the call and write nothing.
func at(op *operation) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.op = op
		c.answer = c.server.perform(c, r)
	}
}

// door is what stands before all paths that begin so, also before those at which there is nothing.
type door struct {
	begin  string
	caller func(*Server, *call, *http.Request) (refusal answer, ok bool) // finds out who calls; nil: that is up to the operation
	limit  limit
}

// doors of RingCX; the first that fits is it.
var doors = []door{
	{"/voice/api/v1/summary", (*Server).needCookie, limitReads},
	{"/voice/api/v1/auth", nil, uncounted},
	{"/voice/api", (*Server).needCXToken, uncounted},
	{"/api/v1/auth", nil, uncounted},
	{"/api/v1", (*Server).needCXToken, uncounted},
}

func doorOf(path string) door {
	for _, d := range doors {
		if rest, ok := strings.CutPrefix(path, d.begin); ok && (rest == "" || rest[0] == '/') {
			return d
		}
	}
	return door{limit: uncounted}
}

// perform has an operation answered: who calls comes first, then the limit of the standard rate, which counts by caller. Other
// limits count by what the operation has to find out.
func (s *Server) perform(c *call, r *http.Request) answer {
	d := doorOf(r.URL.EscapedPath())
	if d.caller != nil {
		if refusal, ok := d.caller(s, c, r); !ok {
			return refusal
		}
	}
	if c.op.limit != limitReads && d.limit != limitReads || readLimit(c.rules).limit == 0 {
		return c.op.answer(s, c, r)
	}
	ruling := s.admitRead(c)
	if !ruling.admitted {
		c.limited(&ruling)
		return ruling.stamp(cxTooMany(c, r))
	}
	return ruling.stamp(c.op.answer(s, c, r))
}

func isPlatform(path string) bool {
	return path == "/restapi" || strings.HasPrefix(path, "/restapi/") || strings.HasPrefix(path, "/.well-known/")
}

// notFound answers a path that neither vendor has, or has with other methods only.
func notFound(s *Server, c *call, r *http.Request) answer {
	path := r.URL.Path
	switch {
	case isPlatform(path):
		return apiError(http.StatusNotFound, "CMN-120", "Invalid URI")
	case strings.HasPrefix(path, "/v1/"):
		// observed: without its prefix the API is the web application, which answers 200 and HTML to anything.
		return newAnswer(http.StatusOK, typeHTML, []byte("<!doctype html><title>RingCX</title><div id=\"root\"></div>\n"))
	case !strings.HasSuffix(path, "/") && methodsAt(r) != nil:
		return methodRefusal(s, c, r)
	case strings.HasPrefix(path, "/voice/api/"), strings.HasPrefix(path, "/api/"):
		return cxNotFound(c, r)
	}
	return textAnswer(http.StatusNotFound, "Not Found")
}

// methodRefusal is 405 with the methods that the path has.
func methodRefusal(s *Server, c *call, r *http.Request) answer {
	methods := methodsAt(r)
	if methods == nil { // the router knows few methods, and no path for others
		return notFound(s, c, r)
	}
	var a answer
	if isPlatform(r.URL.Path) {
		a = apiError(http.StatusMethodNotAllowed, c.transportCode("CMN-120"), "Method Not Allowed")
	} else {
		a = cxWrongMethod(c, r)
	}
	return a.with("Allow", strings.Join(methods, ", "))
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

// platformHeaders adds what every answer of the platform carries; its OAuth answers are never to be stored.
func platformHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if isPlatform(r.URL.Path) {
			h := callOf(r).answer.header
			h["Rcrequestid"] = []string{token.NewUUID()}
			h["Content-Language"] = []string{"en"}
			h["Routingkey"] = []string{routingKey}
			h["Vary"] = []string{platformVary}
			if strings.HasPrefix(r.URL.Path, "/restapi/oauth/") {
				h["Cache-Control"] = []string{"no-store"}
				h["Pragma"] = []string{"no-cache"}
			}
		}
	})
}
