package view

import (
	"slices"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

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

func (v *App) main(*Page) g.Node {
	return g.Group{
		h.H1(g.Text(v.Name)),
		h.P(g.Text("REST API App of the account " + v.Account)),
		h.Section(h.Aria("labelledby", "credentials"),
			h.H2(h.ID("credentials"), g.Text("Credentials")),
			h.Dl(h.Class("pairs"),
				pair("Client ID", copied("client-id", "the client ID", v.ID)),
				pair("Client secret", v.secret()),
			),
		),
		h.Section(h.Aria("labelledby", "settings"),
			h.H2(h.ID("settings"), g.Text("Settings")),
			h.Dl(h.Class("pairs"),
				pair("Auth", g.Text(v.Auth), markup.Filled(v.Kind, func(kind string) g.Node { return g.Text(", " + kind) })),
				markup.Filled(v.Method, func(method string) g.Node { return pair("Client authentication", code(method), g.Text(" only")) }),
				g.If(!v.JWT, pair("OAuth Redirect URI", v.redirects())),
				pair("Issue refresh tokens?", g.Text(yes(v.Refresh))),
				pair("Application Scopes", v.scopes()),
				pair("Who will be authorized to access your app?", g.Text(v.Access+": "+v.callers())),
			),
		),
		h.P(h.A(h.Class("alone"), h.Href("/console/apps"), g.Text("All apps"))),
	}
}

func (v *App) secret() g.Node {
	switch {
	case v.Secret != "":
		return copied("client-secret", "the client secret", v.Secret)
	case v.Confidential:
		return g.Text("none: this app signs")
	}
	return g.Text("none: this app identifies itself by its client ID, and uses PKCE")
}

// redirects are addresses from outside: they are shown, and lead nowhere.
func (v *App) redirects() g.Node {
	if len(v.RedirectURIs) == 0 {
		return g.Text("none")
	}
	return g.Map(v.RedirectURIs, func(uri string) g.Node { return h.Code(h.Class("line"), g.Text(uri)) })
}

func (v *App) scopes() g.Node {
	if len(v.Scopes) == 0 {
		return g.Text("none")
	}
	return g.Map(v.Scopes, func(scope string) g.Node { return g.Group{code(scope), markup.Space} })
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

func (v *Apps) main(*Page) g.Node {
	heads := []string{"App", "Auth", "Refresh tokens", "Scopes", "Access", "Account"}
	return g.Group{
		h.H1(g.Text("Apps")),
		h.P(h.A(h.Class("button"), h.Href("/console/apps/new"), g.Text("Create App"))),
		v.finder(),
		v.pages(),
		table("Apps", heads, g.Map(v.Rows, func(a App) g.Node {
			return h.Tr(
				head(h.A(h.Href("/console/apps/"+markup.Escape(a.ID)), g.Text(a.Name)), code(a.ID)),
				cell("Auth", g.Text(a.Auth), markup.Filled(a.Kind, small)),
				cell("Refresh tokens", g.Text(yes(a.Refresh))),
				cell("Scopes", a.scopes()),
				cell("Access", g.Text(a.Access)),
				cell("Account", g.Text(a.Account)),
			)
		})),
		v.pages(),
	}
}

func small(text string) g.Node { return h.Small(g.Text(text)) }

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

func (v *NewApp) main(p *Page) g.Node {
	return g.Group{
		h.H1(g.Text("Create an app")),
		alert(len(v.Wrong) > 0, "The app was not created. What to change is marked below."),
		h.Form(h.Method("post"), h.Action("/console/apps/new"),
			p.token(),
			h.Dl(h.Class("pairs"), pair("App type", g.Text("REST API App (most common)"))),
			field("name", "App Name", v.Name, v.Wrong["name"], h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			v.flows(),
			group("refresh", "Issue refresh tokens?", v.Wrong["refresh"],
				option("radio", "refresh", "refresh-yes", "yes", v.Refresh == "yes", g.Text("Yes")),
				option("radio", "refresh", "refresh-no", "no", v.Refresh == "no", g.Text("No")),
			),
			group("scopes", "Application Scopes", v.Wrong["scopes"], h.Div(h.Class("columns"), g.Map(v.AllScopes, func(s platform.ScopeView) g.Node {
				return option("checkbox", "scope", "scope-"+s.Name, s.Name, slices.Contains(v.Scopes, s.Name), g.Text(s.Meaning))
			}))),
			group("access", "Who will be authorized to access your app?", v.Wrong["access"],
				option("radio", "access", "access-private", "private", v.Access == "private",
					g.Text("This app is private and will only be callable using credentials from the same RingCentral account")),
				option("radio", "access", "access-public", "public", v.Access == "public",
					g.Text("This app is public: any RingCentral customer with valid credentials")),
			),
			v.Choose.node(),
			h.Button(h.Type("submit"), h.ID("create"), g.Text("Create")),
		),
	}
}

// flows are the ways to sign in, and what only one of them asks.
func (v *NewApp) flows() g.Node {
	return h.FieldSet(
		g.If(v.Wrong["auth"] != "", h.Aria("describedby", "auth-wrong")),
		h.Legend(g.Text("Auth")),
		option("radio", "auth", "auth-jwt", "jwt", v.Auth == "jwt", g.Text("JWT auth flow")),
		option("radio", "auth", "auth-code", "code", v.Auth == "code", g.Text("3-legged OAuth flow authorization code")),
		option("radio", "auth", "auth-password", "password", v.Auth == "password",
			g.Text("Password flow: deprecated, for old programs; the app is private")),
		wrong("auth", v.Wrong["auth"]),
		h.Div(h.Class("nested"), h.ID("code-flow"),
			h.P(h.Class("hint"), g.Text("For the 3-legged flow only:")),
			group("kind", "What kind of program is it?", v.Wrong["kind"], v.kinds()),
			v.redirects(),
		),
	)
}

func (v *NewApp) kinds() g.Node {
	var out g.Group
	for i, k := range v.Kinds {
		out = append(out, option("radio", "kind", "kind-"+strconv.Itoa(i), k.Word, v.Kind == k.Word, g.Text(k.Word)))
	}
	return out
}

func (v *NewApp) redirects() g.Node {
	problem, described := v.Wrong["redirects"], "redirects-hint"
	if problem != "" {
		described += " redirects-wrong"
	}
	return h.Div(h.Class("field"),
		h.Label(h.For("redirects"), g.Text("OAuth Redirect URI")),
		h.Textarea(h.ID("redirects"), h.Name("redirects"), h.Rows("2"), g.Attr("spellcheck", "false"), h.Aria("describedby", described),
			g.If(problem != "", h.Aria("invalid", "true")), g.Text(v.RedirectURIs)),
		h.P(h.Class("hint"), h.ID("redirects-hint"), g.Text("One in a line. A loopback address without a port stands for any port.")),
		wrong("redirects", problem),
	)
}
