package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// authCode is an authorization code: what one user allowed one app, for one minute and one use.
type authCode struct {
	Request authorizeRequest `json:"request"`
	User    int64            `json:"user"`
	Since   time.Time        `json:"since"` // when the user signed in
	Expires time.Time        `json:"expires"`
	Session uint64           `json:"session,omitempty"` // what it was redeemed for; 0: it was not yet
	Dead    bool             `json:"dead,omitempty"`    // an attempt failed, and that spends codes
}

// grantCode ends a flow with a code for its user.
func (s *Server) grantCode(c *call, f *flow) answer {
	f.Done = true
	s.keepFlow(f)
	b, _ := s.oauth.browsers.Get(s.mu.tx, f.Browser)
	b = b.allowing(f.Request.App)
	s.keepBrowser(&b)
	ttl := c.rules.AuthorizationCodeTTL
	asked := f.Request // without what was for the pages
	asked.Echo, asked.LoginHint, asked.Prompt, asked.Issuer, asked.Discovery = nil, "", nil, "", ""
	code := token.RandomRingCentral()
	s.oauth.codes.Put(s.mu.tx, code, authCode{
		Request: asked, User: f.User, Since: b.Since, Expires: c.now.Add(ttl),
	})
	told := []string{"code", code, "expires_in", strconv.Itoa(int(ttl / time.Second))}
	if base := f.Request.Discovery; base != "" {
		told = append(told, "token_uri", base+"/restapi/oauth/token", "discovery_uri", base+externalPath)
	}
	return f.Request.respond(told...)
}

// redeem gives a session for an authorization code.
func (s *Server) redeem(c *call, a *model.App, f form, t terms) (*tokenInfo, *oauthError) {
	if f.Get("code") == "" {
		return nil, invalidParameter("code")
	}
	code, ok := s.oauth.codes.Get(s.mu.tx, f.Get("code"))
	if !ok || code.Dead {
		return nil, c.codeRefusal(invalidGrant("OAU-106", "Invalid authorization code"))
	}
	sess, problem := s.exchangeCode(c, a, &code, f, t)
	if problem != nil {
		if c.rules.FailedCodeIsSpent {
			code.Dead = true
			s.oauth.codes.Put(s.mu.tx, f.Get("code"), code)
		}
		return nil, c.codeRefusal(problem)
	}
	code.Session = sess.number
	s.oauth.codes.Put(s.mu.tx, f.Get("code"), code)
	return s.platform.info(sess, c.now), nil
}

// codeRefusal gives the refusal of a code its status.
func (c *call) codeRefusal(e *oauthError) *oauthError {
	if e != nil && e.kind == "invalid_grant" {
		e.status = c.rules.CodeRefusalStatus
	}
	return e
}

// exchangeCode looks at what a code was given for. A code that comes twice was stolen or sent by a client that is broken,
// so its session ends (RFC 6749, section 4.1.2).
func (s *Server) exchangeCode(c *call, a *model.App, code *authCode, f form, t terms) (*session, *oauthError) {
	uri := f.Get("redirect_uri")
	switch req := &code.Request; {
	case req.App != a.ID:
		return nil, invalidGrant("OAU-110", "Authorization code was not issued for this application")
	case code.Session != 0:
		c.note(verdict.CodeTwice)
		c.session = code.Session
		if sess := s.platform.session(code.Session); sess != nil && c.rules.CodeReplayEndsSession {
			s.platform.end(sess, c.now)
		}
		return nil, invalidGrant("OAU-106", "Invalid authorization code")
	case !c.now.Before(code.Expires):
		return nil, invalidGrant("OAU-108", "Authorization code is expired")
	case uri != req.RedirectURI && (req.Named && c.rules.RedirectURIRepeated || uri != ""):
		return nil, redirectMismatch()
	}
	if problem := code.Request.checkVerifier(c, f.Get("code_verifier")); problem != nil {
		return nil, problem
	}
	u := s.world.User(s.mu.tx, code.User)
	switch {
	case !u.Enabled:
		return nil, invalidGrant("OAU-236", "Extension is disabled or frozen")
	case s.platform.full(c, a, u):
		return nil, tooManySessions()
	}
	return s.platform.login(c, a, u, t), nil
}

// challengePKCE is the code challenge of RFC 7636. The zero value stands for none.
type challengePKCE struct {
	Method    string `json:"method,omitempty"`
	Challenge string `json:"challenge,omitempty"`
}

// isPKCEText tells the syntax of verifiers and challenges: 43 to 128 letters, digits and "-._~".
func isPKCEText(s string) bool {
	strange := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-._~", r))
	}
	return 43 <= len(s) && len(s) <= 128 && !strings.ContainsFunc(s, strange)
}

func readChallenge(in form) (challengePKCE, *oauthError) {
	p := challengePKCE{in.Get("code_challenge_method"), in.Get("code_challenge")}
	switch {
	case p.Challenge == "" && (p.Method != "" || in.Has("code_challenge")), p.Challenge != "" && !isPKCEText(p.Challenge):
		return p, invalidParameter("code_challenge")
	case p.Method != "" && p.Method != "plain" && p.Method != "S256":
		return p, &oauthError{kind: "invalid_request", message: "Transform algorithm not supported"}
	}
	return p, nil
}

// checkVerifier refuses a verifier that does not fit, one that is missing, and one that nobody announced: its client may have
// been talked out of the challenge on the way.
func (p challengePKCE) checkVerifier(c *call, verifier string) *oauthError {
	if p.Challenge == "" && (verifier == "" || !c.rules.UnannouncedVerifierRefused) {
		return nil
	}
	if verifier == "" {
		c.note(verdict.PKCE)
	}
	derived := verifier
	if p.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		derived = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if !isPKCEText(verifier) || subtle.ConstantTimeCompare([]byte(derived), []byte(p.Challenge)) == 0 {
		return invalidGrant("OAU-106", "Code verifier does not match the code challenge")
	}
	return nil
}
