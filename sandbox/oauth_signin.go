package sandbox

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
)

// showSignIn is the page to sign in.
func (s *Server) showSignIn(c *call, r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flowOf(r, r.URL.Query().Get("flow"), c.now)
	if f == nil {
		return stalePage(c)
	}
	return s.signInPage(http.StatusOK, f, f.request.LoginHint, "")
}

// signIn takes the form of that page.
func (s *Server) signIn(c *call, r *http.Request) answer {
	in, err := readForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.postedFlow(r, in, c.now)
	if err != nil || f == nil {
		return stalePage(c)
	}
	name := typed(in.Get("username"))
	u, code := s.recognise(c, name, in.Get("password"))
	refusal := signInWords(c, code)
	if in.Get("as") == "demo" {
		u, refusal = s.world.demoUser(), ""
	}
	if refusal == "" {
		refusal = u.mayNotUse(s.world.apps[f.request.App])
	}
	if refusal != "" {
		return s.signInPage(c.rules.WrongPasswordStatus, f, name, refusal)
	}
	f.user, f.browser.user, f.browser.since = u, u, c.now
	cookie := s.rename(c, r, f.browser)
	s.changes.touch(f)
	return redirect(http.StatusSeeOther, prefixOf(r)+consentPath+"?flow="+f.id).with("Set-Cookie", cookie.String())
}

// Codes of a sign-in with a password that is refused.
const (
	codeWrong  = "OAU-140"
	codeLocked = "OAU-147"
)

// signInWords are what the sign-in page says of such a code; "" is none.
func signInWords(c *call, code string) string {
	switch code {
	case codeWrong:
		return "The email or phone number and the password do not fit together (OAU-140)."
	case codeLocked:
		return fmt.Sprintf("Too many wrong passwords: this user is locked out for %v (OAU-147). "+
			"A new password or an advance of the sandbox's clock ends that.", c.rules.WrongPasswordLock)
	}
	return ""
}

// recognise finds the user with this name and password, or the code of why there is none. It does not tell whether the name
// or the password is wrong.
func (s *Server) recognise(c *call, name, password string) (u *user, code string) {
	u = s.world.userNamed(name)
	stored := ""
	if u != nil {
		stored = u.password
	}
	right := subtle.ConstantTimeCompare([]byte(stored), []byte(password)) == 1
	switch {
	case u == nil:
		return nil, codeWrong
	case c.now.Before(u.locked):
		return nil, codeLocked
	case right:
		u.wrong = 0
		s.changes.touch(u)
		return u, ""
	}
	if u.wrong++; u.wrong >= c.rules.WrongPasswordTries {
		u.wrong, u.locked = 0, c.now.Add(c.rules.WrongPasswordLock)
	}
	s.changes.touch(u)
	return nil, codeWrong
}

// userNamed finds a user by email address, or by the company number with or without "*" and an extension.
func (w *world) userNamed(name string) *user {
	for _, u := range w.users {
		if strings.EqualFold(u.email, name) {
			return u
		}
	}
	number, extension, _ := strings.Cut(strings.TrimPrefix(name, "+"), "*")
	if number != strings.TrimPrefix(mainNumber, "+") {
		return nil
	}
	if extension == "" {
		return w.demoUser()
	}
	for _, u := range w.users {
		if u.extension == extension {
			return u
		}
	}
	return nil
}

// mayNotUse says why u cannot sign in to a, or "".
func (u *user) mayNotUse(a *app) string {
	switch {
	case !u.enabled:
		return "This user is disabled: login for an extension in its current state is not allowed (OAU-141)."
	case a.private && a.account != u.account:
		return "This app is private: only users of the account " + a.account.name + " can sign in."
	}
	return ""
}

// showConsent is the page on which a user allows or denies what an app asks for.
func (s *Server) showConsent(c *call, r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flowOf(r, r.URL.Query().Get("flow"), c.now)
	switch {
	case f == nil:
		return stalePage(c)
	case f.user == nil:
		return redirect(http.StatusSeeOther, prefixOf(r)+signInPath+"?flow="+f.id)
	}
	return s.consentPage(f)
}

// consent takes the form of that page.
func (s *Server) consent(c *call, r *http.Request) answer {
	in, err := readForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.postedFlow(r, in, c.now)
	if err != nil || f == nil || f.user == nil {
		return stalePage(c)
	}
	if refusal := f.user.mayNotUse(s.world.apps[f.request.App]); refusal != "" {
		f.user = nil
		s.changes.touch(f)
		return s.signInPage(http.StatusOK, f, "", refusal)
	}
	switch in.Get("decision") {
	case "allow":
		return s.grantCode(c, f)
	case "deny":
		f.done = true
		s.changes.touch(f)
		return f.request.redirectError(&oauthError{
			kind: "access_denied", message: "The user denied access to your application",
		})
	}
	return s.consentPage(f)
}
