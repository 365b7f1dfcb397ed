package view

import (
	"strconv"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Account is an account with those of its people that are shown.
type Account struct {
	*model.Account
	Main  *model.MainAccount // nil: no RingCX
	Users []*model.User
}

// Accounts lists them, and has the forms for another user and another account.
type Accounts struct {
	Listing
	Form
	Accounts []Account
	Choose   *Picker // the account of another user
	Roles    []string
}

func (v *Accounts) main(p *Page) h.Node {
	what := "user"
	if v.Wrong["name"] != "" {
		what = "account"
	}
	return h.Group{
		h.H1(h.Text("Accounts and users")),
		v.alert("The " + what + " was not created. What to change is marked below."),
		v.finder(),
		v.pages(),
		h.Map(v.Accounts, func(a Account) h.Node { return v.account(p, &a) }),
		v.pages(),
		v.anotherUser(p),
		v.anotherAccount(p),
	}
}

func (v *Accounts) account(p *Page, a *Account) h.Node {
	id := strconv.FormatInt(a.ID, 10)
	kind, ringcx := "developer portal only", "no RingCX"
	var subs []model.SubAccount
	if a.Production {
		kind = "production"
	}
	if a.Main != nil {
		ringcx, subs = "RingCX main account "+a.Main.ID, a.Main.SubAccounts
	}
	heads := []string{"User", "Password", "Role", "State", "Action"}
	return h.Section(h.AriaLabelledBy("account-"+id),
		h.H2(h.ID("account-"+id), h.TabIndex("-1"), h.Text(a.Name)),
		h.P(h.Text("Account "), code(id), markup.Space, mild(a.Production, kind), markup.Space, mild(a.Main != nil, ringcx)),
		h.If(len(subs) > 0, h.P(h.Class("hint"), h.Text("Sub-accounts: "), joined(subs, func(s model.SubAccount) h.Node {
			return h.Group{bdi(s.Name), markup.Space, code(s.ID)}
		}))),
		table("Users of "+a.Name, heads, h.Map(a.Users, func(u *model.User) h.Node { return v.user(p, u) })),
	)
}

func (v *Accounts) user(p *Page, u *model.User) h.Node {
	id := strconv.FormatInt(u.ID, 10)
	known, password := h.Node(h.Group{h.Text("extension "), bdi(u.Extension)}), u.Password
	if u.Login != nil {
		known, password = h.Text("known to RingCX only"), u.Login.Password
	}
	return h.Tr(h.ID("user-"+id), h.TabIndex("-1"),
		head(h.Text(u.Name()), small(u.Email), h.Small(known)),
		cell("Password", code(password)),
		cell("Role", v.role(p, u, "/console/users/"+id)),
		cell("State", tag(u.Enabled, enabled(u.Enabled)), small(link(u))),
		cell("Action",
			p.inline("/console/users/"+id, v.place(), switches(u)),
			h.If(u.Login == nil, h.A(h.Href("/console/credentials/new?user="+id), h.AriaLabel("Create JWT for "+u.Name()), h.Text("Create JWT"))),
		),
	)
}

func enabled(is bool) string {
	if is {
		return "enabled"
	}
	return "disabled"
}

// link says what a user is at RingCX.
func link(u *model.User) string {
	switch {
	case u.Login != nil:
		return "administrator of RingCX"
	case u.Linked:
		return "linked to RingCX"
	}
	return "not linked to RingCX"
}

func (v *Accounts) role(p *Page, u *model.User, address string) h.Node {
	if u.Login != nil {
		return h.Text("none")
	}
	return p.inline(address, v.place(),
		h.Select(h.Name("role"), h.Class("small"), h.AriaLabel("Role of "+u.Name()), options(v.Roles, u.RoleName)),
		change("small", "role", "Set the role of "+u.Name(), "Set"),
	)
}

// change is a button that changes something about a user.
func change(class, what, label, text string) h.Node {
	return button(class, text, h.Name("change"), h.Value(what), h.AriaLabel(label))
}

// switches are the buttons of a user.
func switches(u *model.User) h.Node {
	name := u.Name()
	able := change("small", "enable", "Enable "+name, "Enable")
	if u.Enabled {
		able = change("small danger", "disable", "Disable "+name, "Disable")
	}
	linked := change("small", "link", "Link "+name+" to RingCX", "Link")
	if u.Linked {
		linked = change("small", "unlink", "Unlink "+name+" from RingCX", "Unlink")
	}
	return h.Group{able, h.If(u.Login == nil, h.Group{markup.Space, linked})}
}

func (v *Accounts) anotherUser(p *Page) h.Node {
	name := func(id, label string) h.Node {
		return v.text(id, label, h.AutoComplete("off"), h.Required(), h.MaxLength("50"))
	}
	return section("another-user", "Another user",
		h.P(h.Text("A call of the platform needs a permission of the app and one of the user’s role: without API access it is refused "+
			"with CMN-408, whatever the app may do. RingCX does not ask for the role.")),
		p.form("/console/users",
			h.Div(h.Class("row"),
				v.Choose.node(&v.Form),
				v.list("role", "Role", options(v.Roles, v.Given.Get("role"))),
				name("firstName", "First name"),
				name("lastName", "Last name"),
				v.plain("email", "E-mail (optional)"),
			),
			h.Div(h.Class("field"),
				h.Label(h.Class("option"),
					h.Input(h.Type("checkbox"), h.Name("ringcx"), h.ID("user-ringcx"), h.Value("yes"), h.If(v.Given.Get("ringcx") == "yes", h.Checked()),
						v.invalid("ringcx")),
					h.Text(" Linked to RingCX, as an agent of the first group"),
				),
				v.wrong("ringcx"),
			),
			h.Button(h.Type("submit"), h.ID("create-user"), h.Text("Create user")),
		),
	)
}

func (v *Accounts) anotherAccount(p *Page) h.Node {
	return section("another", "Another account",
		h.P(h.Text("It gets one user, a Super Admin. Apps that are private refuse users of other accounts, and RingCX refuses accounts that "+
			"are not of production.")),
		p.form("/console/accounts",
			v.text("name", "Name", h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			option("checkbox", "production", "production", "yes", true, h.Text("A production account")),
			option("checkbox", "ringcx", "ringcx", "yes", true, h.Text("With RingCX")),
			h.P(),
			h.Button(h.Type("submit"), h.Text("Create account")),
		),
	)
}
