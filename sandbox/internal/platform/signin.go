package platform

import (
	"crypto/subtle"
	"fmt"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// showSignIn is the page to sign in.
func (p *Service) showSignIn(c *endpoint.Call, r *http.Request) endpoint.Response {
	f := p.flowOf(r, r.URL.Query().Get("flow"), c.Now)
	if f == nil {
		return stalePage(c)
	}
	return p.signInPage(http.StatusOK, f, f.Request.LoginHint, "")
}

// signIn takes the form of that page.
func (p *Service) signIn(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := c.Form()
	f := p.postedFlow(r, in, c.Now)
	if err != nil || f == nil {
		return stalePage(c)
	}
	name := wording.Typed(in.Get("username"))
	u, code := p.recognise(c, name, in.Get("password"))
	refusal := signInWords(c, code)
	if in.Get("as") == "demo" {
		u, refusal = p.World.DemoUser(p.Lock.Tx), ""
	}
	if refusal == "" {
		refusal = p.mayNotUse(u, p.World.App(p.Lock.Tx, f.Request.App))
	}
	if refusal != "" {
		return p.signInPage(c.Rules.WrongPasswordStatus, f, name, refusal)
	}
	b, _ := p.browsers.Get(p.Lock.Tx, f.Browser)
	f.User, b.User, b.Since = u.ID, u.ID, c.Now
	cookie := p.rename(c, r, &b)
	p.keepFlow(f)
	return endpoint.Redirect(http.StatusSeeOther, endpoint.PrefixOf(r)+consentPath+"?flow="+f.id).With("Set-Cookie", cookie.String())
}

// Codes of a sign-in with a password that is refused.
const (
	codeWrong  = "OAU-140"
	codeLocked = "OAU-147"
)

// signInWords are what the sign-in page says of such a code; "" is none.
func signInWords(c *endpoint.Call, code string) string {
	switch code {
	case codeWrong:
		return "The email or phone number and the password do not fit together (OAU-140)."
	case codeLocked:
		return fmt.Sprintf("Too many wrong passwords: this user is locked out for %v (OAU-147). "+
			"A new password or an advance of the sandbox's clock ends that.", c.Rules.WrongPasswordLock)
	}
	return ""
}

// recognise finds the user with this name and password, or the code of why there is none. It does not tell whether the name
// or the password is wrong.
func (p *Service) recognise(c *endpoint.Call, name, password string) (u *model.User, code string) {
	u = p.World.UserNamed(p.Lock.Tx, name)
	stored := ""
	if u != nil {
		stored = u.Password
	}
	right := subtle.ConstantTimeCompare([]byte(stored), []byte(password)) == 1
	switch {
	case u == nil:
		return nil, codeWrong
	case c.Now.Before(u.Locked):
		return nil, codeLocked
	case right:
		u.Wrong = 0
		p.World.PutUser(p.Lock.Tx, u)
		return u, ""
	}
	if u.Wrong++; u.Wrong >= c.Rules.WrongPasswordTries {
		u.Wrong, u.Locked = 0, c.Now.Add(c.Rules.WrongPasswordLock)
	}
	p.World.PutUser(p.Lock.Tx, u)
	return nil, codeWrong
}

// mayNotUse says why u cannot sign in to a, or "".
func (p *Service) mayNotUse(u *model.User, a *model.App) string {
	switch {
	case !u.Enabled:
		return "This user is disabled: login for an extension in its current state is not allowed (OAU-141)."
	case a.Private && a.Account != u.Account:
		return "This app is private: only users of the account " + p.World.Account(p.Lock.Tx, a.Account).Name + " can sign in."
	}
	return ""
}

// showConsent is the page on which a user allows or denies what an app asks for.
func (p *Service) showConsent(c *endpoint.Call, r *http.Request) endpoint.Response {
	f := p.flowOf(r, r.URL.Query().Get("flow"), c.Now)
	switch {
	case f == nil:
		return stalePage(c)
	case p.World.User(p.Lock.Tx, f.User) == nil:
		return endpoint.Redirect(http.StatusSeeOther, endpoint.PrefixOf(r)+signInPath+"?flow="+f.id)
	}
	return p.consentPage(f)
}

// consent takes the form of that page.
func (p *Service) consent(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := c.Form()
	f := p.postedFlow(r, in, c.Now)
	if err != nil || f == nil || p.World.User(p.Lock.Tx, f.User) == nil {
		return stalePage(c)
	}
	if refusal := p.mayNotUse(p.World.User(p.Lock.Tx, f.User), p.World.App(p.Lock.Tx, f.Request.App)); refusal != "" {
		f.User = 0
		p.keepFlow(f)
		return p.signInPage(http.StatusOK, f, "", refusal)
	}
	switch in.Get("decision") {
	case "allow":
		return p.grantCode(c, f)
	case "deny":
		f.Done = true
		p.keepFlow(f)
		return f.Request.redirectError(&oauthError{
			kind: "access_denied", message: "The user denied access to your application",
		})
	}
	return p.consentPage(f)
}
