package ringcx

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// Claims are the claims of a RingCX access token.
type Claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // id of the RingCentral user, of the administrator or of the agent
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat,omitempty"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"` // the epoch that issued it, the family, and something of its own
	Platform string `json:"plat"`
	App      string `json:"lapp"`
	XAuth    string `json:"xauth,omitempty"` // X-Auth-Token of the same sign-in
}

// accessTokens issues and checks RingCX access tokens. The signature carries the truth, as at the vendor's gateway; the
// tokens seen lately are remembered, so that a read costs no signature check.
type accessTokens struct {
	mu    sync.RWMutex // guards what follows
	epoch string       // changes on every restart: tokens of another epoch are not ours
	seen  *recent.Map[*accessToken]
}

type accessToken struct {
	claims  *Claims
	expires time.Time     // to the nanosecond, where exp has seconds
	signIn  uint64        // number; 0: it was forgotten
	caller  string        // who signed in
	ended   atomic.Uint64 // a whatEnded
}

// restart forgets the tokens that were seen; only those of an epoch are good from now on.
func (t *accessTokens) restart(epoch string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch, t.seen = epoch, recent.New[*accessToken](tokensSeen)
}

// remember keeps a token, unless the server was reset since it was made.
func (t *accessTokens) remember(token string, a *accessToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if strings.HasPrefix(a.claims.ID, t.epoch+".") {
		t.seen.Put(token, a)
	}
}

// issue makes the RingCX access token of a grant.
func (x *Service) issue(c *endpoint.Call, g *grant) (string, error) {
	expires := c.Now.Add(c.Rules.RingCXTokenTTL)
	claims := &Claims{
		Issuer: c.Rules.RingCXIssuer, Subject: strconv.FormatInt(g.who.id(), 10), Audience: c.Rules.RingCXAudience,
		ID: x.CurrentEpoch() + "." + strconv.FormatUint(g.in.Number, 10) + "." + token.RandomText(12), Expires: c.Now.Unix() + int64(c.Rules.RingCXTokenTTL/time.Second),
		Platform: g.who.platform(), App: g.who.app.String(), XAuth: g.xauth,
	}
	if c.Rules.RingCXIssuedAt {
		claims.IssuedAt = c.Now.Unix()
	}
	token, err := x.Key().Sign(claims)
	if err != nil {
		return "", err
	}
	c.Ends = expires
	seen := &accessToken{claims: claims, expires: expires, signIn: g.in.Number, caller: g.who.Name()}
	seen.ended.Store(uint64(g.ended))
	x.tokens.remember(token, seen)
	return token, nil
}

// CheckToken gives the claims of a valid RingCX access token, or the gateway's text about one that is not. The order of
// the checks is the gateway's: form, issuer, expiry, signature. tx is that of a
// caller in a transaction; nil: it is in none, and one to read is begun if the token was not seen lately.
func (x *Service) CheckToken(c *endpoint.Call, tx *state.Tx, token string) (*Claims, string) {
	x.tokens.mu.RLock()
	known, ok := x.tokens.seen.Get(token)
	epoch := x.tokens.epoch
	x.tokens.mu.RUnlock()
	if ok {
		known.noteIn(c)
		return known.claims, known.problem(c, x.cutOff(tx, known, c.Rules))
	}
	claims, ok := ParseClaims(token)
	if !ok || strings.ContainsAny(token, " \t\"'") {
		c.Why("the header has something else, or more, than a token of RingCX behind Bearer: quotes, spaces, a word")
		return nil, jwtMalformed
	}
	found := &accessToken{claims: claims, expires: time.Unix(claims.Expires, 0)}
	if problem := found.problem(c, false); problem != "" {
		return nil, problem
	}
	if !x.Key().Verify(token) || !strings.HasPrefix(claims.ID, epoch+".") {
		c.Why("the sandbox did not sign this token: it is of another one, or of the time before a reset")
		return nil, jwtUnsigned
	}
	x.findSignIn(tx, found)
	found.noteIn(c)
	x.tokens.remember(strings.Clone(token), found)
	return claims, found.problem(c, x.cutOff(tx, found, c.Rules))
}

// findSignIn completes a with what it came from, unless that was forgotten.
func (x *Service) findSignIn(tx *state.Tx, a *accessToken) {
	x.Lock.View(tx, func(tx *state.Tx) {
		if in, ok := x.SignIns.Get(tx, a.claims.signIn()); ok {
			a.signIn, a.caller = in.Number, x.Who(tx, &in).Name()
			a.ended.Store(uint64(x.endedOf(tx, &in)))
		}
	})
}

// signIn is the number of the sign-in that a token came from, 0 if it names none.
func (claims *Claims) signIn() uint64 {
	parts := strings.Split(claims.ID, ".")
	if len(parts) != 3 {
		return 0
	}
	number, _ := strconv.ParseUint(parts[1], 10, 64)
	return number
}

// noteIn notes which sign-in a call is about.
func (a *accessToken) noteIn(c *endpoint.Call) {
	if a.signIn != 0 {
		c.SignIn, c.Refused.Caller = a.signIn, a.caller
	}
}

// problem is the gateway's text about a token whose signature is right, and whose sign-in was cut off or not; or "".
func (a *accessToken) problem(c *endpoint.Call, cutOff bool) string {
	switch {
	case a.claims.Issuer != c.Rules.RingCXIssuer:
		c.Why("the token names another issuer")
		return jwtForeign
	case !c.Now.Before(a.expires.Add(c.Rules.RingCXClockSkew)):
		c.Why("the token ended %s", c.Ago(a.expires))
		return jwtExpired
	case cutOff:
		c.Why("its sign-in has ended: a logout, a refresh token that was replayed, or the session of RingCentral")
		return jwtUnsigned
	}
	return ""
}

// ParseClaims reads the claims of what looks like a token. Nothing of it is verified.
func ParseClaims(token string) (*Claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	var claims Claims
	return &claims, json.Unmarshal(payload, &claims) == nil
}

// bearerClaims gives the claims of the RingCX token of r; without a valid one, the refusal is the answer.
func (x *Service) bearerClaims(c *endpoint.Call, r *http.Request) (claims *Claims, refusal endpoint.Response) {
	given, ok := endpoint.Bearer(r)
	if !ok || given == "" {
		c.Why("no token came in a header Authorization: Bearer")
		return nil, gatewayRefusal(c, r, jwtMissing)
	}
	if token.IsRingCentral(given) {
		c.Note(verdict.WrongKind)
		c.Why("this is the token of the login at RingCentral; RingCX wants the one of the exchange")
	}
	claims, problem := x.CheckToken(c, nil, given)
	if problem != "" {
		if problem == jwtExpired && x.Polling.KeepsSending(given, c.Now) {
			c.Note(verdict.ExpiredAgain)
		}
		return nil, gatewayRefusal(c, r, problem)
	}
	return claims, endpoint.Response{}
}

// needBearer lets only calls with a valid Bearer token pass; acceptedBy gives its claims.
func (x *Service) needBearer(c *endpoint.Call, r *http.Request) (refusal endpoint.Response, ok bool) {
	claims, refusal := x.bearerClaims(c, r)
	c.Accepted = claims
	return refusal, claims != nil
}

// acceptedBy are the claims of the token that needBearer let pass.
func acceptedBy(c *endpoint.Call) *Claims { return c.Accepted.(*Claims) }

// needToken lets only calls with a valid token pass, also to paths that do not exist. A Bearer token decides, if
// there is one; else an X-Auth-Token may.
func (x *Service) needToken(c *endpoint.Call, r *http.Request) (refusal endpoint.Response, ok bool) {
	refusal, ok = x.identify(c, r)
	return refusal, ok || letsAnybody(c.Rules, r)
}

// identify finds out who calls; if nobody that may, the refusal is the answer.
func (x *Service) identify(c *endpoint.Call, r *http.Request) (refusal endpoint.Response, ok bool) {
	if _, given := endpoint.Bearer(r); r.Header.Get("X-Auth-Token") != "" && (!given || c.Rules.XAuthWins) && takesXAuth(c.Rules, r) {
		return x.xauthCaller(c, r)
	}
	claims, refusal := x.bearerClaims(c, r)
	if claims == nil {
		return refusal, false
	}
	c.Subject, _ = strconv.ParseInt(claims.Subject, 10, 64)
	c.XAuth = claims.XAuth
	return endpoint.Response{}, true
}

// seenToken is an access token that was seen lately.
type seenToken struct {
	Text    string
	Claims  *Claims
	Expires time.Time
}

// GoodTokens are the access tokens that were seen lately and would be accepted in a call. To show them is no use of them.
func (x *Service) GoodTokens(c *endpoint.Call) iter.Seq[seenToken] {
	return func(yield func(seenToken) bool) {
		x.tokens.mu.RLock()
		defer x.tokens.mu.RUnlock()
		for text, t := range x.tokens.seen.All() {
			if t.problem(c, x.cutOff(x.Lock.Tx, t, c.Rules)) == "" && !yield(seenToken{text, t.claims, t.expires}) {
				return
			}
		}
	}
}

// CountSeen is how many access tokens were seen lately.
func (x *Service) CountSeen() int {
	x.tokens.mu.RLock()
	defer x.tokens.mu.RUnlock()
	return x.tokens.seen.Len()
}

// CurrentEpoch is that of the access tokens that are issued.
func (x *Service) CurrentEpoch() string {
	x.tokens.mu.RLock()
	defer x.tokens.mu.RUnlock()
	return x.tokens.epoch
}
