package sandbox

import (
	"fmt"
	"slices"
	"time"
)

type savedBrowser struct {
	Cookie  string    `json:"cookie"`
	User    int64     `json:"user,omitempty"` // 0: nobody
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until"`
	Allowed []string  `json:"allowed,omitempty"`
}

func (b *browser) recordKey() recordKey { return recordKey{recordBrowser, b.name} }

func (b *browser) recordValue() any {
	out := savedBrowser{Cookie: b.id, User: idOf(b.user), Since: b.since, Until: b.until}
	for a := range b.allowed {
		out.Allowed = append(out.Allowed, a.id)
	}
	slices.Sort(out.Allowed)
	return out
}

// idOf is the id of u, 0 if there is nobody.
func idOf(u *user) int64 {
	if u == nil {
		return 0
	}
	return u.id
}

type savedRequest struct {
	App         string   `json:"app"`
	RedirectURI string   `json:"redirectUri"`
	Named       bool     `json:"named"`
	Echo        []string `json:"echo,omitempty"`
	Method      string   `json:"method,omitempty"` // of the code challenge
	Challenge   string   `json:"challenge,omitempty"`
	Prompt      []string `json:"prompt,omitempty"`
	LoginHint   string   `json:"loginHint,omitempty"`
	Issuer      string   `json:"issuer,omitempty"`
	Discovery   string   `json:"discovery,omitempty"`
	Scope       []string `json:"scope,omitempty"`
	Nonce       string   `json:"nonce,omitempty"`
}

func (req *authorizeRequest) saved() savedRequest {
	return savedRequest{
		req.app.id, req.redirectURI, req.named, req.echo, req.challenge.method, req.challenge.value, req.prompt, req.loginHint,
		req.issuer, req.discovery, req.scope, req.nonce,
	}
}

func (w *world) restoreRequest(v savedRequest) (*authorizeRequest, error) {
	a := w.apps[v.App]
	if a == nil {
		return nil, fmt.Errorf("there is no app %q", v.App)
	}
	return &authorizeRequest{
		app: a, redirectURI: v.RedirectURI, named: v.Named, echo: v.Echo, challenge: challengePKCE{v.Method, v.Challenge},
		prompt: v.Prompt, loginHint: v.LoginHint, issuer: v.Issuer, discovery: v.Discovery, scope: v.Scope, nonce: v.Nonce,
	}, nil
}

type savedFlow struct {
	Token   string       `json:"token"`
	Request savedRequest `json:"request"`
	Browser string       `json:"browser"`
	User    int64        `json:"user,omitempty"`
	Expires time.Time    `json:"expires"`
	Done    bool         `json:"done,omitempty"`
}

func (f *flow) recordKey() recordKey { return recordKey{recordFlow, f.id} }
func (f *flow) recordValue() any {
	return savedFlow{f.token, f.request.saved(), f.browser.name, idOf(f.user), f.expires, f.done}
}

type savedCode struct {
	Request savedRequest `json:"request"`
	User    int64        `json:"user"`
	Since   time.Time    `json:"since"`
	Expires time.Time    `json:"expires"`
	Session uint64       `json:"session,omitempty"` // 0: not redeemed
	Dead    bool         `json:"dead,omitempty"`
}

func (c *authCode) recordKey() recordKey { return recordKey{recordCode, c.code} }

func (c *authCode) recordValue() any {
	out := savedCode{Request: c.request.saved(), User: c.user.id, Since: c.since, Expires: c.expires, Dead: c.dead}
	if c.session != nil {
		out.Session = c.session.number
	}
	return out
}

// restoreBrowsers makes the browsers that records tell of, and what they are at. The sessions are there already.
func restoreBrowsers(in *archive, w *world, p *platform) error {
	names := map[string]*browser{}
	err := each(in, recordBrowser, func(name string, v *savedBrowser) error {
		b := &browser{name: name, id: v.Cookie, user: w.users[v.User], since: v.Since, until: v.Until, allowed: map[*app]bool{}}
		for _, name := range v.Allowed {
			if a := w.apps[name]; a != nil {
				b.allowed[a] = true
			}
		}
		names[name] = b
		p.browsers.put(b.id, b)
		return nil
	})
	if err != nil {
		return err
	}
	err = each(in, recordFlow, func(id string, v *savedFlow) error {
		req, err := w.restoreRequest(v.Request)
		b := names[v.Browser]
		if err != nil || b == nil {
			return err // a flow whose browser is gone leads nowhere
		}
		p.flows.put(id, &flow{
			id: id, token: v.Token, request: req, browser: b, user: w.users[v.User], expires: v.Expires, done: v.Done,
		})
		return nil
	})
	if err != nil {
		return err
	}
	return each(in, recordCode, func(code string, v *savedCode) error {
		req, err := w.restoreRequest(v.Request)
		u := w.users[v.User]
		if err == nil && u == nil {
			err = fmt.Errorf("user %d does not exist", v.User)
		}
		p.codes.put(code, &authCode{
			code: code, request: req, user: u, since: v.Since, expires: v.Expires, session: p.sessions.get(v.Session), dead: v.Dead,
		})
		return err
	})
}

// parts are the records of p.
func (p *platform) parts(yield func(kept)) {
	for s := range p.sessions.all() {
		yield(s)
	}
	for id, b := range p.browsers.all() {
		if id == b.id { // under its former names it is not found
			yield(b)
		}
	}
	for _, f := range p.flows.all() {
		yield(f)
	}
	for _, c := range p.codes.all() {
		yield(c)
	}
}
