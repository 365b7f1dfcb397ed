package platform

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"sync"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Where the pages of the browser login are.
const (
	signInPath  = "/restapi/oauth/sign-in"
	consentPath = "/restapi/oauth/consent"
)

//go:embed pages
var pageFiles embed.FS

// The pages of the browser login. They need no script and nothing from anywhere else. They are read when the first of
// them is shown: most programs that hold a sandbox never do.
var (
	signInTemplate  = pageTemplate("sign-in.html")
	consentTemplate = pageTemplate("consent.html")
	refusedTemplate = pageTemplate("refused.html")
)

var pageStyle = sync.OnceValues(readPageStyle)

func pageTemplate(name string) func() *template.Template {
	return sync.OnceValue(func() *template.Template {
		return template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name))
	})
}

// readPageStyle gives the style that every page holds, and the policy that permits this style and nothing else. There
// is no form-action in it: browsers apply that to redirects after a form too, and the last one leads to the app.
func readPageStyle() (template.CSS, string) {
	raw, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(raw)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	policy := "default-src 'none'; style-src 'sha256-" + hash + "'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
	return template.CSS(raw), policy //nolint:gosec // our own file
}

// pageView is what the pages show.
type pageView struct {
	Style       template.CSS
	Title       string
	Flow, Token string // "": the page has no form
	App         string
	Provider    string // account that the app belongs to
	User        string
	Email       string
	Account     string
	Scopes      []ScopeView
	Username    string // what was typed before
	Message     string
	Demo        struct{ Email, Password string }
	Code, Kind  string
	Hint        string
}

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

func htmlPage(status int, page func() *template.Template, view *pageView) endpoint.Response {
	style, policy := pageStyle()
	view.Style = style
	out, err := markup.Render(page(), "layout.html", view)
	if err != nil {
		return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	return endpoint.NewResponse(status, endpoint.TypeHTML, out).
		With("Content-Security-Policy", policy).
		With("X-Frame-Options", "DENY").
		With("X-Content-Type-Options", "nosniff").
		With("Referrer-Policy", "no-referrer")
}

// signInPage asks who somebody is; message says why the last try failed.
func (p *Service) signInPage(status int, f *flow, username, message string) endpoint.Response {
	view := &pageView{
		Title: "Sign in", Flow: f.id, Token: f.Token, App: p.World.App(p.Lock.Tx, f.Request.App).Name, Username: username, Message: message,
	}
	demo := p.World.DemoUser(p.Lock.Tx)
	view.User = demo.First + " " + demo.Last
	view.Demo.Email, view.Demo.Password = demo.Email, demo.Password
	return htmlPage(status, signInTemplate, view)
}

// consentPage names the app, the account and the scopes.
func (p *Service) consentPage(f *flow) endpoint.Response {
	a, u := p.World.App(p.Lock.Tx, f.Request.App), p.World.User(p.Lock.Tx, f.User)
	view := &pageView{
		Title: "Allow access", Flow: f.id, Token: f.Token, App: a.Name, Provider: p.World.Account(p.Lock.Tx, a.Account).Name,
		User: u.First + " " + u.Last, Email: u.Email, Account: p.World.Account(p.Lock.Tx, u.Account).Name,
	}
	for _, name := range a.Scopes {
		view.Scopes = append(view.Scopes, ScopeView{name, scopeMeanings[name]})
	}
	return htmlPage(http.StatusOK, consentTemplate, view)
}

// refusedPage tells the person, because telling the app could send a browser anywhere.
func refusedPage(c *endpoint.Call, e *oauthError) endpoint.Response {
	status := e.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if _, known := refusalHints[e.code]; known && !c.Rules.AuthorizePage400 {
		status = http.StatusForbidden
	}
	c.Refused.Answer = e.words()
	return htmlPage(status, refusedTemplate, &pageView{
		Title: "This sign-in cannot go on", Code: e.code, Kind: e.kind, Message: e.message, Hint: refusalHints[e.code],
	})
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
	return htmlPage(http.StatusBadRequest, refusedTemplate, &pageView{
		Title: "This page has expired", Kind: "invalid_request",
		Message: "The sign-in was finished already, took too long, or was begun in another browser.",
		Hint:    "Go back to the app and sign in again.",
	})
}
