package sandbox

import (
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

type savedFlow struct {
	Token   string           `json:"token"`
	Request authorizeRequest `json:"request"`
	Browser string           `json:"browser"`
	User    int64            `json:"user,omitempty"`
	Expires time.Time        `json:"expires"`
	Done    bool             `json:"done,omitempty"`
}

func (f *flow) recordKey() recordKey { return recordKey{recordFlow, f.id} }
func (f *flow) recordValue() any {
	return savedFlow{f.token, *f.request, f.browser.name, idOf(f.user), f.expires, f.done}
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
	return each(in, recordFlow, func(id string, v *savedFlow) error {
		b, err := names[v.Browser], v.Request.belongsTo(w)
		if err != nil || b == nil {
			return err // a flow whose browser is gone leads nowhere
		}
		p.flows.put(id, &flow{
			id: id, token: v.Token, request: &v.Request, browser: b, user: w.users[v.User], expires: v.Expires, done: v.Done,
		})
		return nil
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
}
