package sandbox

import (
	"crypto/subtle"
	"net"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// browser is a web browser that came to the sign-in pages. Server.mu guards it.
type browser struct {
	name    string    // stays the same
	id      string    // value of its cookie
	user    *user     // who signed in; nil: nobody
	since   time.Time // when the user signed in
	until   time.Time
	allowed map[*app]bool // apps that somebody in it allowed: prompt=none works for these
}

// signedIn is who is signed in, or nil.
func (b *browser) signedIn(now time.Time) *user {
	if b.user == nil || !now.Before(b.until) || !b.user.enabled {
		return nil
	}
	return b.user
}

// flow is an authorize request on its way through the pages. It belongs to the browser that brought it.
type flow struct {
	id      string
	token   string // in its forms: who sends it has seen the page
	request *authorizeRequest
	browser *browser
	user    *user // who decides; nil: the next page is the one to sign in
	expires time.Time
	done    bool // the app has its answer
}

func (s *Server) newFlow(c *call, req *authorizeRequest, b *browser, u *user) *flow {
	f := &flow{id: token.RandomText(16), token: token.RandomText(16), request: req, browser: b, user: u, expires: c.now.Add(c.rules.SignInPageTTL)}
	s.platform.flows.put(f.id, f)
	s.changes.touch(f)
	return f
}

// cookieName has the port in it, because cookies do not: two sandboxes on one machine are two servers.
func cookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return "ringcx_sandbox_" + port
	}
	return "ringcx_sandbox"
}

// browserOf is the browser that sent r. One that is new gets a cookie.
func (s *Server) browserOf(c *call, r *http.Request) (*browser, *http.Cookie) {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		if b, ok := s.platform.browsers.get(cookie.Value); ok && b.id == cookie.Value {
			return b, nil
		}
	}
	b := &browser{name: token.RandomText(12), allowed: map[*app]bool{}}
	return b, s.rename(c, r, b)
}

// rename gives b another cookie, so that a value from before a sign-in says nothing afterwards.
func (s *Server) rename(c *call, r *http.Request, b *browser) *http.Cookie {
	b.id, b.until = token.RandomText(24), c.now.Add(c.rules.BrowserSignInTTL)
	s.platform.browsers.put(b.id, b)
	s.changes.touch(b)
	return &http.Cookie{ //nolint:gosec // not always Secure: the sandbox usually speaks plain HTTP on loopback
		Name: cookieName(r), Value: b.id, Path: prefixOf(r) + "/restapi/oauth/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil,
	}
}

// flowOf is the flow of a page or, with its token, of a form. It is nil for any browser but the one that began it.
func (s *Server) flowOf(r *http.Request, id string, now time.Time) *flow {
	f, ok := s.platform.flows.get(id)
	if !ok || f.done || !now.Before(f.expires) {
		return nil
	}
	cookie, err := r.Cookie(cookieName(r))
	if err != nil || cookie.Value != f.browser.id {
		return nil
	}
	return f
}

// postedFlow is the flow of a form that was sent from its page, with what is in the form.
func (s *Server) postedFlow(r *http.Request, in form, now time.Time) *flow {
	f := s.flowOf(r, in.Get("flow"), now)
	if f == nil || subtle.ConstantTimeCompare([]byte(f.token), []byte(in.Get("form"))) == 0 {
		return nil
	}
	return f
}
