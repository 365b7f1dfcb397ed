package sandbox

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
)

// passwordReset is a mail that was not sent: it lets its bearer choose a new password, once.
type passwordReset struct {
	User     int64     `json:"user"` // id
	ReturnTo string    `json:"returnTo,omitempty"`
	Made     time.Time `json:"made"`
	Used     bool      `json:"used"`
}

// requestReset is POST /api/auth/password/requestreset. The answer is the same for names that nobody has.
func (s *Server) requestReset(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("username") == "" {
		return cxBadRequest(c, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.adminNamed(in.Get("username"), c.rules.SameName)
	if u != nil && (!in.Has("platformId") || in.Get("platformId") == u.login.Platform) {
		s.cxTables.mailReset(s.mu.tx, u, "", c.now)
	}
	if u == nil && c.rules.ResetTellsUnknownNames {
		return asText(cxBoolean(c, r, false))
	}
	return textAnswer(http.StatusOK, c.rules.RingCXDoneText)
}

// internalReset is POST /api/auth/password/internal/requestreset, which wants a JWT that only the vendor can make.
func internalReset(_ *Server, c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("internalJwt") == "" {
		return cxBadRequest(c, r)
	}
	return cxUnauthorized(c, r, "The internalJwt is not valid")
}

// legacyRequestReset is POST .../v1/auth/passwordResetRequest.
func (s *Server) legacyRequestReset(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("userName") == "" || in.Get("returnPath") == "" || len(in.Get("returnPath")) > textMost {
		return cxBadRequest(c, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.adminNamed(in.Get("userName"), c.rules.SameName)
	if u != nil {
		s.cxTables.mailReset(s.mu.tx, u, in.Get("returnPath"), c.now)
	}
	return cxBoolean(c, r, u != nil || !c.rules.ResetTellsUnknownNames)
}

// resetPassword is POST .../v1/auth/passwordReset: a new password for the token of a mail.
func (s *Server) resetPassword(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("token") == "" || in.Get("password") == "" || len(in.Get("password")) > nameMost {
		return cxBadRequest(c, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reset, ok := s.cxTables.resets.Get(s.mu.tx, in.Get("token"))
	if !ok || !reset.open(c) {
		return cxBoolean(c, r, false)
	}
	reset.Used = true
	s.cxTables.resets.Put(s.mu.tx, in.Get("token"), reset)
	u := s.world.cxUser(reset.User)
	u.login.Password = strings.Clone(in.Get("password"))
	s.changes.touch(u)
	return cxBoolean(c, r, true)
}

func (p passwordReset) open(c *call) bool {
	return !p.Used && c.now.Before(p.Made.Add(c.rules.PasswordResetTTL))
}

// changePassword is POST .../admin/users/passwordReset: the caller's own password. Sign-ins go on.
func (s *Server) changePassword(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("currentPassword") == "" || in.Get("newPassword") == "" || len(in.Get("newPassword")) > nameMost {
		return cxBadRequest(c, r)
	}
	return s.asUser(c, r, func(u *user) answer {
		if u.login == nil || u.login.Password != in.Get("currentPassword") {
			return cxBoolean(c, r, false)
		}
		u.login.Password = strings.Clone(in.Get("newPassword"))
		s.changes.touch(u)
		return cxBoolean(c, r, true)
	})
}

// mailResetFor is POST .../admin/users/{userId}/passwordReset. RingCentral looks after the passwords of its own users.
func (s *Server) mailResetFor(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	_, bad := optionalBool(in, "resetViaEngageAuth")
	if err != nil || bad != nil || in.Get("returnPath") == "" || len(in.Get("returnPath")) > textMost {
		return cxBadRequest(c, r)
	}
	return s.asUser(c, r, func(u *user) answer {
		target := u.account.userNumbered(chi.URLParam(r, "userId"))
		if target == nil {
			return cxNotFound(c, r)
		}
		if target.login == nil {
			return cxBoolean(c, r, false)
		}
		s.cxTables.mailReset(s.mu.tx, target, in.Get("returnPath"), c.now)
		return cxBoolean(c, r, true)
	})
}

// cxRedirect is where a page of RingCX leads on to, in the documented type: a view object, not a redirect.
type cxRedirect struct {
	URL          string `json:"url"`
	ContentType  string `json:"contentType"`
	RedirectView bool   `json:"redirectView"`
}

func redirectTo(c *call, target string) answer {
	if c.rules.RedirectViewsRedirect {
		return redirect(http.StatusFound, target)
	}
	return jsonAnswer(http.StatusOK, cxRedirect{URL: target, ContentType: typeHTML, RedirectView: true})
}

// resetPage is GET /password/reset/{platformId}/{passwordResetToken}, where the mail leads.
func (s *Server) resetPage(c *call, r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	reset, ok := s.cxTables.resets.Get(s.mu.tx, chi.URLParam(r, "passwordResetToken"))
	if !ok || !reset.open(c) || chi.URLParam(r, "platformId") != s.world.cxUser(reset.User).login.Platform {
		return cxNotFound(c, r)
	}
	if reset.ReturnTo != "" {
		return redirectTo(c, reset.ReturnTo)
	}
	return redirectTo(c, baseURL(r)+"/voice/admin/")
}

// oauthCallback is GET /oauthcallback, where RingCentral sends browsers back to RingCX's own app. That app is not part
// of the sandbox, so the code is not looked at and everybody is led to the front page.
func oauthCallback(_ *Server, c *call, r *http.Request) answer {
	return redirectTo(c, baseURL(r)+"/voice/admin/")
}

// ssoPage is GET /oauthredirect.
func ssoPage(*Server, *call, *http.Request) answer {
	return textAnswer(http.StatusOK, "<!doctype html><title>RingCX</title><p>Sign in with RingCentral.</p>\n")
}
