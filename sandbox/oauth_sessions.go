package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// platform is what the RingCentral platform remembers about sign-ins. Server.mu guards it.
type platform struct {
	auth, light *limiter
	access      *generations[*rcAccess]
	refresh     *generations[*rcRefresh]
	sessions    map[sessionKey][]*session // live ones, oldest first

	browsers   *generations[*browser]
	flows      *generations[*flow]
	codes      *generations[*authCode]
	assertions *generations[time.Time] // client assertions that were used, and when they end
}

type sessionKey struct {
	app  *app
	user *user
}

// session is one sign-in of a user in an app, with everything that was refreshed from it.
type session struct {
	id, endpointID string
	app            *app
	user           *user
	revoked        bool
	evicted        bool
	over           atomic.Bool // revoked or evicted, for those who hold no lock
	credential     *credential // what started it; nil: no JWT
}

// rcAccess is a RingCentral access token.
type rcAccess struct {
	token    string
	session  *session
	scope    []string
	expires  time.Time
	used     time.Time // first use; zero: never
	replaced time.Time // when a refresh made a newer one; zero: this is the newest
}

// rcRefresh is a RingCentral refresh token. Once spent it leads to the pair that it gave.
type rcRefresh struct {
	token   string
	pair    pair // the pair that it came in
	expires time.Time
	spent   time.Time
	next    pair
}

// pair is what one answer of the token endpoint hands out; refresh is nil for apps without refresh tokens.
type pair struct {
	access  *rcAccess
	refresh *rcRefresh
}

func newPlatform(noLimits bool) *platform {
	return &platform{
		auth: newLimiter("auth", noLimits), light: newLimiter("light", noLimits),
		access: newGenerations[*rcAccess](tokensKept), refresh: newGenerations[*rcRefresh](tokensKept),
		sessions: map[sessionKey][]*session{},
		browsers: newGenerations[*browser](browsersKept), flows: newGenerations[*flow](browsersKept),
		codes: newGenerations[*authCode](tokensKept), assertions: newGenerations[time.Time](tokensKept),
	}
}

// login opens a session; the oldest of too many is closed.
func (p *platform) login(c *call, a *app, u *user, t terms) pair {
	sess := &session{id: newUUID(), endpointID: t.endpointID, app: a, user: u}
	if sess.endpointID == "" {
		sess.endpointID = randomText(16)
	}
	key := sessionKey{a, u}
	if old := p.sessions[key]; c.rules.jwtLoginReusesSession && len(old) > 0 {
		return p.issue(old[len(old)-1], t, c.now)
	}
	live := append(p.sessions[key], sess)
	for len(live) > c.rules.sessionCap {
		live[0].evicted = true
		live[0].over.Store(true)
		live = live[1:]
	}
	p.sessions[key] = live
	return p.issue(sess, t, c.now)
}

func (p *platform) issue(sess *session, t terms, now time.Time) pair {
	out := pair{access: &rcAccess{
		token: opaqueToken(), session: sess, scope: t.scope, expires: now.Add(t.accessTTL),
	}}
	if sess.app.refreshTokens {
		out.refresh = &rcRefresh{token: opaqueToken(), expires: now.Add(t.refreshTTL)}
		out.refresh.pair = out
		p.refresh.put(out.refresh.token, out.refresh)
	}
	p.access.put(out.access.token, out.access)
	return out
}

// renew spends a refresh token, or repeats the answer to one that is still in its grace.
func (p *platform) renew(c *call, a *app, token string, t terms) (*tokenInfo, *oauthError) {
	if token == "" {
		return nil, invalidParameter("refresh_token")
	}
	old, ok := p.refresh.get(token)
	if !ok {
		return nil, invalidGrant("OAU-213", "Token not found")
	}
	sess := old.pair.access.session
	switch {
	case sess.app != a, sess.evicted:
		return nil, invalidGrant("OAU-213", "Token not found")
	case sess.revoked:
		return nil, c.refreshRefusal("OAU-211", "Token revoked")
	case !sess.user.enabled:
		return nil, invalidGrant("OAU-236", "Extension is disabled or frozen")
	case !old.spent.IsZero():
		if !old.inGrace(c) {
			c.note(verdictReplay)
			return nil, invalidGrant("OAU-213", "Token not found")
		}
		return old.next.info(c.now), nil
	case !c.now.Before(old.expires):
		return nil, c.refreshRefusal("OAU-210", "Token expired")
	}
	old.pair.access.replaced = c.now
	old.spent, old.next = c.now, p.issue(sess, t, c.now)
	return old.next.info(c.now), nil
}

// inGrace reports whether a spent refresh token may be presented again: not once its successor is spent, else up to
// ten seconds after the first use of the new access token, else up to an hour.
func (t *rcRefresh) inGrace(c *call) bool {
	if !t.next.refresh.spent.IsZero() {
		return false
	}
	if used := t.next.access.used; !used.IsZero() {
		return c.now.Before(used.Add(c.rules.graceAfterUse))
	}
	return c.now.Before(t.spent.Add(c.rules.graceUnused))
}

// use finds a valid access token and marks it as used; the texts are those of the vendor's error.
func (p *platform) use(c *call, token string) (t *rcAccess, code, message string) {
	if !isPlatformToken(token) {
		return nil, "OAU-149", "OAuth token is invalid"
	}
	t, ok := p.access.get(token)
	switch {
	case !ok:
		return nil, "OAU-213", "Token not found"
	case t.session.revoked, t.session.evicted:
		return nil, c.rules.endedTokenCode, "Token not found"
	case !t.replaced.IsZero() && c.now.Before(t.replaced.Add(c.rules.replacedTokenTellsFor)):
		return nil, "OAU-129", "Access token corrupted"
	case !t.replaced.IsZero():
		return nil, "OAU-213", "Token not found"
	case !c.now.Before(t.expires):
		return nil, "OAU-128", "Access token expired"
	case !t.session.user.enabled:
		return nil, "OAU-236", "Extension is disabled or frozen"
	}
	if t.used.IsZero() {
		t.used = c.now
	}
	return t, "", ""
}

// full reports whether another login would go over the session cap, and be refused.
func (p *platform) full(c *call, a *app, u *user) bool {
	return c.rules.sessionCapRefuses && len(p.sessions[sessionKey{a, u}]) >= c.rules.sessionCap
}

// refreshRefusal refuses a refresh token with the code of its cause, unless one code stands for all.
func (c *call) refreshRefusal(code, message string) *oauthError {
	if c.rules.refreshCodes != byCause {
		code = c.rules.refreshCodes
	}
	return invalidGrant(code, message)
}

func tooManySessions() *oauthError { // code and body assumed
	return &oauthError{
		status: http.StatusTooManyRequests, kind: "invalid_request", code: "CMN-301",
		message: "The limit of active sessions is reached",
	}
}

// sessionOf is the session of an access or refresh token, or nil.
func (p *platform) sessionOf(token string) *session {
	if t, ok := p.access.get(token); ok {
		return t.session
	}
	if t, ok := p.refresh.get(token); ok {
		return t.pair.access.session
	}
	return nil
}

// revoke closes the session of an access or refresh token. Only the app that it was issued to may.
func (p *platform) revoke(a *app, token string) *oauthError {
	sess := p.sessionOf(token)
	switch {
	case sess == nil:
		return nil
	case sess.app != a:
		return &oauthError{kind: "invalid_client", code: "OAU-164", message: "Invalid client application"}
	}
	p.end(sess)
	return nil
}

// end closes a session: none of its tokens works any more.
func (p *platform) end(sess *session) {
	sess.revoked = true
	sess.over.Store(true)
	key := sessionKey{sess.app, sess.user}
	p.sessions[key] = slices.DeleteFunc(p.sessions[key], func(s *session) bool { return s == sess })
}

// live counts the open sessions.
func (p *platform) live() int {
	n := 0
	for _, all := range p.sessions {
		n += len(all)
	}
	return n
}

// opaqueToken is a token in the vendor's shape: text for clients, with a prefix that only this server reads.
func opaqueToken() string {
	raw := make([]byte, len(tokenPrefix), len(tokenPrefix)+48)
	copy(raw, tokenPrefix)
	raw = raw[:cap(raw)]
	_, _ = rand.Read(raw[len(tokenPrefix):])
	return base64.RawURLEncoding.EncodeToString(raw)
}

func isPlatformToken(token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	return err == nil && strings.HasPrefix(string(raw), tokenPrefix)
}

// randomText is n random bytes as base64url.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
