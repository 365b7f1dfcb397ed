package view

import (
	"slices"
	"strconv"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
)

// App is what is shown of an app.
type App struct {
	ID, Name, Secret, Account string
	Auth, Kind, Access        string
	Refresh                   bool
	Scopes, RedirectURIs      []string
	Confidential, JWT         bool
	Method                    string // by which alone it authenticates; "": any
}

func (v *App) main(*Page) h.Node {
	return h.Group{
		h.H1(h.Text(v.Name)),
		h.P(h.Text("REST API App of the account " + v.Account)),
		h.Section(h.AriaLabelledBy("credentials"),
			h.H2(h.ID("credentials"), h.Text("Credentials")),
			h.Dl(h.Class("pairs"),
				pair("Client ID", copied("client-id", "the client ID", v.ID)),
				pair("Client secret", v.secret()),
			),
		),
		h.Section(h.AriaLabelledBy("settings"),
			h.H2(h.ID("settings"), h.Text("Settings")),
			h.Dl(h.Class("pairs"),
				pair("Auth", h.Text(v.Auth), markup.Filled(v.Kind, func(kind string) h.Node { return h.Text(", " + kind) })),
				markup.Filled(v.Method, func(method string) h.Node { return pair("Client authentication", code(method), h.Text(" only")) }),
				h.If(!v.JWT, pair("OAuth Redirect URI", v.redirects())),
				pair("Issue refresh tokens?", h.Text(yes(v.Refresh))),
				pair("Application Scopes", v.scopes()),
				pair("Who will be authorized to access your app?", h.Text(v.Access+": "+v.callers())),
			),
		),
		h.P(h.A(h.Class("alone"), h.Href("/console/apps"), h.Text("All apps"))),
	}
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

func (v *App) callers() string {
	if v.Access == "Private" {
		return "only users of the account " + v.Account
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
			return h.Tr(
				head(h.A(h.Href("/console/apps/"+markup.Escape(a.ID)), h.Text(a.Name)), code(a.ID)),
				cell("Auth", h.Text(a.Auth), markup.Filled(a.Kind, small)),
				cell("Refresh tokens", h.Text(yes(a.Refresh))),
				cell("Scopes", a.scopes()),
				cell("Access", h.Text(a.Access)),
				cell("Account", h.Text(a.Account)),
			)
		})),
		v.pages(),
	}
}

func small(text string) h.Node { return h.Small(h.Text(text)) }

// AppKind is a kind of program of the 3-legged flow: its words in the form, and its name.
type AppKind struct{ Word, Kind string }

// NewApp is the form to create an app, with what was filled in and what is wrong with it.
type NewApp struct {
	Name, Auth, Kind, Refresh, Access, Account, RedirectURIs string
	Scopes                                                   []string
	Kinds                                                    []AppKind
	AllScopes                                                []platform.ScopeView
	Choose                                                   *Picker // the account
	Wrong                                                    map[string]string
}

func (v *NewApp) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Create an app")),
		alert(len(v.Wrong) > 0, "The app was not created. What to change is marked below."),
		h.Form(h.Method("post"), h.Action("/console/apps/new"),
			p.token(),
			h.Dl(h.Class("pairs"), pair("App type", h.Text("REST API App (most common)"))),
			field("name", "App Name", v.Name, v.Wrong["name"], h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			v.flows(),
			group("refresh", "Issue refresh tokens?", v.Wrong["refresh"],
				option("radio", "refresh", "refresh-yes", "yes", v.Refresh == "yes", h.Text("Yes")),
				option("radio", "refresh", "refresh-no", "no", v.Refresh == "no", h.Text("No")),
			),
			group("scopes", "Application Scopes", v.Wrong["scopes"], h.Div(h.Class("columns"), h.Map(v.AllScopes, func(s platform.ScopeView) h.Node {
				return option("checkbox", "scope", "scope-"+s.Name, s.Name, slices.Contains(v.Scopes, s.Name), h.Text(s.Meaning))
			}))),
			group("access", "Who will be authorized to access your app?", v.Wrong["access"],
				option("radio", "access", "access-private", "private", v.Access == "private",
					h.Text("This app is private and will only be callable using credentials from the same RingCentral account")),
				option("radio", "access", "access-public", "public", v.Access == "public",
					h.Text("This app is public: any RingCentral customer with valid credentials")),
			),
			v.Choose.node(),
			h.Button(h.Type("submit"), h.ID("create"), h.Text("Create")),
		),
	}
}

// flows are the ways to sign in, and what only one of them asks.
func (v *NewApp) flows() h.Node {
	return h.FieldSet(
		h.If(v.Wrong["auth"] != "", h.AriaDescribedBy("auth-wrong")),
		h.Legend(h.Text("Auth")),
		option("radio", "auth", "auth-jwt", "jwt", v.Auth == "jwt", h.Text("JWT auth flow")),
		option("radio", "auth", "auth-code", "code", v.Auth == "code", h.Text("3-legged OAuth flow authorization code")),
		option("radio", "auth", "auth-password", "password", v.Auth == "password",
			h.Text("Password flow: deprecated, for old programs; the app is private")),
		wrong("auth", v.Wrong["auth"]),
		h.Div(h.Class("nested"), h.ID("code-flow"),
			h.P(h.Class("hint"), h.Text("For the 3-legged flow only:")),
			group("kind", "What kind of program is it?", v.Wrong["kind"], v.kinds()),
			v.redirects(),
		),
	)
}

func (v *NewApp) kinds() h.Node {
	var out h.Group
	for i, k := range v.Kinds {
		out = append(out, option("radio", "kind", "kind-"+strconv.Itoa(i), k.Word, v.Kind == k.Word, h.Text(k.Word)))
	}
	return out
}

func (v *NewApp) redirects() h.Node {
	problem, described := v.Wrong["redirects"], "redirects-hint"
	if problem != "" {
		described += " redirects-wrong"
	}
	return h.Div(h.Class("field"),
		h.Label(h.For("redirects"), h.Text("OAuth Redirect URI")),
		h.Textarea(h.ID("redirects"), h.Name("redirects"), h.Rows("2"), h.SpellCheck("false"), h.AriaDescribedBy(described),
			h.If(problem != "", h.AriaInvalid("true")), h.Text(v.RedirectURIs)),
		h.P(h.Class("hint"), h.ID("redirects-hint"), h.Text("One in a line. A loopback address without a port stands for any port.")),
		wrong("redirects", problem),
	)
}
