package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cxClaims are the claims of a RingCX access token. iat, exp, plat and lapp are documented, xauth is observed, the
// others are assumed.
type cxClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"` // id of the RingCentral user, of the administrator or of the agent
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"` // begins with the epoch that issued it
	Platform string `json:"plat"`
	App      string `json:"lapp"`
	XAuth    string `json:"xauth,omitempty"` // X-Auth-Token of the same sign-in
}

// cxTokens issues and checks RingCX access tokens. The signature carries the truth, as at the vendor's gateway; the
// tokens seen lately are remembered, so that a read costs no signature check.
type cxTokens struct {
	mu    sync.RWMutex // guards what follows
	epoch string       // changes on every restart: tokens of another epoch are not ours
	seen  *generations[cxAccess]
}

type cxAccess struct {
	claims  *cxClaims
	expires time.Time // to the nanosecond, where exp has seconds
}

func (t *cxTokens) restart() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch, t.seen = randomText(6), newGenerations[cxAccess](tokensSeen)
}

// remember keeps a token, unless the server was reset since it was made.
func (t *cxTokens) remember(token string, a cxAccess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if strings.HasPrefix(a.claims.ID, t.epoch+".") {
		t.seen.put(token, a)
	}
}

// issueCX makes the RingCX access token of a grant.
func (s *Server) issueCX(g *cxGrant, now time.Time) (string, error) {
	s.tokens.mu.RLock()
	epoch := s.tokens.epoch
	s.tokens.mu.RUnlock()
	expires := now.Add(s.opts.TokenTTL)
	claims := &cxClaims{
		Issuer: cxIssuer, Subject: fmt.Sprint(g.who.id()), Audience: cxAudience, ID: epoch + "." + randomText(12),
		IssuedAt: now.Unix(), Expires: now.Unix() + int64(s.opts.TokenTTL/time.Second),
		Platform: g.who.platform(), App: g.who.app, XAuth: g.xauth,
	}
	token, err := s.key.sign(claims)
	if err != nil {
		return "", err
	}
	s.tokens.remember(token, cxAccess{claims, expires})
	return token, nil
}

// checkCX gives the claims of a valid RingCX access token, or the gateway's text about one that is not. The order of
// the checks is the gateway's: form, issuer, expiry, signature.
func (s *Server) checkCX(token string, now time.Time) (*cxClaims, string) {
	s.tokens.mu.RLock()
	known, ok := s.tokens.seen.get(token)
	epoch := s.tokens.epoch
	s.tokens.mu.RUnlock()
	if ok {
		if !now.Before(known.expires.Add(cxClockSkew)) {
			return nil, jwtExpired
		}
		return known.claims, ""
	}
	claims, ok := parseCX(token)
	if !ok {
		return nil, jwtMalformed
	}
	end := time.Unix(claims.Expires, 0)
	switch {
	case claims.Issuer != cxIssuer:
		return nil, jwtForeign
	case !now.Before(end.Add(cxClockSkew)):
		return nil, jwtExpired
	case !s.key.verify(token), !strings.HasPrefix(claims.ID, epoch+"."):
		return nil, jwtUnsigned
	}
	s.tokens.remember(token, cxAccess{claims, end})
	return claims, ""
}

func parseCX(token string) (*cxClaims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	var claims cxClaims
	return &claims, json.Unmarshal(payload, &claims) == nil
}

// cxBearer gives the claims of the RingCX token of r; without a valid one, the refusal is the answer.
func (s *Server) cxBearer(c *call, r *http.Request) (claims *cxClaims, refusal answer) {
	token, ok := bearer(r)
	if !ok || token == "" {
		return nil, gatewayRefusal(r, jwtMissing)
	}
	if isPlatformToken(token) {
		c.note(verdictWrongKind)
	}
	claims, problem := s.checkCX(token, c.now)
	if claims == nil {
		if problem == jwtExpired && s.habits.keepsSending(token, c.now) {
			c.note(verdictExpiredAgain)
		}
		return nil, gatewayRefusal(r, problem)
	}
	return claims, answer{}
}

// needCXToken lets only calls with a valid token pass, also to paths that do not exist. A Bearer token decides, if
// there is one; else an X-Auth-Token may.
func (s *Server) needCXToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		if refusal, ok := s.identify(c, r); !ok {
			refusal.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// identify finds out who calls; if nobody that may, the refusal is the answer.
func (s *Server) identify(c *call, r *http.Request) (refusal answer, ok bool) {
	if _, given := bearer(r); !given && r.Header.Get("X-Auth-Token") != "" {
		return s.xauthCaller(c, r)
	}
	claims, refusal := s.cxBearer(c, r)
	if claims == nil {
		return refusal, false
	}
	c.subject, _ = strconv.ParseInt(claims.Subject, 10, 64)
	c.xauth = claims.XAuth
	return answer{}, true
}
