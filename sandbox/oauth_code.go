package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// authCode is an authorization code: what one user allowed one app, for one minute and one use.
type authCode struct {
	code    string
	request *authorizeRequest
	user    *user
	since   time.Time // when the user signed in
	expires time.Time
	session *session // what it was redeemed for; nil: it was not yet
	dead    bool     // an attempt failed, and that spends codes
}

// grantCode ends a flow with a code for its user.
func (s *Server) grantCode(c *call, f *flow) answer {
	f.done = true
	f.browser.allowed[f.request.app] = true
	ttl := c.rules.AuthorizationCodeTTL
	asked := *f.request // without what was for the pages
	asked.echo, asked.loginHint, asked.prompt, asked.issuer, asked.discovery = nil, "", nil, "", ""
	code := &authCode{
		code: token.RandomRingCentral(), request: &asked, user: f.user, since: f.browser.since, expires: c.now.Add(ttl),
	}
	s.platform.codes.put(code.code, code)
	s.changes.touch(f, f.browser, code)
	told := []string{"code", code.code, "expires_in", strconv.Itoa(int(ttl / time.Second))}
	if base := f.request.discovery; base != "" {
		told = append(told, "token_uri", base+"/restapi/oauth/token", "discovery_uri", base+externalPath)
	}
	return f.request.respond(told...)
}

// redeem gives a session for an authorization code.
func (s *Server) redeem(c *call, a *app, f form, t terms) (*tokenInfo, *oauthError) {
	if f.Get("code") == "" {
		return nil, invalidParameter("code")
	}
	code, ok := s.platform.codes.get(f.Get("code"))
	if !ok || code.dead {
		return nil, c.codeRefusal(invalidGrant("OAU-106", "Invalid authorization code"))
	}
	info, problem := s.exchangeCode(c, a, code, f, t)
	if problem != nil && c.rules.FailedCodeIsSpent {
		code.dead = true
		s.changes.touch(code)
	}
	return info, c.codeRefusal(problem)
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
func (s *Server) exchangeCode(c *call, a *app, code *authCode, f form, t terms) (*tokenInfo, *oauthError) {
	uri := f.Get("redirect_uri")
	switch req := code.request; {
	case req.app != a:
		return nil, invalidGrant("OAU-110", "Authorization code was not issued for this application")
	case code.session != nil:
		c.note(verdict.CodeTwice)
		c.session = code.session.number
		if c.rules.CodeReplayEndsSession {
			s.platform.end(code.session, c.now)
		}
		return nil, invalidGrant("OAU-106", "Invalid authorization code")
	case !c.now.Before(code.expires):
		return nil, invalidGrant("OAU-108", "Authorization code is expired")
	case uri != req.redirectURI && (req.named && c.rules.RedirectURIRepeated || uri != ""):
		return nil, redirectMismatch()
	}
	if problem := code.request.challenge.check(c, f.Get("code_verifier")); problem != nil {
		return nil, problem
	}
	switch {
	case !code.user.enabled:
		return nil, invalidGrant("OAU-236", "Extension is disabled or frozen")
	case s.platform.full(c, a, code.user):
		return nil, tooManySessions()
	}
	code.session = s.platform.login(c, a, code.user, t)
	s.changes.touch(code)
	return s.platform.info(code.session, c.now), nil
}

// challengePKCE is the code challenge of RFC 7636. The zero value stands for none.
type challengePKCE struct{ method, value string }

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
	case p.value == "" && (p.method != "" || in.Has("code_challenge")), p.value != "" && !isPKCEText(p.value):
		return p, invalidParameter("code_challenge")
	case p.method != "" && p.method != "plain" && p.method != "S256":
		return p, &oauthError{kind: "invalid_request", message: "Transform algorithm not supported"}
	}
	return p, nil
}

// check refuses a verifier that does not fit, one that is missing, and one that nobody announced: its client may have
// been talked out of the challenge on the way.
func (p challengePKCE) check(c *call, verifier string) *oauthError {
	if p.value == "" && (verifier == "" || !c.rules.UnannouncedVerifierRefused) {
		return nil
	}
	if verifier == "" {
		c.note(verdict.PKCE)
	}
	derived := verifier
	if p.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		derived = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if !isPKCEText(verifier) || subtle.ConstantTimeCompare([]byte(derived), []byte(p.value)) == 0 {
		return invalidGrant("OAU-106", "Code verifier does not match the code challenge")
	}
	return nil
}
