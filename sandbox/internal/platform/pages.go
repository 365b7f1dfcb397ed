package platform

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"sync"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Where the pages of the browser login are.
const (
	signInPath  = "/restapi/oauth/sign-in"
	consentPath = "/restapi/oauth/consent"
)

// pageStyle is in every page of the browser login. They need no script and nothing from anywhere else.
//
//go:embed pages/style.css
var pageStyle string

// pagePolicy permits this style and nothing else. There is no form-action in it: browsers apply that to redirects after a
// form too, and the last one leads to the app. It is made when the first page is shown: most programs that hold a sandbox never do.
var pagePolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	hash := base64.StdEncoding.EncodeToString(sum[:])
	return "default-src 'none'; style-src 'sha256-" + hash + "'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
})

// ScopeView is a scope as the page shows it on which a user allows it.
type ScopeView struct{ Name, Meaning string }

// scopeMeanings are for people; a scope that is missing shows its name only.
var scopeMeanings = map[string]string{
	"ReadAccounts": "See your account and your user information, and sign in to RingCX",
	"EditAccounts": "Change your account and your user information", "CallControl": "Control calls",
	"ReadCallLog": "See the call log", "ReadMessages": "Read messages", "SMS": "Send and read text messages",
	"ReadContacts": "See contacts", "ReadPresence": "See who is available", "RingOut": "Place calls",
	"TeamMessaging": "Read and write team messages", "Video": "Manage video meetings",
	"WebSocketsSubscriptions": "Receive notifications", "SubscriptionWebhook": "Receive notifications",
}

func htmlPage(status int, title string, content ...h.Node) endpoint.Response {
	page := markup.Document(title+" – RingCX sandbox", pageStyle,
		h.Header(h.Strong(h.Text("RingCX sandbox")), markup.Space, h.Span(h.Text("emulated RingCentral sign-in"))),
		h.Main(content...),
		h.Footer(h.Text("Everything here is demo data on your own machine. Never type a real password.")),
	)
	return endpoint.NewResponse(status, endpoint.TypeHTML, page).
		With("Content-Security-Policy", pagePolicy()).
		With("X-Frame-Options", "DENY").
		With("X-Content-Type-Options", "nosniff").
		With("Referrer-Policy", "no-referrer")
}

// form is a form of the browser login, which says which sign-in it is about and that its sender has seen the page.
func (f *flow) form(address string, nodes ...h.Node) h.Node {
	return h.Form(h.Method("post"), markup.Action(address), markup.Hidden("flow", f.id), markup.Hidden("form", f.Token), h.Group(nodes))
}

// signInPage asks who somebody is; message says why the last try failed.
func (p *Service) signInPage(status int, f *flow, username, message string) endpoint.Response {
	return htmlPage(status, "Sign in",
		h.H1(h.Text("Sign in")),
		h.P(h.Text("to continue to "), h.Strong(h.Text(p.World.App(p.Lock.Tx, f.Request.App).Name))),
		markup.Filled(message, func(message string) h.Node {
			return h.P(h.Class("problem"), h.Role("alert"), h.ID("problem"), h.Text(message))
		}),
		f.credentials(username, message != ""),
		f.demo(p.World.DemoUser(p.Lock.Tx)),
	)
}

// credentials are the fields for a user and a password.
func (f *flow) credentials(username string, again bool) h.Node {
	described := h.If(again, h.AriaDescribedBy("problem"))
	return f.form("sign-in",
		h.Label(h.For("username"), h.Text("Email or phone number")),
		h.Input(h.ID("username"), h.Name("username"), h.Type("text"), h.InputMode("email"), h.AutoComplete("username"),
			h.AutoCapitalize("none"), h.SpellCheck("false"), h.Required(), h.Value(username),
			h.If(username == "", h.AutoFocus()), described),
		h.Label(h.For("password"), h.Text("Password")),
		h.Input(h.ID("password"), h.Name("password"), h.Type("password"), h.AutoComplete("current-password"), h.Required(),
			h.If(username != "", h.AutoFocus()), described),
		markup.Space,
		h.Button(h.Type("submit"), h.Text("Sign in")),
	)
}

// demo is who can sign in without typing anything.
func (f *flow) demo(u *model.User) h.Node {
	fact := func(term, value string) h.Node {
		return h.Group{h.Dt(h.Text(term)), h.Dd(h.Code(h.Text(value)))}
	}
	return h.Section(h.AriaLabelledBy("demo"),
		h.H2(h.ID("demo"), h.Text("The demo user")),
		h.Dl(fact("Email", u.Email), fact("Password", u.Password)),
		f.form("sign-in", h.Button(h.Type("submit"), h.Name("as"), h.Value("demo"), h.Class("second"),
			h.Text("Sign in as "), isolated(u.First+" "+u.Last))),
	)
}

// isolated is a text from outside, which turns nothing around it around.
func isolated(text string) h.Node { return h.Bdi(h.Text(text)) }

// consentPage names the app, the account and the scopes.
func (p *Service) consentPage(f *flow) endpoint.Response {
	a, u := p.World.App(p.Lock.Tx, f.Request.App), p.World.User(p.Lock.Tx, f.User)
	return htmlPage(http.StatusOK, "Allow access",
		h.H1(h.Text("Allow "+a.Name+"?")),
		h.P(h.Text("This app of the account "), h.Strong(h.Text(p.World.Account(p.Lock.Tx, a.Account).Name)), h.Text(" asks to:")),
		h.Ul(
			h.Map(a.Scopes, func(name string) h.Node {
				return h.Li(markup.Filled(scopeMeanings[name], func(meaning string) h.Node {
					return h.Group{isolated(meaning), markup.Space}
				}), h.Code(h.Text(name)))
			}),
			h.If(len(a.Scopes) == 0, h.Li(h.Text("know who you are, and nothing else"))),
		),
		h.P(h.Class("who"),
			h.Text("Signed in as "), h.Strong(h.Text(u.First+" "+u.Last)), h.Text(", "), isolated(u.Email), h.Text(", of the account "),
			isolated(p.World.Account(p.Lock.Tx, u.Account).Name), h.Text(". "),
			h.A(h.Href("sign-in?flow="+markup.Escape(f.id)), h.Text("Use another user")),
		),
		f.form("consent", h.Class("choice"),
			h.Button(h.Type("submit"), h.Name("decision"), h.Value("allow"), h.AutoFocus(), h.Text("Allow")), markup.Space,
			h.Button(h.Type("submit"), h.Name("decision"), h.Value("deny"), h.Class("second"), h.Text("Deny")),
		),
	)
}

// refusal is what a page says that leads nowhere.
type refusal struct {
	title, message, hint string
	code, kind           string // of the error; a code may be "": it has none
}

func (r refusal) page(status int) endpoint.Response {
	fact := func(term, value string) h.Node {
		return markup.Filled(value, func(value string) h.Node {
			return h.Group{h.Dt(h.Text(term)), h.Dd(h.Code(h.Text(value)))}
		})
	}
	return htmlPage(status, r.title,
		h.H1(h.Text(r.title)),
		h.P(h.Class("problem"), h.Text(r.message)),
		markup.Filled(r.hint, func(hint string) h.Node { return h.P(h.Text(hint)) }),
		h.Dl(fact("Code", r.code), fact("Error", r.kind)),
	)
}

// refusedPage tells the person, because telling the app could send a browser anywhere.
func refusedPage(c *endpoint.Call, e *oauthError) endpoint.Response {
	status := e.statusSent()
	if _, known := refusalHints[e.code]; known && !c.Rules.AuthorizePage400 {
		status = http.StatusForbidden
	}
	c.Refused.Answer = e.words()
	return refusal{"This sign-in cannot go on", e.message, refusalHints[e.code], e.code, e.kind}.page(status)
}

// refusalHints help whoever sets up an app.
var refusalHints = map[string]string{
	"OAU-109": "The redirect URI of the request has to be one of those registered for the app, letter for letter.",
	"OAU-113": "Apps with the JWT auth flow have no redirect URI: they do not sign in through a browser.",
	"OAU-153": "The client ID is not known here. An ID of the vendor's own platform does not work in the sandbox.",
}

// stalePage is for forms and addresses that lead nowhere any more, or belong to another browser.
func stalePage(c *endpoint.Call) endpoint.Response {
	c.Refused.Answer = "invalid_request This page has expired"
	c.Why("the sign-in was finished already, took too long, or was begun in another browser")
	return refusal{
		title: "This page has expired", kind: "invalid_request",
		message: "The sign-in was finished already, took too long, or was begun in another browser.",
		hint:    "Go back to the app and sign in again.",
	}.page(http.StatusBadRequest)
}
