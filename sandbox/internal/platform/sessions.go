package platform

import (
	"encoding/base64"
	"iter"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// How many sessions there may be, how long tokens live and how long a spent one is still taken: contract/facts_login.go.

// sessionKey is what open sessions are found by.
type sessionKey struct {
	app  string
	user int64
}

// sessionState says whether the tokens of a session may work.
type sessionState = uint32

// States of a session.
const (
	SessionOpen    sessionState = iota // its newest tokens work until they expire
	SessionRevoked                     // it was ended: by its app, or with its credential or code
	SessionEvicted                     // a newer one took its place, over the cap
)

// Session is one sign-in of a user in an app, with the newest pair of tokens. There may be very many.
type Session struct {
	Number     uint64       `json:"-"` // its key
	App        string       `json:"app"`
	User       int64        `json:"user"`
	Credential string       `json:"credential,omitempty"` // that it was opened with; "": a person signed in
	Scope      []string     `json:"scope,omitzero"`       // of the newest access token; nil: that of the app
	Endpoint   string       `json:"endpoint,omitempty"`   // that its client asked for; "": chosen by the server
	Turn       uint32       `json:"turn"`                 // of the newest pair; the first is 1
	State      sessionState `json:"state,omitempty"`
	Issued     instant.Time `json:"issued"`            // the newest pair, and so the end of the pair before
	Ends       instant.Time `json:"ends"`              // of the newest access token, or of the session
	Renewal    instant.Time `json:"renewal,omitempty"` // end of the newest refresh token; 0: there is none
	Used       instant.Time `json:"used,omitempty"`    // first use of the newest access token; 0: not yet
}

// Session is a copy of the one of a number, or nil. What is changed of it is to be kept.
func (p *Service) Session(number uint64) *Session {
	if sess, ok := p.sessions.Get(p.Lock.Tx, number); ok {
		return &sess
	}
	return nil
}

func (p *Service) keep(sess *Session) {
	p.sessions.Put(p.Lock.Tx, sess.Number, *sess)
	if sess.State != SessionOpen {
		p.Endings.Add()
	}
}

// Holder is whose session it is, and in which app.
func (p *Service) Holder(sess *Session) (*model.App, *model.User) {
	return p.World.App(p.Lock.Tx, sess.App), p.World.User(p.Lock.Tx, sess.User)
}

// Scope is that of the newest access token.
func (p *Service) Scope(sess *Session) []string {
	return sess.scopeIn(p.World.App(p.Lock.Tx, sess.App))
}

// scopeIn is that of the newest access token in a, which is the app of sess.
func (sess *Session) scopeIn(a *model.App) []string {
	if sess.Scope != nil {
		return sess.Scope
	}
	return a.Scopes
}

// Over reports whether nothing of sess can work after now.
func (sess *Session) Over(now instant.Time) bool {
	return sess.State != SessionOpen || now >= max(sess.Ends, sess.Renewal)
}

// login opens a session, unless one more would go over the session cap and is refused for that; else the oldest of too many
// is closed.
func (p *Service) login(c *endpoint.Call, a *model.App, u *model.User, t tokenParams) (*Session, *oauthError) {
	at, key := instant.Of(c.Now), sessionKey{a.ID, u.ID}
	if c.Rules.SessionCapRefuses && p.open.Len(p.Lock.Tx, key) >= c.Rules.SessionCap {
		return nil, &oauthError{ // code and body assumed
			status: http.StatusTooManyRequests, kind: "invalid_request", code: "CMN-301",
			message: "The limit of active sessions is reached",
		}
	}
	t.scope = scopeOf(c.Rules, a, u, t.scope)
	if c.Rules.JWTLoginReusesSession {
		for _, old := range p.open.Backward(p.Lock.Tx, key) {
			p.issue(&old, t, at)
			c.Session = old.Number
			return &old, nil
		}
	}
	sess := &Session{Number: p.sessions.Last(p.Lock.Tx) + 1, App: a.ID, User: u.ID, Endpoint: t.endpointID}
	p.issue(sess, t, at)
	p.evict(key, c.Rules.SessionCap, at)
	c.Session = sess.Number
	return sess, nil
}

// evict closes what is over the cap, counted from the newest session of a user in an app.
func (p *Service) evict(key sessionKey, sessionCap int, now instant.Time) {
	n := 0
	for _, sess := range p.open.Backward(p.Lock.Tx, key) {
		if n++; n > max(sessionCap, 1) {
			sess.Ends, sess.State = now, SessionEvicted
			p.keep(&sess)
		}
	}
}

// issue gives sess a new pair of tokens. The pair before is spent.
func (p *Service) issue(sess *Session, t tokenParams, now instant.Time) {
	sess.Turn++
	sess.Issued, sess.Used, sess.Scope = now, 0, t.scope
	sess.Ends, sess.Renewal = now.After(t.accessTTL), 0
	if p.World.App(p.Lock.Tx, sess.App).RefreshTokens {
		sess.Renewal = now.After(t.refreshTTL)
	}
	p.keep(sess)
}

// Find gives the session that a token of a kind belongs to, and which of its tokens it is; nil if there is none.
func (p *Service) Find(token string, kind token.Kind) (*Session, uint32) {
	t, ok := p.maker.ReadRingCentral(token, kind)
	if !ok {
		return nil, 0
	}
	return p.Session(t.Number), t.Turn
}

// renew spends a refresh token, or repeats the answer to one that is still in its grace.
func (p *Service) renew(c *endpoint.Call, a *model.App, given string, t tokenParams) (*Session, *oauthError) {
	if given == "" {
		return nil, invalidParameter("refresh_token")
	}
	sess, turn := p.Find(given, token.Refresh)
	if sess == nil {
		neverGiven(c)
		return nil, invalidGrant("OAU-213", "Token not found")
	}
	c.Session = sess.Number
	of, u := p.Holder(sess)
	c.From(of.Name, u.Name())
	now := instant.Of(c.Now)
	switch {
	case of.ID != a.ID:
		c.Why("the refresh token is of another app")
		return nil, invalidGrant("OAU-213", "Token not found")
	case sess.State == SessionEvicted:
		whyNot(c, sess, u, turn)
		return nil, invalidGrant("OAU-213", "Token not found")
	case sess.State == SessionRevoked:
		whyNot(c, sess, u, turn)
		return nil, invalidGrant(chosen(c.Rules.RefreshCodes, "OAU-211"), "Token revoked")
	case !u.Enabled:
		return nil, userDisabled()
	case turn != sess.Turn:
		if !sess.InGrace(c, turn) {
			c.Note(verdict.Replay)
			c.Why("the refresh token was spent %s", c.Ago(sess.Issued.Time()))
			return nil, invalidGrant("OAU-213", "Token not found")
		}
		return sess, nil
	case now >= sess.Renewal:
		c.Why("the refresh token ended %s", c.Ago(sess.Renewal.Time()))
		return nil, invalidGrant(chosen(c.Rules.RefreshCodes, "OAU-210"), "Token expired")
	}
	t.scope = scopeOf(c.Rules, a, u, t.scope)
	p.issue(sess, t, now)
	return sess, nil
}

// InGrace reports whether the refresh token of a turn, which is spent, may be presented again: not once its successor
// is spent, else up to ten seconds after the first use of the new access token, else up to an hour.
func (sess *Session) InGrace(c *endpoint.Call, turn uint32) bool {
	if turn+1 != sess.Turn {
		return false
	}
	if sess.Used != 0 {
		return instant.Of(c.Now) < sess.Used.After(c.Rules.GraceAfterUse)
	}
	return instant.Of(c.Now) < sess.Issued.After(c.Rules.GraceUnused)
}

// use finds a valid access token and marks it as used; the texts are those of the vendor's error.
func (p *Service) use(c *endpoint.Call, given string) (t *model.Access, code, message string) {
	if !token.IsRingCentral(given) {
		c.Why("this is no token of RingCentral")
		return nil, "OAU-149", "OAuth token is invalid"
	}
	sess, turn := p.Find(given, token.Access)
	if sess == nil {
		neverGiven(c)
		return nil, "OAU-213", "Token not found"
	}
	c.Session = sess.Number
	now := instant.Of(c.Now)
	a, u := p.Holder(sess)
	c.From(a.Name, u.Name())
	whyNot(c, sess, u, turn)
	switch {
	case sess.State != SessionOpen:
		return nil, c.Rules.EndedTokenCode, "Token not found"
	case turn != sess.Turn && now < sess.Issued.After(c.Rules.ReplacedTokenTellsFor):
		return nil, "OAU-129", "Access token corrupted"
	case turn != sess.Turn:
		return nil, "OAU-213", "Token not found"
	case now >= sess.Ends:
		return nil, "OAU-128", "Access token expired"
	case !u.Enabled:
		return nil, "OAU-236", "Extension is disabled or frozen"
	}
	if sess.Used == 0 {
		sess.Used = now
		p.keep(sess)
	}
	return &model.Access{
		Session: sess.Number, App: a, User: u, Scope: sess.scopeIn(a), Issued: sess.Issued.Time(), Expires: sess.Ends.Time(),
	}, "", ""
}

// neverGiven notes that a token is refused because it is of no session.
func neverGiven(c *endpoint.Call) {
	c.Why("the sandbox never gave this token out: it is of another one, or of the time before a reset")
}

// whyNot notes why an access token of a session of u is refused, if it is.
func whyNot(c *endpoint.Call, sess *Session, u *model.User, turn uint32) {
	switch {
	case sess.State == SessionRevoked:
		c.Why("the session of the token was ended %s, by a logout or with its credential or code", c.Ago(sess.Ends.Time()))
	case sess.State == SessionEvicted:
		c.Why("a newer login of the same user and app took the place of this session %s: there may be %d", c.Ago(sess.Ends.Time()), c.Rules.SessionCap)
	case turn != sess.Turn:
		c.Why("a refresh replaced the token %s", c.Ago(sess.Issued.Time()))
	case instant.Of(c.Now) >= sess.Ends:
		c.Why("the token ended %s", c.Ago(sess.Ends.Time()))
	case !u.Enabled:
		c.Why("the user is disabled")
	}
}

// sessionOf is the session of an access or refresh token, or nil.
func (p *Service) sessionOf(given string) *Session {
	if sess, _ := p.Find(given, token.Access); sess != nil {
		return sess
	}
	sess, _ := p.Find(given, token.Refresh)
	return sess
}

// revoke closes the session of an access or refresh token. Only the app that it was issued to may.
func (p *Service) revoke(c *endpoint.Call, a *model.App, token string) *oauthError {
	sess := p.sessionOf(token)
	if sess == nil {
		return nil
	}
	c.Session = sess.Number
	if sess.App != a.ID {
		return &oauthError{kind: "invalid_client", code: "OAU-164", message: "Invalid client application"}
	}
	p.End(sess, c.Now)
	return nil
}

// End closes a session: none of its tokens works any more.
func (p *Service) End(sess *Session, now time.Time) {
	if sess.State == SessionOpen {
		sess.Ends = instant.Of(now)
	}
	sess.State = SessionRevoked
	p.keep(sess)
}

// AllOpen are the open sessions.
func (p *Service) AllOpen() iter.Seq[*Session] {
	return func(yield func(*Session) bool) {
		for _, sess := range p.sessions.All(p.Lock.Tx) {
			if sess.State == SessionOpen && !yield(&sess) {
				return
			}
		}
	}
}

// Live counts the open sessions.
func (p *Service) Live() int {
	n := 0
	for range p.AllOpen() {
		n++
	}
	return n
}

// ID names a session for clients.
func (p *Service) ID(session uint64) string {
	return token.FormatUUID(p.maker.Short(token.Session, session))
}

func (p *Service) endpointID(sess *Session) string {
	if sess.Endpoint != "" {
		return sess.Endpoint
	}
	id := p.maker.Short(token.Endpoint, sess.Number)
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// AccessToken is the newest access token of a session, refreshToken the newest refresh token.
func (p *Service) AccessToken(sess *Session) string {
	return p.maker.RingCentral(token.Access, sess.Number, sess.Turn)
}

func (p *Service) refreshToken(sess *Session) string {
	return p.maker.RingCentral(token.Refresh, sess.Number, sess.Turn)
}

// scopeOf is the scope of a token of u in a, where scope was asked for; nil is that of the app.
func scopeOf(r *contract.Rules, a *model.App, u *model.User, scope []string) []string {
	if !r.ScopeFollowsRole {
		return scope
	}
	if scope == nil {
		scope = a.Scopes
	}
	return u.Role().Narrow(scope)
}
