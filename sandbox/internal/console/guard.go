package console

import (
	"context"
	"crypto/subtle"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

type visitKey struct{}

func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

// ServeHTTP lets through who may see the console: without a password only people at this machine, with one who knows
// it. Forms have to come from a page of this visit, so that no other web site can send one; the guard was passed before.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.Guard.Open && !c.Guard.IsLocal(r) {
		c.stranger().Write(w)
		return
	}
	v, known := c.visitor(r)
	if !known && r.Method != http.MethodPost { // a form is not where a visit begins
		c.receive(v)
		http.SetCookie(w, c.cookie(r, v))
	}
	signIn := r.URL.Path == guard.ConsolePath+"sign-in"
	switch {
	case r.Method == http.MethodPost:
		if refusal, ok := c.genuine(v, r); !ok {
			refusal.Write(w)
			return
		}
	case strings.HasSuffix(r.URL.Path, "/stream") && !known:
		endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath).Write(w)
		return
	}
	if !c.Guard.Open && !v.known && !signIn {
		endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath+"sign-in").Write(w)
		return
	}
	c.routes.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
}

// stranger tells who is not at this machine how the console is opened for others.
func (c *Console) stranger() endpoint.Response {
	return c.refusal(http.StatusForbidden, "The console is closed here",
		"Without a password the console can be used from the machine that the sandbox runs on, under the name localhost or 127.0.0.1.",
		"To use it from elsewhere, start the sandbox with a password: ringcx sandbox --console-password-file FILE, or RINGCX_CONSOLE_PASSWORD in its environment.",
		"On the same machine, open it as http://127.0.0.1 with the port of the sandbox.")
}

// visitor is the visit that r belongs to, and whether it has been here before; if not, it is a new one, for receive.
func (c *Console) visitor(r *http.Request) (*visit, bool) {
	c.visitors.Lock()
	defer c.visitors.Unlock()
	if cookie, err := r.Cookie(consoleCookie(r)); err == nil {
		for _, visits := range []*recent.Map[*visit]{c.insiders, c.visits} {
			if v, ok := visits.Get(cookie.Value); ok && v.id == cookie.Value {
				return v, true
			}
		}
	}
	return &visit{id: token.RandomText(24), token: token.RandomText(24)}, false
}

func (c *Console) receive(v *visit) {
	c.visitors.Lock()
	defer c.visitors.Unlock()
	c.visits.Put(v.id, v)
}

func consoleCookie(r *http.Request) string {
	return strings.Replace(platform.CookieName(r), "sandbox", "console", 1)
}

func (c *Console) cookie(r *http.Request, v *visit) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // not always Secure: the sandbox usually speaks plain HTTP on loopback
		Name: consoleCookie(r), Value: v.id, Path: "/console", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil,
	}
}

// genuine reports whether a form was sent from a page that v has seen; if not, the refusal is the answer.
func (c *Console) genuine(v *visit, r *http.Request) (refusal endpoint.Response, ok bool) {
	token, err := formToken(r)
	if err != nil {
		return c.refusal(http.StatusBadRequest, "Refused", "The form cannot be read."), false
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(v.token)) == 0 {
		why := &view.Refusal{
			Message: "The sandbox was started again since the page was opened, or the form comes from another browser. Nothing was changed.",
			Help:    []string{"Go back to the form, and send it again. What you typed is still in it; passwords and the like are not."},
			Form:    r.URL.Path,
		}
		return c.render(http.StatusForbidden, &view.Page{Title: "This form has expired", Content: why}), false
	}
	return endpoint.Response{}, true
}

// formToken is the token that a form brings, in its first field if it uploads a file. The file is not read then, but is
// what r has for a body.
func formToken(r *http.Request) (string, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(nil, r.Body, endpoint.BodyLimit)
		err := r.ParseForm()
		return r.PostForm.Get("token"), err
	}
	r.Body = http.MaxBytesReader(nil, r.Body, budget.UploadLimit)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", err
	}
	first, err := parts.NextPart()
	if err != nil || first.FormName() != "token" {
		return "", err
	}
	token, err := io.ReadAll(io.LimitReader(first, endpoint.BodyLimit))
	if err != nil {
		return "", err
	}
	file, err := parts.NextPart()
	if err != nil {
		return "", err
	}
	r.Body, r.PostForm = file, url.Values{}
	return string(token), nil
}

// passwordForm is the page on which people say that they know the password.
func (c *Console) passwordForm(v *visit, _ *http.Request) endpoint.Response {
	if c.Guard.Open || v.known {
		return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath)
	}
	return c.askPassword(v, http.StatusOK, "")
}

func (c *Console) askPassword(v *visit, status int, problem string) endpoint.Response {
	return c.render(status, &view.Page{
		Title: "Sign in to the console", Token: v.token, Content: &view.Password{Problem: problem},
	})
}

// takePassword takes the form of that page. Who knows the password gets another cookie: the value from before says
// nothing afterwards.
func (c *Console) takePassword(v *visit, r *http.Request) endpoint.Response {
	if c.Guard.Open {
		return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath)
	}
	right, free := c.Guard.Knows(r, r.PostForm.Get("password"))
	in := &visit{id: token.RandomText(24), token: token.RandomText(24), known: true}
	if right {
		c.visitors.Lock()
		c.insiders.Put(in.id, in)
		c.visitors.Unlock()
	}
	switch {
	case !free:
		return c.askPassword(v, http.StatusTooManyRequests, "Too many tries. Wait a minute, then try again.")
	case !right:
		return c.askPassword(v, http.StatusForbidden, "That is not the password of this console.")
	}
	return endpoint.Redirect(http.StatusSeeOther, guard.ConsolePath).With("Set-Cookie", c.cookie(r, in).String())
}
