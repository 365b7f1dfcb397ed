package ringcx

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// passwordReset is a mail that was not sent: it lets its bearer choose a new password, once.
type passwordReset struct {
	User     int64     `json:"user"` // id
	ReturnTo string    `json:"returnTo,omitempty"`
	Made     time.Time `json:"made"`
	Used     bool      `json:"used"`
}

// requestReset is POST /api/auth/password/requestreset. The answer is the same for names that nobody has.
func (x *Service) requestReset(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("username") == "" {
		return badRequest(c, r)
	}
	u := x.World.AdminNamed(x.Lock.Tx, in.Get("username"), c.Rules.SameName)
	if u != nil && (!in.Has("platformId") || in.Get("platformId") == u.Login.Platform) {
		x.mailReset(x.Lock.Tx, u, "", c.Now)
	}
	if u == nil && c.Rules.ResetTellsUnknownNames {
		return endpoint.AsText(boolean(c, r, false))
	}
	return endpoint.Text(http.StatusOK, c.Rules.RingCXDoneText)
}

// internalReset is POST /api/auth/password/internal/requestreset, which wants a JWT that only the vendor can make.
func internalReset(_ *Service, c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("internalJwt") == "" {
		return badRequest(c, r)
	}
	return unauthorized(c, r, "The internalJwt is not valid")
}

// legacyRequestReset is POST .../v1/auth/passwordResetRequest.
func (x *Service) legacyRequestReset(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("userName") == "" || in.Get("returnPath") == "" || len(in.Get("returnPath")) > endpoint.TextMost {
		return badRequest(c, r)
	}
	u := x.World.AdminNamed(x.Lock.Tx, in.Get("userName"), c.Rules.SameName)
	if u != nil {
		x.mailReset(x.Lock.Tx, u, in.Get("returnPath"), c.Now)
	}
	return boolean(c, r, u != nil || !c.Rules.ResetTellsUnknownNames)
}

// resetPassword is POST .../v1/auth/passwordReset: a new password for the token of a mail.
func (x *Service) resetPassword(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("token") == "" || in.Get("password") == "" || len(in.Get("password")) > endpoint.NameMost {
		return badRequest(c, r)
	}
	reset, ok := x.Resets.Get(x.Lock.Tx, in.Get("token"))
	if !ok || !reset.Open(c) {
		return boolean(c, r, false)
	}
	reset.Used = true
	x.Resets.Put(x.Lock.Tx, in.Get("token"), reset)
	x.setLogin(x.World.Member(x.Lock.Tx, reset.User), strings.Clone(in.Get("password")))
	return boolean(c, r, true)
}

// setLogin gives an administrator another password.
func (x *Service) setLogin(u *model.User, password string) {
	u.Login = &model.Login{Password: password, Platform: u.Login.Platform}
	x.World.PutUser(x.Lock.Tx, u)
}

func (p passwordReset) Open(c *endpoint.Call) bool {
	return !p.Used && c.Now.Before(p.Made.Add(c.Rules.PasswordResetTTL))
}

// changePassword is POST .../admin/users/passwordReset: the caller's own password. Sign-ins go on.
func (x *Service) changePassword(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("currentPassword") == "" || in.Get("newPassword") == "" || len(in.Get("newPassword")) > endpoint.NameMost {
		return badRequest(c, r)
	}
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		if u.Login == nil || u.Login.Password != in.Get("currentPassword") {
			return boolean(c, r, false)
		}
		x.setLogin(u, strings.Clone(in.Get("newPassword")))
		return boolean(c, r, true)
	})
}

// mailResetFor is POST .../admin/users/{userId}/passwordReset. RingCentral looks after the passwords of its own users.
func (x *Service) mailResetFor(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	_, bad := optionalBool(in, "resetViaEngageAuth")
	if err != nil || bad != nil || in.Get("returnPath") == "" || len(in.Get("returnPath")) > endpoint.TextMost {
		return badRequest(c, r)
	}
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		target := x.World.MemberNumbered(x.Lock.Tx, u.Account, chi.URLParam(r, "userId"))
		if target == nil {
			return NotFound(c, r)
		}
		if target.Login == nil {
			return boolean(c, r, false)
		}
		x.mailReset(x.Lock.Tx, target, in.Get("returnPath"), c.Now)
		return boolean(c, r, true)
	})
}

// redirectTo is where a page of RingCX leads on to, in the documented type: a view object, not a redirect.
func redirectTo(c *endpoint.Call, target string) endpoint.Response {
	if c.Rules.RedirectViewsRedirect {
		return endpoint.Redirect(http.StatusFound, target)
	}
	return endpoint.JSON(http.StatusOK, struct {
		URL          string `json:"url"`
		ContentType  string `json:"contentType"`
		RedirectView bool   `json:"redirectView"`
	}{target, endpoint.TypeHTML, true})
}

// resetPage is GET /password/reset/{platformId}/{passwordResetToken}, where the mail leads.
func (x *Service) resetPage(c *endpoint.Call, r *http.Request) endpoint.Response {
	reset, ok := x.Resets.Get(x.Lock.Tx, chi.URLParam(r, "passwordResetToken"))
	if !ok || !reset.Open(c) || chi.URLParam(r, "platformId") != x.World.Member(x.Lock.Tx, reset.User).Login.Platform {
		return NotFound(c, r)
	}
	if reset.ReturnTo != "" {
		return redirectTo(c, reset.ReturnTo)
	}
	return redirectTo(c, endpoint.BaseURL(r)+"/voice/admin/")
}

// oauthCallback is GET /oauthcallback, where RingCentral sends browsers back to RingCX's own app. That app is not part
// of the sandbox, so the code is not looked at and everybody is led to the front page.
func oauthCallback(_ *Service, c *endpoint.Call, r *http.Request) endpoint.Response {
	return redirectTo(c, endpoint.BaseURL(r)+"/voice/admin/")
}

// ssoPage is GET /oauthredirect.
func ssoPage(*Service, *endpoint.Call, *http.Request) endpoint.Response {
	return endpoint.Text(http.StatusOK, "<!doctype html><title>RingCX</title><p>Sign in with RingCentral.</p>\n")
}
