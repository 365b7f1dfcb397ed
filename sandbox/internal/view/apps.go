package view

import (
	"cmp"
	"slices"
	"strconv"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
)

// AppKinds are what a program of the 3-legged flow can be in the vendor's form, and the kind of each.
var AppKinds = []struct{ Word, Kind string }{
	{"Server-side web app (most common)", "server"},
	{"Client-side web app (SPA)", "browser"},
	{"Android", "native"},
	{"iOS", "native"},
	{"Windows desktop", "native"},
	{"Mac desktop", "native"},
}

// App is an app with the name of its account.
type App struct {
	*model.App
	Owner string
}

func (v *App) main(*Page) h.Node {
	auth, kind := v.auth()
	return h.Group{
		h.H1(h.Text(v.Name)),
		h.P(h.Text("REST API App of the account " + v.Owner)),
		section("credentials", "Credentials",
			h.Dl(h.Class("pairs"),
				pair("Client ID", copied("client-id", "the client ID", v.ID)),
				pair("Client secret", v.secret()),
			),
		),
		section("settings", "Settings",
			h.Dl(h.Class("pairs"),
				pair("Auth", h.Text(auth), h.If(kind != "", h.Text(", "+kind))),
				h.If(v.AuthMethod != "", pair("Client authentication", code(v.AuthMethod), h.Text(" only"))),
				h.If(v.Flow != "jwt", pair("OAuth Redirect URI", v.redirects())),
				pair("Issue refresh tokens?", h.Text(yes(v.RefreshTokens))),
				pair("Application Scopes", v.scopes()),
				pair("Who will be authorized to access your app?", h.Text(v.access()+": "+v.callers())),
			),
		),
		h.P(h.A(h.Class("alone"), h.Href("/console/apps"), h.Text("All apps"))),
	}
}

// auth is how an app signs in, and what kind of program it is; "": that does not matter.
func (v *App) auth() (flow, kind string) {
	switch {
	case v.Flow == "password":
		return "Password-based, which is deprecated", v.Kind
	case v.Flow != "code":
		return "JWT auth flow", ""
	case v.Confidential:
		kind = "Server-side web app"
	default:
		kind = "Program without a secret"
	}
	return "3-legged OAuth flow authorization code", cmp.Or(v.Kind, kind)
}

func (v *App) secret() h.Node {
	switch {
	case v.Secret != "":
		return copied("client-secret", "the client secret", v.Secret)
	case v.Confidential:
		return h.Text("none: this app signs")
	}
	return h.Text("none: this app identifies itself by its client ID, and uses PKCE")
}

// redirects are addresses from outside: they are shown, and lead nowhere.
func (v *App) redirects() h.Node {
	if len(v.RedirectURIs) == 0 {
		return h.Text("none")
	}
	return h.Map(v.RedirectURIs, func(uri string) h.Node { return h.Code(h.Class("line"), h.Text(uri)) })
}

func (v *App) scopes() h.Node {
	if len(v.Scopes) == 0 {
		return h.Text("none")
	}
	return h.Map(v.Scopes, func(scope string) h.Node { return h.Group{code(scope), markup.Space} })
}

func (v *App) access() string {
	if v.Private {
		return "Private"
	}
	return "Public"
}

func (v *App) callers() string {
	if v.Private {
		return "only users of the account " + v.Owner
	}
	return "any RingCentral customer"
}

func yes(is bool) string {
	if is {
		return "Yes"
	}
	return "No"
}

// Apps is the table of apps.
type Apps struct {
	Listing
	Rows []App
}

func (v *Apps) main(*Page) h.Node {
	heads := []string{"App", "Auth", "Refresh tokens", "Scopes", "Access", "Account"}
	return h.Group{
		h.H1(h.Text("Apps")),
		h.P(h.A(h.Class("button"), h.Href("/console/apps/new"), h.Text("Create App"))),
		v.finder(),
		v.pages(),
		table("Apps", heads, h.Map(v.Rows, func(a App) h.Node {
			auth, kind := a.auth()
			return h.Tr(
				head(h.A(h.Href("/console/apps/"+markup.Escape(a.ID)), h.Text(a.Name)), code(a.ID)),
				cell("Auth", h.Text(auth), h.If(kind != "", small(kind))),
				cell("Refresh tokens", h.Text(yes(a.RefreshTokens))),
				cell("Scopes", a.scopes()),
				cell("Access", h.Text(a.access())),
				cell("Account", h.Text(a.Owner)),
			)
		})),
		v.pages(),
	}
}

func small(text string) h.Node { return h.Small(h.Text(text)) }

// NewApp is the form to create an app.
type NewApp struct {
	Form
	Choose *Picker // the account
}

func (v *NewApp) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Create an app")),
		v.alert("The app was not created. What to change is marked below."),
		p.form("/console/apps/new",
			h.Dl(h.Class("pairs"), pair("App type", h.Text("REST API App (most common)"))),
			v.text("name", "App Name", h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			v.flows(),
			v.group("refresh", "Issue refresh tokens?", h.Group{
				v.radio("refresh", "refresh-yes", "yes", "Yes"),
				v.radio("refresh", "refresh-no", "no", "No"),
			}),
			v.group("scopes", "Application Scopes", h.Div(h.Class("columns"), h.Map(Scopes, func(s platform.ScopeView) h.Node {
				return option("checkbox", "scope", "scope-"+s.Name, s.Name, slices.Contains(v.Given["scope"], s.Name), h.Text(s.Meaning))
			}))),
			v.group("access", "Who will be authorized to access your app?", h.Group{
				v.radio("access", "access-private", "private",
					"This app is private and will only be callable using credentials from the same RingCentral account"),
				v.radio("access", "access-public", "public", "This app is public: any RingCentral customer with valid credentials"),
			}),
			v.Choose.node(&v.Form),
			h.Button(h.Type("submit"), h.ID("create"), h.Text("Create")),
		),
	}
}

// flows are the ways to sign in, and what only one of them asks.
func (v *NewApp) flows() h.Node {
	return v.group("auth", "Auth",
		h.Group{
			v.radio("auth", "auth-jwt", "jwt", "JWT auth flow"),
			v.radio("auth", "auth-code", "code", "3-legged OAuth flow authorization code"),
			v.radio("auth", "auth-password", "password", "Password flow: deprecated, for old programs; the app is private"),
		},
		h.Div(h.Class("nested"), h.ID("code-flow"),
			h.P(h.Class("hint"), h.Text("For the 3-legged flow only:")),
			v.group("kind", "What kind of program is it?", v.kinds()),
			v.field("redirects", "OAuth Redirect URI",
				h.Textarea(h.ID("redirects"), h.Name("redirects"), h.Rows("2"), h.SpellCheck("false"), v.hinted("redirects"),
					h.Text(v.Given.Get("redirects"))),
				h.P(h.Class("hint"), h.ID("redirects-hint"), h.Text("One in a line. A loopback address without a port stands for any port.")),
			),
		),
	)
}

func (v *NewApp) kinds() h.Node {
	var out h.Group
	for i, k := range AppKinds {
		out = append(out, v.radio("kind", "kind-"+strconv.Itoa(i), k.Word, k.Word))
	}
	return out
}
