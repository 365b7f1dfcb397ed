package platform

import (
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// browser is a web browser that came to the sign-in pages.
type browser struct {
	name    string    // its key
	Cookie  string    `json:"cookie"`            // value of its cookie
	User    int64     `json:"user,omitempty"`    // who signed in; 0: nobody
	Since   time.Time `json:"since,omitzero"`    // when the user signed in
	Until   time.Time `json:"until"`             // how long the sign-in lasts
	Allowed []string  `json:"allowed,omitempty"` // apps that somebody in it allowed, sorted: prompt=none works for these
}

// allowing is b once somebody in it has allowed an app.
func (b browser) allowing(app string) browser {
	if at, known := slices.BinarySearch(b.Allowed, app); !known {
		b.Allowed = slices.Insert(slices.Clone(b.Allowed), at, app)
	}
	return b
}

// signedIn is who is signed in, or nil.
func (p *Service) signedIn(b *browser, now time.Time) *model.User {
	u := p.World.User(p.Lock.Tx, b.User)
	if u == nil || !now.Before(b.Until) || !u.Enabled {
		return nil
	}
	return u
}

// flow is an authorize request on its way through the pages. It belongs to the browser that brought it.
type flow struct {
	id      string           // its key
	Token   string           `json:"token"` // against CSRF, in its forms: who sends it has seen the page
	Request authorizeRequest `json:"request"`
	Browser string           `json:"browser"`        // its name
	User    int64            `json:"user,omitempty"` // who decides; 0: the next page is the one to sign in
	Expires time.Time        `json:"expires"`
	Done    bool             `json:"done,omitempty"` // the app has its answer
}

func (p *Service) newFlow(c *endpoint.Call, req *authorizeRequest, b *browser, u *model.User) *flow {
	f := &flow{
		id: token.RandomText(16), Token: token.RandomText(16), Request: *req, Browser: b.name,
		Expires: c.Now.Add(c.Rules.SignInPageTTL),
	}
	if u != nil {
		f.User = u.ID
	}
	p.keepFlow(f)
	return f
}

func (p *Service) keepFlow(f *flow)       { p.flows.Put(p.Lock.Tx, f.id, *f) }
func (p *Service) keepBrowser(b *browser) { p.browsers.Put(p.Lock.Tx, b.name, *b) }

// CookieName has the port in it, because cookies do not: two sandboxes on one machine are two servers.
func CookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return "ringcx_sandbox_" + port
	}
	return "ringcx_sandbox"
}

// browserOf is the browser that sent r. One that is new gets a cookie.
func (p *Service) browserOf(c *endpoint.Call, r *http.Request) (*browser, *http.Cookie) {
	if cookie, err := r.Cookie(CookieName(r)); err == nil {
		if _, b, ok := p.byCookie.First(p.Lock.Tx, cookie.Value); ok {
			return &b, nil
		}
	}
	b := &browser{name: token.RandomText(12)}
	return b, p.rename(c, r, b)
}

// rename gives b another cookie, so that a value from before a sign-in says nothing afterwards.
func (p *Service) rename(c *endpoint.Call, r *http.Request, b *browser) *http.Cookie {
	b.Cookie, b.Until = token.RandomText(24), c.Now.Add(c.Rules.BrowserSignInTTL)
	p.keepBrowser(b)
	return &http.Cookie{ //nolint:gosec // not always Secure: the sandbox usually speaks plain HTTP on loopback
		Name: CookieName(r), Value: b.Cookie, Path: endpoint.PrefixOf(r) + "/restapi/oauth/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil,
	}
}

// flowOf is the flow of a page or, with its token, of a form. It is nil for any browser but the one that began it.
func (p *Service) flowOf(r *http.Request, id string, now time.Time) *flow {
	f, ok := p.flows.Get(p.Lock.Tx, id)
	if !ok || f.Done || !now.Before(f.Expires) {
		return nil
	}
	cookie, err := r.Cookie(CookieName(r))
	b, ok := p.browsers.Get(p.Lock.Tx, f.Browser)
	if err != nil || !ok || cookie.Value != b.Cookie {
		return nil
	}
	return &f
}

// postedFlow is the flow of a form that was sent from its page, as the CSRF token in the form tells; else nil.
func (p *Service) postedFlow(r *http.Request, in endpoint.Form, now time.Time) *flow {
	f := p.flowOf(r, in.Get("flow"), now)
	if f == nil || subtle.ConstantTimeCompare([]byte(f.Token), []byte(in.Get("form"))) == 0 {
		return nil
	}
	return f
}
