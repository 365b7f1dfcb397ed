package sandbox

import (
	"encoding/base64"
	"iter"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// platform is what the RingCentral platform remembers about sign-ins. Server.mu guards it.
type platform struct {
	changes  *changes
	maker    token.Maker
	sessions table[session]
	open     map[sessionKey]*session // the newest open session of a user in an app

	browsers *generations[*browser]
	flows    *generations[*flow]
}

type sessionKey struct {
	app  *app
	user *user
}

// sessionState says whether the tokens of a session may work.
type sessionState = uint32

const (
	sessionOpen sessionState = iota
	sessionRevoked
	sessionEvicted // by a newer one, over the cap
)

// session is one sign-in of a user in an app, with the newest pair of tokens. There may be very many.
type session struct {
	number     uint64
	app        *app
	user       *user
	credential *credential   // that it was opened with; nil: a person signed in
	older      *session      // the open session before of the same user and app; nil: none
	wishes     *wishes       // of the client; nil: it had none
	turn       uint32        // of the newest pair; the first is 1
	state      atomic.Uint32 // a sessionState; read without Server.mu, too
	issued     moment        // the newest pair, and so the end of the pair before
	ends       moment        // of the newest access token, or of the session
	renewal    moment        // end of the newest refresh token; 0: there is none
	used       moment        // first use of the newest access token; 0: not yet
}

// wishes are what a session has of its own because its client asked for it.
type wishes struct {
	scope    []string // of the newest access token; nil: that of the app
	endpoint string   // "": chosen by the server
}

// scope is that of the newest access token.
func (sess *session) scope() []string {
	if sess.wishes != nil && sess.wishes.scope != nil {
		return sess.wishes.scope
	}
	return sess.app.scopes
}

// rcAccess is a RingCentral access token that works.
type rcAccess struct {
	session *session
	scope   []string
	issued  time.Time
	expires time.Time
}

func newPlatform(now func() time.Time, news *changes, pages *atomic.Int64) *platform {
	p := &platform{
		changes: news,
		maker:   token.NewMaker(), open: map[sessionKey]*session{},
		browsers: newGenerations[*browser](browsersKept), flows: newGenerations[*flow](browsersKept),
	}
	p.sessions.together = pages
	p.sessions.over = func(s *session) bool { return s.over(momentOf(now())) }
	p.sessions.drop = func(s *session) {
		p.unlink(s)
		news.touch(gone(s.recordKey()))
	}
	p.browsers.drop = func(id string, b *browser) {
		if id == b.id { // not one of its former names
			news.touch(gone(b.recordKey()))
		}
	}
	p.flows.drop = func(_ string, f *flow) { news.touch(gone(f.recordKey())) }
	return p
}

// over reports whether nothing of sess can work after now.
func (sess *session) over(now moment) bool {
	return sess.state.Load() != sessionOpen || now >= max(sess.ends, sess.renewal)
}

// login opens a session; the oldest of too many is closed.
func (p *platform) login(c *call, a *app, u *user, t terms) *session {
	at, key := momentOf(c.now), sessionKey{a, u}
	t.scope = scopeOf(c.rules, a, u, t.scope)
	if old := p.open[key]; old != nil && c.rules.JWTLoginReusesSession {
		p.issue(old, t, at)
		c.session = old.number
		return old
	}
	number, sess := p.sessions.add()
	*sess = session{number: number, app: a, user: u, older: p.open[key]}
	if t.endpointID != "" {
		sess.wishes = &wishes{endpoint: t.endpointID}
	}
	p.open[key] = sess
	p.evict(sess, c.rules.SessionCap, at)
	p.issue(sess, t, at)
	c.session = number
	return sess
}

// evict closes what is over the cap, counted from the newest session of a user in an app.
func (p *platform) evict(newest *session, sessionCap int, now moment) {
	last := newest
	for range sessionCap - 1 {
		if last = last.older; last == nil {
			return
		}
	}
	for s := last.older; s != nil; {
		s.ends = now
		s.state.Store(sessionEvicted)
		p.changes.touch(s)
		s, s.older = s.older, nil
	}
	last.older = nil
}

// issue gives sess a new pair of tokens. The pair before is spent.
func (p *platform) issue(sess *session, t terms, now moment) {
	sess.turn++
	sess.issued, sess.used = now, 0
	switch {
	case sess.wishes != nil:
		sess.wishes.scope = t.scope
	case t.scope != nil:
		sess.wishes = &wishes{scope: t.scope}
	}
	sess.ends, sess.renewal = now.after(t.accessTTL), 0
	if sess.app.refreshTokens {
		sess.renewal = now.after(t.refreshTTL)
	}
	p.changes.touch(sess)
}

// find gives the session that a token of a kind belongs to, and which of its tokens it is; nil if there is none.
func (p *platform) find(token string, kind token.Kind) (*session, uint32) {
	t, ok := p.maker.ReadRingCentral(token, kind)
	if !ok {
		return nil, 0
	}
	return p.sessions.get(t.Number), t.Turn
}

// renew spends a refresh token, or repeats the answer to one that is still in its grace.
func (p *platform) renew(c *call, a *app, given string, t terms) (*session, *oauthError) {
	if given == "" {
		return nil, invalidParameter("refresh_token")
	}
	sess, turn := p.find(given, token.Refresh)
	if sess == nil {
		sess.whyNot(c, turn)
		return nil, invalidGrant("OAU-213", "Token not found")
	}
	c.session = sess.number
	c.from(sess.app, sess.user)
	now := momentOf(c.now)
	switch {
	case sess.app != a:
		c.why("the refresh token is of another app")
		return nil, invalidGrant("OAU-213", "Token not found")
	case sess.state.Load() == sessionEvicted:
		sess.whyNot(c, turn)
		return nil, invalidGrant("OAU-213", "Token not found")
	case sess.state.Load() == sessionRevoked:
		sess.whyNot(c, turn)
		return nil, c.refreshRefusal("OAU-211", "Token revoked")
	case !sess.user.enabled:
		return nil, invalidGrant("OAU-236", "Extension is disabled or frozen")
	case turn != sess.turn:
		if !sess.inGrace(c, turn) {
			c.note(verdict.Replay)
			c.why("the refresh token was spent %s", c.ago(sess.issued.time()))
			return nil, invalidGrant("OAU-213", "Token not found")
		}
		return sess, nil
	case now >= sess.renewal:
		c.why("the refresh token ended %s", c.ago(sess.renewal.time()))
		return nil, c.refreshRefusal("OAU-210", "Token expired")
	}
	t.scope = scopeOf(c.rules, a, sess.user, t.scope)
	p.issue(sess, t, now)
	return sess, nil
}

// inGrace reports whether the refresh token of a turn, which is spent, may be presented again: not once its successor
// is spent, else up to ten seconds after the first use of the new access token, else up to an hour.
func (sess *session) inGrace(c *call, turn uint32) bool {
	if turn+1 != sess.turn {
		return false
	}
	if sess.used != 0 {
		return momentOf(c.now) < sess.used.after(c.rules.GraceAfterUse)
	}
	return momentOf(c.now) < sess.issued.after(c.rules.GraceUnused)
}

// refreshRefusal refuses a refresh token with the code of its cause, unless one code stands for all.
func (c *call) refreshRefusal(code, message string) *oauthError {
	if c.rules.RefreshCodes != contract.ByCause {
		code = c.rules.RefreshCodes
	}
	return invalidGrant(code, message)
}

// use finds a valid access token and marks it as used; the texts are those of the vendor's error.
func (p *platform) use(c *call, given string) (t *rcAccess, code, message string) {
	if !token.IsRingCentral(given) {
		c.why("this is no token of RingCentral")
		return nil, "OAU-149", "OAuth token is invalid"
	}
	sess, turn := p.find(given, token.Access)
	now := momentOf(c.now)
	if sess != nil {
		c.session = sess.number
		c.from(sess.app, sess.user)
	}
	sess.whyNot(c, turn)
	switch {
	case sess == nil:
		return nil, "OAU-213", "Token not found"
	case sess.state.Load() != sessionOpen:
		return nil, c.rules.EndedTokenCode, "Token not found"
	case turn != sess.turn && now < sess.issued.after(c.rules.ReplacedTokenTellsFor):
		return nil, "OAU-129", "Access token corrupted"
	case turn != sess.turn:
		return nil, "OAU-213", "Token not found"
	case now >= sess.ends:
		return nil, "OAU-128", "Access token expired"
	case !sess.user.enabled:
		return nil, "OAU-236", "Extension is disabled or frozen"
	}
	if sess.used == 0 {
		sess.used = now
		p.changes.touch(sess)
	}
	return &rcAccess{sess, sess.scope(), sess.issued.time(), sess.ends.time()}, "", ""
}

// full reports whether another login would go over the session cap, and be refused.
func (p *platform) full(c *call, a *app, u *user) bool {
	n := 0
	for s := p.open[sessionKey{a, u}]; s != nil; s = s.older {
		n++
	}
	return c.rules.SessionCapRefuses && n >= c.rules.SessionCap
}

func tooManySessions() *oauthError { // code and body assumed
	return &oauthError{
		status: http.StatusTooManyRequests, kind: "invalid_request", code: "CMN-301",
		message: "The limit of active sessions is reached",
	}
}

// sessionOf is the session of an access or refresh token, or nil.
func (p *platform) sessionOf(given string) *session {
	if sess, _ := p.find(given, token.Access); sess != nil {
		return sess
	}
	sess, _ := p.find(given, token.Refresh)
	return sess
}

// revoke closes the session of an access or refresh token. Only the app that it was issued to may.
func (p *platform) revoke(c *call, a *app, token string) *oauthError {
	sess := p.sessionOf(token)
	if sess == nil {
		return nil
	}
	c.session = sess.number
	if sess.app != a {
		return &oauthError{kind: "invalid_client", code: "OAU-164", message: "Invalid client application"}
	}
	p.end(sess, c.now)
	return nil
}

// end closes a session: none of its tokens works any more.
func (p *platform) end(sess *session, now time.Time) {
	p.unlink(sess)
	if sess.state.Load() == sessionOpen {
		sess.ends = momentOf(now)
	}
	sess.state.Store(sessionRevoked)
	p.changes.touch(sess)
}

// unlink takes sess out of the open sessions of its user.
func (p *platform) unlink(sess *session) {
	key := sessionKey{sess.app, sess.user}
	newer := p.open[key]
	if newer == sess && sess.older == nil {
		delete(p.open, key)
	} else if newer == sess {
		p.open[key] = sess.older
	}
	for ; newer != nil; newer = newer.older {
		if newer.older == sess {
			newer.older = sess.older
		}
	}
	sess.older = nil
}

// allOpen are the open sessions.
func (p *platform) allOpen() iter.Seq[*session] {
	return func(yield func(*session) bool) {
		for _, s := range p.open {
			for ; s != nil; s = s.older {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// live counts the open sessions.
func (p *platform) live() int {
	n := 0
	for range p.allOpen() {
		n++
	}
	return n
}

// sign is what the use of a session is known by.
func (sess *session) sign() string { return decimal(int64(sess.number)) } //nolint:gosec // counted from 1

// id names a session for clients.
func (p *platform) id(sess *session) string {
	return token.FormatUUID(p.maker.Short(token.Session, sess.number))
}

func (p *platform) endpointID(sess *session) string {
	if sess.wishes != nil && sess.wishes.endpoint != "" {
		return sess.wishes.endpoint
	}
	id := p.maker.Short(token.Endpoint, sess.number)
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// accessToken is the newest access token of a session, refreshToken the newest refresh token.
func (p *platform) accessToken(sess *session) string {
	return p.maker.RingCentral(token.Access, sess.number, sess.turn)
}

func (p *platform) refreshToken(sess *session) string {
	return p.maker.RingCentral(token.Refresh, sess.number, sess.turn)
}

// scopeOf is the scope of a token of u in a, where scope was asked for; nil is that of the app.
func scopeOf(r *contract.Rules, a *app, u *user, scope []string) []string {
	if !r.ScopeFollowsRole {
		return scope
	}
	if scope == nil {
		scope = a.scopes
	}
	return u.role.Narrow(scope)
}
