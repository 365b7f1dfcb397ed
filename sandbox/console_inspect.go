package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// inspection is what can be told about a token.
type inspection struct {
	Kind    string
	State   string
	Good    bool // it would be accepted
	Facts   [][2]string
	Header  string // of a JWT, indented
	Claims  string
	Problem string // nothing can be told
}

func (c *console) inspectForm(v *visit, r *http.Request) answer {
	return c.page(v, r, "inspector.html", &consoleView{Title: "Token inspector", Page: &inspection{}})
}

// inspect tells about the token of the form. It is neither kept nor logged nor sent back, and looking at it is no use.
func (c *console) inspect(v *visit, r *http.Request) answer {
	token := strings.TrimSpace(r.PostForm.Get("value"))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	out := &inspection{Problem: "Paste a token first."}
	if token != "" {
		out = c.examine(token)
	}
	a := c.page(v, r, "inspector.html", &consoleView{Title: "Token inspector", Page: out})
	if out.Problem == "" {
		a.status = http.StatusOK
	}
	return a
}

func (c *console) examine(token string) *inspection {
	now := c.Now()
	out := &inspection{}
	out.read(token)
	c.mu.Lock()
	defer c.mu.Unlock()
	if cred := c.world.assertions[token]; cred != nil {
		out.credential(c.viewCredential(cred, now))
		return out
	}
	if t, ok := c.platform.access.get(token); ok {
		out.platformAccess(t, now)
		return out
	}
	if t, ok := c.platform.refresh.get(token); ok {
		out.platformRefresh(t, &call{now: now, rules: c.rules.Load()})
		return out
	}
	if t, ok := c.cx.refresh.get(token); ok {
		out.cxRefresh(t, &call{now: now, rules: c.rules.Load()})
		return out
	}
	if u, problem := c.cx.holder(token, now, false); u != nil || problem == xauthEnded {
		out.Kind, out.Good = "X-Auth-Token of RingCX", u != nil
		out.State = "It works."
		if u == nil {
			out.State = problem
			return out
		}
		out.fact("Holder", principal{user: u}.name())
		return out
	}
	c.byItsText(out, token, now)
	return out
}

// read decodes a JWT, whoever made it.
func (i *inspection) read(token string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return
	}
	i.Header, i.Claims = indented(parts[0]), indented(parts[1])
}

// indented is a part of a JWT as people read JSON, or "".
func indented(part string) string {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	var out bytes.Buffer
	if err != nil || json.Indent(&out, raw, "", "  ") != nil {
		return ""
	}
	return out.String()
}

func (i *inspection) fact(name, value string) { i.Facts = append(i.Facts, [2]string{name, value}) }

// ends tells until when something lives.
func (i *inspection) ends(name string, end, now time.Time) {
	left := inWords(end.Sub(now)) + " left"
	if !now.Before(end) {
		left = "over for " + inWords(now.Sub(end))
	}
	i.fact(name, end.UTC().Format("2006-01-02 15:04:05")+" UTC, "+left)
}

func (i *inspection) credential(cred credentialView) {
	i.Kind, i.Good = "JWT credential of RingCentral", cred.State == "active"
	i.State = "It is " + cred.State + "."
	i.fact("Label", cred.Label)
	i.fact("User", cred.Owner)
	apps := "all apps of the account"
	if cred.Apps != nil {
		apps = strings.Join(cred.Apps, ", ")
	}
	i.fact("Authorized apps", apps)
	if cred.Expires == "" {
		cred.Expires = "never"
	}
	i.fact("Expires", cred.Expires)
}

func (i *inspection) session(s *session) {
	i.fact("Holder", s.user.first+" "+s.user.last)
	i.fact("App", s.app.name)
	i.fact("Session", s.id)
}

// ended says why nothing of a session works, or "".
func (s *session) ended() string {
	switch {
	case s.revoked:
		return "Its session was revoked."
	case s.evicted:
		return "Its session was ended by a newer one: there were more than five."
	case !s.user.enabled:
		return "Its user is disabled."
	}
	return ""
}

func (i *inspection) platformAccess(t *rcAccess, now time.Time) {
	i.Kind, i.State = "RingCentral access token", t.session.ended()
	switch {
	case i.State != "":
	case !t.replaced.IsZero():
		i.State = "A refresh made a newer one."
	case !now.Before(t.expires):
		i.State = "It has expired."
	default:
		i.State, i.Good = "It works.", true
	}
	i.session(t.session)
	i.fact("Scope", strings.Join(t.scope, " "))
	i.ends("Lives until", t.expires, now)
}

func (i *inspection) platformRefresh(t *rcRefresh, ask *call) {
	i.Kind, i.State = "RingCentral refresh token", t.pair.access.session.ended()
	switch {
	case i.State != "":
	case !t.spent.IsZero() && t.inGrace(ask):
		i.State, i.Good = "It is spent, but in its grace: it gives the same pair again.", true
	case !t.spent.IsZero():
		i.State = "It is spent."
	case !ask.now.Before(t.expires):
		i.State = "It has expired."
	default:
		i.State, i.Good = "It is good for one refresh.", true
	}
	i.session(t.pair.access.session)
	i.ends("Lives until", t.expires, ask.now)
}

func (i *inspection) cxRefresh(t *cxRefreshToken, ask *call) {
	i.Kind = "RingCX refresh token"
	switch {
	case t.usable(ask):
		i.State, i.Good = "It is good for one refresh.", true
	case t.spent:
		i.State = "It is spent."
	case t.loggedOut:
		i.State = "It was logged out."
	case !ask.now.Before(t.expires):
		i.State = "It has expired."
	case !t.who.active():
		i.State = "Its holder is switched off."
	default:
		i.State = "It ended with the sign-in that it came from."
	}
	i.fact("Holder", t.who.name())
	i.fact("Signed in as", t.who.app)
	i.ends("Lives until", t.expires, ask.now)
}

// byItsText tells about a token that only its own text tells about. c.mu is held.
func (c *console) byItsText(out *inspection, token string, now time.Time) {
	claims, ok := parseCX(token)
	switch {
	case ok && claims.Issuer == c.rules.Load().ringcxIssuer:
		ask := &call{now: now, rules: c.rules.Load()}
		_, problem := c.checkCX(ask, token)
		out.Kind, out.Good, out.State = "RingCX access token", problem == "", "It works."
		if problem != "" {
			out.State = "It is refused: " + ask.rules.gatewayText(problem) + "."
		}
		out.fact("Holder", c.subjectName(claims))
		out.fact("Signed in as", claims.App)
		if claims.IssuedAt > 0 {
			out.fact("Lifetime", inWords(time.Duration(claims.Expires-claims.IssuedAt)*time.Second))
		}
		out.ends("Lives until", time.Unix(claims.Expires, 0), now)
	case out.Claims != "":
		out.Kind, out.State = "JWT of somebody else", "This sandbox did not make it, so it works nowhere here."
		if ok && claims.Expires > 0 {
			out.ends("Says that it lives until", time.Unix(claims.Expires, 0), now)
		}
	case isPlatformToken(token):
		out.Kind, out.State = "RingCentral token", "It is not known any more: from before a start or a reset."
	default:
		out.Problem = "This is no token that the sandbox knows, and no JWT."
	}
}
