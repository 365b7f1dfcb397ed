package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// inspection is what can be told about a token, while it is being found out.
type inspection struct{ view.Inspection }

func (c *Console) inspectForm(v *visit, r *http.Request) endpoint.Response {
	return c.page(v, r, &view.Page{Title: "Token inspector", Content: &view.Inspection{}})
}

// inspect tells about the token of the form. It is neither kept nor logged nor sent back, and looking at it is no use.
func (c *Console) inspect(v *visit, r *http.Request) endpoint.Response {
	token := wording.TypedToken(r.PostForm.Get("value"))
	out := &inspection{}
	out.Problem = "Paste a token first."
	if token != "" {
		out = c.examine(token)
	}
	if out.Problem == "" {
		out.fact("In the log", endpoint.Fingerprint(token))
	}
	a := c.page(v, r, &view.Page{Title: "Token inspector", Content: &out.Inspection})
	if out.Problem == "" {
		a.Status = http.StatusOK
	}
	return a
}

func (c *Console) examine(given string) *inspection {
	now := c.Now()
	out := &inspection{}
	out.read(given)
	return within(c, func(c locked) *inspection {
		if cred := c.World.Assertion(c.tx, given); cred != nil {
			out.credential(c.viewCredential(cred, now))
			return out
		}
		if sess, turn := c.Platform.Find(given, token.Access); sess != nil {
			c.platformAccess(out, sess, turn, now)
			return out
		}
		if sess, turn := c.Platform.Find(given, token.Refresh); sess != nil {
			c.platformRefresh(out, sess, turn, &endpoint.Call{Now: now, Rules: c.Rules.Load()})
			return out
		}
		if in, turn := c.RingCX.Find(given); in != nil {
			c.cxRefresh(out, in, turn, &endpoint.Call{Now: now, Rules: c.Rules.Load()})
			return out
		}
		if u, problem := c.RingCX.Holder(given, now, false); u != nil || problem == ringcx.XAuthEnded {
			out.Kind, out.Good = "X-Auth-Token of RingCX", u != nil
			out.State = "It works."
			if u == nil {
				out.State = problem
				return out
			}
			out.fact("Holder", ringcx.Principal{User: u}.Name())
			return out
		}
		c.byItsText(out, given, now)
		return out
	})
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

func (i *inspection) credential(cred view.Credential) {
	i.Kind, i.Good = "JWT credential of RingCentral", cred.State == "active"
	i.State = "It is " + cred.State + "."
	i.fact("Label", cred.Label)
	i.fact("User", cred.Owner.Name())
	apps := "all apps of the account"
	if cred.Apps != nil {
		apps = strings.Join(cred.Apps, ", ")
	}
	i.fact("Authorized apps", apps)
	i.fact("Expires", cred.Ends())
}

// session tells whose token it is, and why nothing of its session works, if that is so.
func (c locked) session(out *inspection, s *platform.Session) {
	a, u := c.Platform.Holder(s)
	out.fact("Holder", u.First+" "+u.Last)
	out.fact("App", a.Name)
	out.fact("Session", c.Platform.ID(s.Number))
	switch {
	case s.State == platform.SessionRevoked:
		out.State = "Its session was revoked."
	case s.State == platform.SessionEvicted:
		out.State = "Its session was ended by a newer one: there were too many of its user."
	case !u.Enabled:
		out.State = "Its user is disabled."
	}
}

func (c locked) platformAccess(out *inspection, s *platform.Session, turn uint32, now time.Time) {
	out.Kind = "RingCentral access token"
	c.session(out, s)
	switch at := instant.Of(now); {
	case out.State != "":
	case turn != s.Turn:
		out.State = "A refresh made a newer one."
	case at >= s.Ends:
		out.State = "It has expired."
	default:
		out.State, out.Good = "It works.", true
	}
	if turn == s.Turn {
		out.fact("Scope", strings.Join(c.Platform.Scope(s), " "))
		out.ends("Lives until", s.Ends.Time(), now)
	}
}

func (c locked) platformRefresh(out *inspection, s *platform.Session, turn uint32, ask *endpoint.Call) {
	out.Kind = "RingCentral refresh token"
	c.session(out, s)
	switch {
	case out.State != "":
	case turn != s.Turn && s.InGrace(ask, turn):
		out.State, out.Good = "It is spent, but in its grace: it gives the same pair again.", true
	case turn != s.Turn:
		out.State = "It is spent."
	case instant.Of(ask.Now) >= s.Renewal:
		out.State = "It has expired."
	default:
		out.State, out.Good = "It is good for one refresh.", true
	}
	if turn == s.Turn {
		out.ends("Lives until", s.Renewal.Time(), ask.Now)
	}
}

func (c locked) cxRefresh(i *inspection, in *ringcx.SignIn, turn uint32, ask *endpoint.Call) {
	i.Kind = "RingCX refresh token"
	switch {
	case c.RingCX.Refreshable(ask, in, turn):
		i.State, i.Good = "It is good for one refresh.", true
	case turn != in.Turn:
		i.State = "It is spent."
	case in.Ended:
		i.State = "It was logged out."
	case c.RingCX.IsCut(in, ask.Rules):
		i.State = "It ended with the sign-in that it came from."
	case instant.Of(ask.Now) >= in.Renewal:
		i.State = "It has expired."
	default:
		i.State = "Its holder is switched off."
	}
	i.fact("Holder", c.RingCX.Who(c.tx, in).Name())
	i.fact("Signed in as", in.App)
	if turn == in.Turn {
		i.ends("Lives until", in.Renewal.Time(), ask.Now)
	}
}

// byItsText tells about a token that only its own text tells about.
func (c locked) byItsText(out *inspection, given string, now time.Time) {
	claims, ok := ringcx.ParseClaims(given)
	switch {
	case ok && claims.Issuer == c.Rules.Load().RingCXIssuer:
		ask := &endpoint.Call{Now: now, Rules: c.Rules.Load()}
		_, problem := c.RingCX.CheckToken(ask, c.tx, given)
		out.Kind, out.Good, out.State = "RingCX access token", problem == "", "It works."
		if problem != "" {
			out.State = "It is refused: " + ringcx.GatewayText(ask.Rules, problem) + "."
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
	case token.IsRingCentral(given):
		out.Kind, out.State = "RingCentral token", "It is not known any more: from before a start or a reset."
	default:
		out.Problem = "This is no token that the sandbox knows, and no JWT."
	}
}
