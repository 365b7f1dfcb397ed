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

func (c *Console) inspectForm(v *visit, r *http.Request) endpoint.Response {
	return c.page(v, r, &view.Page{Title: "Token inspector", Content: &view.Inspection{}})
}

// inspect tells about the token of the form. It is neither kept nor logged nor sent back, and looking at it is no use.
func (c *Console) inspect(v *visit, r *http.Request) endpoint.Response {
	out := &view.Inspection{Problem: "Paste a token first."}
	if given := wording.TypedToken(r.PostForm.Get("value")); given != "" {
		out = within(c, func(c locked) *view.Inspection { return c.examine(given) })
	}
	a := c.page(v, r, &view.Page{Title: "Token inspector", Content: out})
	if out.Problem == "" {
		a.Status = http.StatusOK
	}
	return a
}

// inspection is what can be told about a token, while it is being found out.
type inspection struct {
	locked
	ask *endpoint.Call // when it is, and by which rules
	view.Inspection
}

func (c locked) examine(given string) *view.Inspection {
	i := &inspection{locked: c, ask: &endpoint.Call{Now: c.Now(), Rules: c.Rules.Load()}}
	if parts := strings.Split(given, "."); len(parts) == 3 { // a JWT, whoever made it
		i.Header, i.Claims = indented(parts[0]), indented(parts[1])
	}
	i.find(given)
	if i.Problem == "" {
		i.fact("In the log", endpoint.Fingerprint(given))
	}
	return &i.Inspection
}

func (i *inspection) find(given string) {
	if cred := i.World.Assertion(i.tx, given); cred != nil {
		i.credential(i.viewCredential(cred, i.ask.Now))
	} else if s, turn := i.Platform.Find(given, token.Access); s != nil {
		i.platformAccess(s, turn)
	} else if s, turn := i.Platform.Find(given, token.Refresh); s != nil {
		i.platformRefresh(s, turn)
	} else if in, turn := i.RingCX.Find(given); in != nil {
		i.cxRefresh(in, turn)
	} else if u, problem := i.RingCX.Holder(given, i.ask.Now, false); u != nil {
		i.Kind, i.Good, i.State = "X-Auth-Token of RingCX", true, "It works."
		i.fact("Holder", ringcx.Principal{User: u}.Name())
	} else if problem == ringcx.XAuthEnded {
		i.Kind, i.State = "X-Auth-Token of RingCX", problem
	} else {
		i.byItsText(given)
	}
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
func (i *inspection) ends(name string, end time.Time) {
	left := inWords(end.Sub(i.ask.Now)) + " left"
	if !i.ask.Now.Before(end) {
		left = "over for " + inWords(i.ask.Now.Sub(end))
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
func (i *inspection) session(s *platform.Session) {
	a, u := i.Platform.Holder(s)
	i.fact("Holder", u.Name())
	i.fact("App", a.Name)
	i.fact("Session", i.Platform.ID(s.Number))
	switch {
	case s.State == platform.SessionRevoked:
		i.State = "Its session was revoked."
	case s.State == platform.SessionEvicted:
		i.State = "Its session was ended by a newer one: there were too many of its user."
	case !u.Enabled:
		i.State = "Its user is disabled."
	}
}

func (i *inspection) platformAccess(s *platform.Session, turn uint32) {
	i.Kind = "RingCentral access token"
	i.session(s)
	switch {
	case i.State != "":
	case turn != s.Turn:
		i.State = "A refresh made a newer one."
	case instant.Of(i.ask.Now) >= s.Ends:
		i.State = "It has expired."
	default:
		i.State, i.Good = "It works.", true
	}
	if turn == s.Turn {
		i.fact("Scope", strings.Join(i.Platform.Scope(s), " "))
		i.ends("Lives until", s.Ends.Time())
	}
}

func (i *inspection) platformRefresh(s *platform.Session, turn uint32) {
	i.Kind = "RingCentral refresh token"
	i.session(s)
	switch {
	case i.State != "":
	case turn != s.Turn && s.InGrace(i.ask, turn):
		i.State, i.Good = "It is spent, but in its grace: it gives the same pair again.", true
	case turn != s.Turn:
		i.State = "It is spent."
	case instant.Of(i.ask.Now) >= s.Renewal:
		i.State = "It has expired."
	default:
		i.State, i.Good = "It is good for one refresh.", true
	}
	if turn == s.Turn {
		i.ends("Lives until", s.Renewal.Time())
	}
}

func (i *inspection) cxRefresh(in *ringcx.SignIn, turn uint32) {
	i.Kind = "RingCX refresh token"
	switch {
	case i.RingCX.Refreshable(i.ask, in, turn):
		i.State, i.Good = "It is good for one refresh.", true
	case turn != in.Turn:
		i.State = "It is spent."
	case in.Ended:
		i.State = "It was logged out."
	case i.RingCX.IsCut(in, i.ask.Rules):
		i.State = "It ended with the sign-in that it came from."
	case instant.Of(i.ask.Now) >= in.Renewal:
		i.State = "It has expired."
	default:
		i.State = "Its holder is switched off."
	}
	i.fact("Holder", i.RingCX.Who(i.tx, in).Name())
	i.fact("Signed in as", in.App)
	if turn == in.Turn {
		i.ends("Lives until", in.Renewal.Time())
	}
}

// byItsText tells about a token that only its own text tells about.
func (i *inspection) byItsText(given string) {
	claims, ok := ringcx.ParseClaims(given)
	switch {
	case ok && claims.Issuer == i.ask.Rules.RingCXIssuer:
		_, problem := i.RingCX.CheckToken(i.ask, i.tx, given)
		i.Kind, i.Good, i.State = "RingCX access token", problem == "", "It works."
		if problem != "" {
			i.State = "It is refused: " + ringcx.GatewayText(i.ask.Rules, problem) + "."
		}
		i.fact("Holder", i.subjectName(claims))
		i.fact("Signed in as", claims.App)
		if claims.IssuedAt > 0 {
			i.fact("Lifetime", inWords(time.Duration(claims.Expires-claims.IssuedAt)*time.Second))
		}
		i.ends("Lives until", time.Unix(claims.Expires, 0))
	case i.Claims != "":
		i.Kind, i.State = "JWT of somebody else", "This sandbox did not make it, so it works nowhere here."
		if ok && claims.Expires > 0 {
			i.ends("Says that it lives until", time.Unix(claims.Expires, 0))
		}
	case token.IsRingCentral(given):
		i.Kind, i.State = "RingCentral token", "It is not known any more: from before a start or a reset."
	default:
		i.Problem = "This is no token that the sandbox knows, and no JWT."
	}
}
