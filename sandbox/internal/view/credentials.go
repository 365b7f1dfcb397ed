package view

import (
	"slices"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Credential is what is shown of a JWT credential.
type Credential struct {
	*model.Credential
	Owner *model.User
	Apps  []string // names; nil: all apps of the account
	State string   // "active", "expired" or "deleted"
}

// Ends says when a credential does.
func (v *Credential) Ends() string {
	if v.Expires.IsZero() {
		return "never"
	}
	return v.Expires.UTC().Format("2006-01-02 15:04") + " UTC"
}

func (v *Credential) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text(v.Label)),
		h.P(h.Text("JWT credential of "), bdi(v.Owner.Name()), markup.Space, v.state()),
		section("credential", "Credential",
			h.Dl(h.Class("pairs"),
				pair("JWT", copied("jwt", "the JWT", v.JWT)),
				pair("User", h.Text(v.Owner.Email)),
				pair("Authorized Apps", v.apps("All apps created by developers of the account")),
				pair("Expires", h.Text(v.Ends())),
			),
		),
		v.deletion(p, h.Summary(h.Class("danger"), h.Text("Delete this credential")), "danger", nil),
		h.P(h.A(h.Class("alone"), h.Href("/console/credentials"), h.Text("All JWT credentials"))),
	}
}

func (v *Credential) state() h.Node { return tag(v.State == "active", v.State) }

func (v *Credential) apps(all string) h.Node {
	if len(v.Apps) == 0 {
		return h.Text(all)
	}
	return joined(v.Apps, bdi)
}

// deletion is the button that deletes it, unless that was done.
func (v *Credential) deletion(p *Page, summary h.Node, class string, place h.Node) h.Node {
	if v.State == "deleted" {
		return nil
	}
	return ask(summary, "Who presents it is refused from then on.", p.inline("/console/credentials/"+markup.Escape(v.ID)+"/delete",
		place, button(class, "Yes, delete", h.AriaLabel("Yes, delete "+v.Label))))
}

// Credentials is the table of JWT credentials.
type Credentials struct {
	Listing
	Rows []Credential
}

func (v *Credentials) main(p *Page) h.Node {
	heads := []string{"Label", "User", "Authorized Apps", "Expires", "State", "Action"}
	return h.Group{
		h.H1(h.Text("JWT credentials")),
		h.P(h.Text("A JWT credential stands for a user. An app with the JWT auth flow presents it instead of asking somebody to sign in.")),
		h.P(h.A(h.Class("button"), h.Href("/console/credentials/new"), h.Text("Create JWT"))),
		v.finder(),
		v.pages(),
		table("JWT credentials", heads, h.Map(v.Rows, func(c Credential) h.Node {
			summary := h.Summary(h.Class("small danger"), h.AriaLabel("Delete "+c.Label), h.Text("Delete"))
			return h.Tr(
				head(h.A(h.Href("/console/credentials/"+markup.Escape(c.ID)), h.Text(c.Label))),
				cell("User", bdi(c.Owner.Name()), small(c.Owner.Email)),
				cell("Apps", c.apps("All apps of the account")),
				cell("Expires", h.Text(c.Ends())),
				cell("State", c.state()),
				cell("Action", c.deletion(p, summary, "small danger", v.place())),
			)
		})),
		v.pages(),
	}
}

// NewCredential is the form to create a JWT.
type NewCredential struct {
	Form
	Unlisted int     // apps that are not listed, so that their names or client IDs can be typed
	Choose   *Picker // the user
	Apps     []App
}

func (v *NewCredential) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text("Create a JWT")),
		v.alert("The JWT was not created. What to change is marked below."),
		p.form("/console/credentials/new",
			v.text("label", "Label", h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			v.Choose.node(&v.Form),
			v.group("reach", "What apps are permitted to use this credential?",
				h.Group{
					v.radio("reach", "reach-all", "all", "All apps created by developers within my organization"),
					v.radio("reach", "reach-some", "some", "Only specific apps of my choice"),
				},
				v.specific(),
			),
			v.text("expires", "Expiration Date (UTC), optional", h.Type("date")),
			h.Button(h.Type("submit"), h.ID("create"), h.Text("Create JWT")),
		),
	}
}

func (v *NewCredential) specific() h.Node {
	return h.FieldSet(h.Class("nested"),
		v.described("clients"),
		h.Legend(h.Text("Specific apps")),
		h.Map(v.Apps, func(a App) h.Node {
			return option("checkbox", "client", "client-"+a.ID, a.ID, slices.Contains(v.Given["client"], a.ID),
				h.Span(bdi(a.Name), markup.Space, h.Small(h.Text(a.ID+", "), bdi(a.Owner))))
		}),
		h.If(v.Unlisted > 0, v.field("more-clients", "Others, by client ID or name, one in a line",
			h.Textarea(h.ID("more-clients"), h.Name("more-clients"), h.Rows("2"), h.SpellCheck("false"), v.hinted("more-clients"),
				h.Text(v.Given.Get("more-clients"))),
			h.P(h.Class("hint"), h.ID("more-clients-hint"),
				h.Textf("%d more %s among the ", v.Unlisted, ofThem(v.Unlisted, "app is", "apps are")),
				h.A(h.Href("/console/apps"), h.Text("apps")), h.Text(".")),
		)),
		v.wrong("clients"),
	)
}
