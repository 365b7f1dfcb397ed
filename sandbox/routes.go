package sandbox

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// vendorRoutes are the paths of both vendors.
func (s *Server) vendorRoutes() chi.Router {
	root := chi.NewRouter()
	root.Use(headAsGet, platformHeaders, answerOptions)
	root.NotFound(at(notFound))
	root.MethodNotAllowed(at(methodRefusal))

	root.Get("/restapi/oauth/authorize", at(s.authorize))
	root.Post("/restapi/oauth/authorize", at(s.authorize))
	root.Get(signInPath, at(s.showSignIn))
	root.Post(signInPath, at(s.signIn))
	root.Get(consentPath, at(s.showConsent))
	root.Post(consentPath, at(s.consent))
	root.Post("/restapi/oauth/token", at(s.oauthToken))
	root.Post("/restapi/oauth/revoke", at(s.oauthRevoke))
	root.Post("/restapi/oauth/introspect", at(s.introspect))
	root.Get("/restapi/oauth/session-info", at(s.sessionInfo))
	root.Post("/restapi/oauth/wstoken", at(s.webSocketToken))
	root.Get("/restapi/oauth/jwks", at(s.oauthKeys))
	root.Get("/restapi/oauth/userinfo", at(s.oauthUserInfo))
	root.Get("/.well-known/openid-configuration", at(s.openIDConfiguration))
	root.Get(initialPath, at(s.initialDiscovery))
	root.Get(externalPath, at(s.externalDiscovery))
	root.Get("/restapi", at(apiVersions))
	root.Get("/restapi/v1.0", at(apiVersion))
	root.Get("/restapi/v1.0/account/{account}", at(s.accountInfo))
	root.Get("/restapi/v1.0/account/{account}/presence", at(s.accountPresence))
	root.Get("/restapi/v1.0/account/{account}/extension", at(s.listExtensions))
	root.Get("/restapi/v1.0/account/{account}/extension/{extension}", at(s.extensionInfo))
	root.Get("/restapi/v1.0/account/{account}/extension/{extension}/presence", at(s.extensionPresence))
	root.Get("/restapi/v1.0/account/{account}/extension/{extension}/authz-profile", at(s.authzProfile))
	root.Get("/restapi/v1.0/account/{account}/extension/{extension}/authz-profile/check", at(s.checkPermission))
	root.Get("/restapi/v1.0/client-info", at(s.clientInfo))

	s.ringcxRoutes(root)
	return root
}

func isPlatform(path string) bool {
	return path == "/restapi" || strings.HasPrefix(path, "/restapi/") || strings.HasPrefix(path, "/.well-known/")
}

// notFound answers a path that neither vendor has, or has with other methods only.
func notFound(c *call, r *http.Request) answer {
	path := r.URL.Path
	switch {
	case isPlatform(path):
		return apiError(http.StatusNotFound, "CMN-120", "Invalid URI")
	case strings.HasPrefix(path, "/v1/"):
		// observed: without its prefix the API is the web application, which answers 200 and HTML to anything.
		return newAnswer(http.StatusOK, typeHTML, []byte("<!doctype html><title>RingCX</title><div id=\"root\"></div>\n"))
	case !strings.HasSuffix(path, "/") && methodsAt(r) != nil:
		return methodRefusal(c, r)
	case strings.HasPrefix(path, "/voice/api/"), strings.HasPrefix(path, "/api/"):
		return cxNotFound(c, r)
	}
	return textAnswer(http.StatusNotFound, "Not Found")
}

// methodRefusal is 405 with the methods that the path has.
func methodRefusal(c *call, r *http.Request) answer {
	methods := methodsAt(r)
	if methods == nil { // the router knows few methods, and no path for others
		return notFound(c, r)
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
