package view

import (
	"cmp"
	"fmt"
	"slices"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Credential is what is shown of a JWT credential.
type Credential struct {
	ID, Label, JWT, Owner, Email string
	Apps                         []string // names; nil: all apps of the account
	Expires                      string   // "": never
	State                        string   // "active", "expired" or "deleted"
}

func (v *Credential) main(p *Page) h.Node {
	return h.Group{
		h.H1(h.Text(v.Label)),
		h.P(h.Text("JWT credential of "), bdi(v.Owner), markup.Space, v.state()),
		h.Section(h.AriaLabelledBy("credential"),
			h.H2(h.ID("credential"), h.Text("Credential")),
			h.Dl(h.Class("pairs"),
				pair("JWT", copied("jwt", "the JWT", v.JWT)),
				pair("User", h.Text(v.Email)),
				pair("Authorized Apps", v.apps("All apps created by developers of the account")),
				pair("Expires", h.Text(cmp.Or(v.Expires, "never"))),
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
				cell("User", bdi(c.Owner), small(c.Email)),
				cell("Apps", c.apps("All apps of the account")),
				cell("Expires", h.Text(cmp.Or(c.Expires, "never"))),
				cell("State", c.state()),
				cell("Action", c.deletion(p, summary, "small danger", v.place())),
			)
		})),
		v.pages(),
	}
}

// NewCredential is the form to create a JWT, with what was filled in and what is wrong with it.
type NewCredential struct {
	Label, User, Reach, Expires string
	Clients                     []string // that are ticked or were named
	More                        string   // names or client IDs of apps that are not listed
	Unlisted                    int      // so many there are
	Choose                      *Picker  // the user
	Apps                        []App
	Wrong                       map[string]string
}

func (v *NewCredential) main(p *Page) h.Node {
	expires := v.Wrong["expires"]
	return h.Group{
		h.H1(h.Text("Create a JWT")),
		alert(len(v.Wrong) > 0, "The JWT was not created. What to change is marked below."),
		h.Form(h.Method("post"), h.Action("/console/credentials/new"),
			p.token(),
			field("label", "Label", v.Label, v.Wrong["label"], h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			v.Choose.node(),
			h.FieldSet(
				h.If(v.Wrong["reach"] != "", h.AriaDescribedBy("reach-wrong")),
				h.Legend(h.Text("What apps are permitted to use this credential?")),
				option("radio", "reach", "reach-all", "all", v.Reach == "all", h.Text("All apps created by developers within my organization")),
				option("radio", "reach", "reach-some", "some", v.Reach == "some", h.Text("Only specific apps of my choice")),
				wrong("reach", v.Wrong["reach"]),
				v.specific(),
			),
			field("expires", "Expiration Date (UTC), optional", v.Expires, expires, h.Type("date")),
			h.Button(h.Type("submit"), h.ID("create"), h.Text("Create JWT")),
		),
	}
}

func (v *NewCredential) specific() h.Node {
	return h.FieldSet(h.Class("nested"),
		h.If(v.Wrong["clients"] != "", h.AriaDescribedBy("clients-wrong")),
		h.Legend(h.Text("Specific apps")),
		h.Map(v.Apps, func(a App) h.Node {
			return option("checkbox", "client", "client-"+a.ID, a.ID, slices.Contains(v.Clients, a.ID),
				h.Span(bdi(a.Name), markup.Space, h.Small(h.Text(a.ID+", "), bdi(a.Account))))
		}),
		h.If(v.Unlisted > 0, h.Div(h.Class("field"),
			h.Label(h.For("more-clients"), h.Text("Others, by client ID or name, one in a line")),
			h.Textarea(h.ID("more-clients"), h.Name("more-clients"), h.Rows("2"), h.SpellCheck("false"),
				h.AriaDescribedBy("more-clients-hint"), h.Text(v.More)),
			h.P(h.Class("hint"), h.ID("more-clients-hint"),
				h.Text(fmt.Sprintf("%d more %s among the ", v.Unlisted, ofThem(v.Unlisted, "app is", "apps are"))),
				h.A(h.Href("/console/apps"), h.Text("apps")), h.Text(".")),
		)),
		wrong("clients", v.Wrong["clients"]),
	)
}
