package platform

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
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
func (p *Service) grantCode(c *endpoint.Call, f *flow) endpoint.Response {
	f.Done = true
	p.keepFlow(f)
	b, _ := p.browsers.Get(p.Lock.Tx, f.Browser)
	b = b.allowing(f.Request.App)
	p.keepBrowser(&b)
	ttl := c.Rules.AuthorizationCodeTTL
	asked := f.Request // without what was for the pages
	asked.Echo, asked.LoginHint, asked.Prompt, asked.Issuer, asked.Discovery = nil, "", nil, "", ""
	code := token.RandomRingCentral()
	p.Codes.Put(p.Lock.Tx, code, authCode{
		Request: asked, User: f.User, Since: b.Since, Expires: c.Now.Add(ttl),
	})
	told := []string{"code", code, "expires_in", strconv.Itoa(int(ttl / time.Second))}
	if base := f.Request.Discovery; base != "" {
		told = append(told, "token_uri", base+"/restapi/oauth/token", "discovery_uri", base+externalPath)
	}
	return f.Request.respond(told...)
}

// redeem gives a session for an authorization code.
func (p *Service) redeem(c *endpoint.Call, a *model.App, f endpoint.Form, t tokenParams) (*tokenInfo, *oauthError) {
	if f.Get("code") == "" {
		return nil, invalidParameter("code")
	}
	code, ok := p.Codes.Get(p.Lock.Tx, f.Get("code"))
	if !ok || code.Dead {
		return nil, codeRefusal(c, invalidGrant("OAU-106", "Invalid authorization code"))
	}
	sess, problem := p.exchangeCode(c, a, &code, f, t)
	if problem != nil {
		if c.Rules.FailedCodeIsSpent {
			code.Dead = true
			p.Codes.Put(p.Lock.Tx, f.Get("code"), code)
		}
		return nil, codeRefusal(c, problem)
	}
	code.Session = sess.Number
	p.Codes.Put(p.Lock.Tx, f.Get("code"), code)
	return p.info(sess, c.Now), nil
}

// codeRefusal gives the refusal of a code its status.
func codeRefusal(c *endpoint.Call, e *oauthError) *oauthError {
	if e != nil && e.kind == "invalid_grant" {
		e.status = c.Rules.CodeRefusalStatus
	}
	return e
}

// exchangeCode looks at what a code was given for. A code that comes twice was stolen or sent by a client that is broken,
// so its session ends (RFC 6749, section 4.1.2).
func (p *Service) exchangeCode(c *endpoint.Call, a *model.App, code *authCode, f endpoint.Form, t tokenParams) (*Session, *oauthError) {
	uri := f.Get("redirect_uri")
	switch req := &code.Request; {
	case req.App != a.ID:
		return nil, invalidGrant("OAU-110", "Authorization code was not issued for this application")
	case code.Session != 0:
		c.Note(verdict.CodeTwice)
		c.Session = code.Session
		if sess := p.Session(code.Session); sess != nil && c.Rules.CodeReplayEndsSession {
			p.End(sess, c.Now)
		}
		return nil, invalidGrant("OAU-106", "Invalid authorization code")
	case !c.Now.Before(code.Expires):
		return nil, invalidGrant("OAU-108", "Authorization code is expired")
	case uri != req.RedirectURI && (req.Named && c.Rules.RedirectURIRepeated || uri != ""):
		return nil, redirectMismatch()
	}
	if problem := code.Request.checkVerifier(c, f.Get("code_verifier")); problem != nil {
		return nil, problem
	}
	u := p.World.User(p.Lock.Tx, code.User)
	if !u.Enabled {
		return nil, userDisabled()
	}
	return p.login(c, a, u, t)
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

func readChallenge(in endpoint.Form) (challengePKCE, *oauthError) {
	p := challengePKCE{in.Get("code_challenge_method"), in.Get("code_challenge")}
	switch {
	case p.Challenge == "" && (p.Method != "" || in.Has("code_challenge")), p.Challenge != "" && !isPKCEText(p.Challenge):
		return p, invalidParameter("code_challenge")
	case p.Method != "" && p.Method != "plain" && p.Method != "S256":
		return p, invalidRequest("", "Transform algorithm not supported")
	}
	return p, nil
}

// checkVerifier refuses a verifier that does not fit, one that is missing, and one that nobody announced: its client may have
// been talked out of the challenge on the way.
func (p challengePKCE) checkVerifier(c *endpoint.Call, verifier string) *oauthError {
	if p.Challenge == "" && (verifier == "" || !c.Rules.UnannouncedVerifierRefused) {
		return nil
	}
	if verifier == "" {
		c.Note(verdict.PKCE)
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
