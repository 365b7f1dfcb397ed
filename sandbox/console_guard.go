package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// passwordTries are the passwords that one address may try in a minute; more begins a penalty.
var passwordTries = allowance{limit: 5, window: time.Minute, penalty: time.Minute}

type visitKey struct{}

func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

// ServeHTTP lets through who may see the console: without a password only people at this machine, with one who knows
// it. Forms have to come from a page of this visit, so that no other web site can send one.
func (c *console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.opts.ConsolePassword == "" && !fromThisMachine(r) {
		c.stranger(r).write(w)
		return
	}
	v, known := c.visitor(r)
	if !known {
		http.SetCookie(w, c.cookie(r, v))
	}
	signIn := r.URL.Path == consolePath+"sign-in"
	switch {
	case r.Method == http.MethodPost:
		if refusal, ok := c.genuine(v, r); !ok {
			refusal.write(w)
			return
		}
	case strings.HasSuffix(r.URL.Path, "/stream") && !known:
		redirect(http.StatusSeeOther, consolePath).write(w)
		return
	}
	if c.opts.ConsolePassword != "" && !c.admitted(v) && !signIn {
		redirect(http.StatusSeeOther, consolePath+"sign-in").write(w)
		return
	}
	c.routes.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
}

// fromThisMachine reports whether r was sent from this machine, to a name of this machine, and by no proxy. A page of
// another site whose name was made to lead here comes with that name.
func fromThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return false
	}
	for _, sign := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"} {
		if r.Header.Get(sign) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	ip, err := netip.ParseAddr(host)
	name := strings.ToLower(host)
	return name == "localhost" || strings.HasSuffix(name, namespaceHost) || err == nil && ip.Unmap().IsLoopback()
}

// stranger tells who is not at this machine how the console is opened for others.
func (c *console) stranger(*http.Request) answer {
	return c.refusal(http.StatusForbidden, "The console is closed here",
		"Without a password the console can be used from the machine that the sandbox runs on, under the name localhost or 127.0.0.1.",
		"To use it from elsewhere, start the sandbox with a password: ringcx sandbox --console-password-file FILE, or RINGCX_CONSOLE_PASSWORD in its environment.",
		"On the same machine, open it as http://127.0.0.1 with the port of the sandbox.")
}

// visitor is the visit that r belongs to, and whether it has been here before.
func (c *console) visitor(r *http.Request) (*visit, bool) {
	c.visitors.Lock()
	defer c.visitors.Unlock()
	if cookie, err := r.Cookie(consoleCookie(r)); err == nil {
		if v, ok := c.visits.get(cookie.Value); ok && v.id == cookie.Value {
			return v, true
		}
	}
	v := &visit{id: randomText(24), token: randomText(24)}
	c.visits.put(v.id, v)
	return v, false
}

func consoleCookie(r *http.Request) string {
	return strings.Replace(cookieName(r), "sandbox", "console", 1)
}

func (c *console) cookie(r *http.Request, v *visit) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // not always Secure: the sandbox usually speaks plain HTTP on loopback
		Name: consoleCookie(r), Value: v.id, Path: "/console", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil,
	}
}

func (c *console) admitted(v *visit) bool {
	c.visitors.Lock()
	defer c.visitors.Unlock()
	return v.known
}

// genuine reports whether a form was sent from a page that v has seen; if not, the refusal is the answer.
func (c *console) genuine(v *visit, r *http.Request) (refusal answer, ok bool) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return c.refusal(http.StatusForbidden, "Refused", "This form was sent from a page of another site."), false
	}
	token, err := formToken(r)
	if err != nil {
		return c.refusal(http.StatusBadRequest, "Refused", "The form cannot be read."), false
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(v.token)) == 0 {
		return c.refusal(http.StatusForbidden, "This form has expired",
			"The sandbox was started again since the page was opened, or the form comes from another browser. Nothing was changed.",
			"Go back, reload the page and send the form again."), false
	}
	return answer{}, true
}

// formToken is the token that a form brings, in its first field if it uploads a file. The file is not read then, but is
// what r has for a body.
func formToken(r *http.Request) (string, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(nil, r.Body, bodyLimit)
		err := r.ParseForm()
		return r.PostForm.Get("token"), err
	}
	r.Body = http.MaxBytesReader(nil, r.Body, uploadLimit)
	parts, err := r.MultipartReader()
	if err != nil {
		return "", err
	}
	first, err := parts.NextPart()
	if err != nil || first.FormName() != "token" {
		return "", err
	}
	token, err := io.ReadAll(io.LimitReader(first, bodyLimit))
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

// knows reports whether the sender of r knows the password, and whether it was free to try.
func (c *console) knows(r *http.Request, password string) (right, free bool) {
	peer, _, _ := net.SplitHostPort(r.RemoteAddr)
	given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(c.opts.ConsolePassword))
	c.visitors.Lock()
	defer c.visitors.Unlock()
	free = c.tries.admit(peer, c.clock.base(), passwordTries).admitted
	right = free && subtle.ConstantTimeCompare(given[:], want[:]) == 1
	if right {
		delete(c.tries.buckets, peer)
	}
	return right, free
}

// guardControl asks other machines for the console's password, if there is one, before they may steer the server. The
// user name of HTTP Basic does not matter.
func (s *Server) guardControl(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.opts.ConsolePassword == "" || fromThisMachine(r) {
			next.ServeHTTP(w, r)
			return
		}
		_, password, given := r.BasicAuth()
		if !given {
			controlRefusal(http.StatusUnauthorized, "other machines have to send the console's password, as HTTP Basic").write(w)
			return
		}
		switch right, free := s.console().knows(r, password); {
		case right:
			next.ServeHTTP(w, r)
		case free:
			controlRefusal(http.StatusUnauthorized, "that is not the password of this sandbox").write(w)
		default:
			controlRefusal(http.StatusTooManyRequests, "too many tries: wait a minute").write(w)
		}
	})
}

func controlRefusal(status int, text string) answer {
	a := jsonAnswer(status, map[string]string{"error": text})
	if status == http.StatusUnauthorized {
		a = a.with("WWW-Authenticate", `Basic realm="ringcx sandbox"`)
	}
	return a
}

// passwordForm is the page on which people say that they know the password.
func (c *console) passwordForm(v *visit, _ *http.Request) answer {
	if c.opts.ConsolePassword == "" || c.admitted(v) {
		return redirect(http.StatusSeeOther, consolePath)
	}
	return c.askPassword(v, http.StatusOK, "")
}

func (c *console) askPassword(v *visit, status int, problem string) answer {
	return c.render(status, "password.html", &consoleView{
		Title: "Sign in to the console", Token: v.token, Page: map[string]string{"Problem": problem},
	})
}

// takePassword takes the form of that page. Who knows the password gets another cookie: the value from before says
// nothing afterwards.
func (c *console) takePassword(v *visit, r *http.Request) answer {
	right, free := c.knows(r, r.PostForm.Get("password"))
	in := &visit{id: randomText(24), token: randomText(24), known: true}
	if right {
		c.visitors.Lock()
		c.visits.put(in.id, in)
		c.visitors.Unlock()
	}
	switch {
	case c.opts.ConsolePassword == "":
		return redirect(http.StatusSeeOther, consolePath)
	case !free:
		return c.askPassword(v, http.StatusTooManyRequests, "Too many tries. Wait a minute, then try again.")
	case !right:
		return c.askPassword(v, http.StatusForbidden, "That is not the password of this console.")
	}
	return redirect(http.StatusSeeOther, consolePath).with("Set-Cookie", c.cookie(r, in).String())
}
