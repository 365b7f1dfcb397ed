package view

import (
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

// Account is an account with its people.
type Account struct {
	ID         int64
	Name       string
	Production bool
	Main       string // number of the RingCX main account; "": no RingCX
	Subs       []Choice
	Users      []User
}

// User is a user of RingCentral, or an administrator that only RingCX knows.
type User struct {
	ID                     int64
	Name, Email, Extension string
	Password, Role         string
	Enabled, Linked, Admin bool
}

// Accounts lists them, and has the forms for another user and another account.
type Accounts struct {
	Listing
	Accounts []Account
	Choose   *Picker // the account of another user
	Roles    []string
	Name     string // of the account that was filled in
	Account  string // of the user that was filled in
	User     admin.UserRequest
	Wrong    map[string]string
}

func (v *Accounts) main(p *Page) g.Node {
	what := "user"
	if v.Wrong["name"] != "" {
		what = "account"
	}
	return g.Group{
		h.H1(g.Text("Accounts and users")),
		alert(len(v.Wrong) > 0, "The "+what+" was not created. What to change is marked below."),
		v.finder(),
		v.pages(),
		g.Map(v.Accounts, func(a Account) g.Node { return v.account(p, &a) }),
		v.pages(),
		v.anotherUser(p),
		v.anotherAccount(p),
	}
}

func (v *Accounts) account(p *Page, a *Account) g.Node {
	id := strconv.FormatInt(a.ID, 10)
	kind, ringcx := "developer portal only", "no RingCX"
	if a.Production {
		kind = "production"
	}
	if a.Main != "" {
		ringcx = "RingCX main account " + a.Main
	}
	heads := []string{"User", "Password", "Role", "State", "Action"}
	return h.Section(h.Aria("labelledby", "account-"+id),
		h.H2(h.ID("account-"+id), h.TabIndex("-1"), g.Text(a.Name)),
		h.P(g.Text("Account "), code(id), markup.Space, mild(a.Production, kind), markup.Space, mild(a.Main != "", ringcx)),
		g.If(len(a.Subs) > 0, h.P(h.Class("hint"), g.Text("Sub-accounts: "), joined(a.Subs, func(s Choice) g.Node {
			return g.Group{bdi(s.Label), markup.Space, code(s.Value)}
		}))),
		table("Users of "+a.Name, heads, g.Map(a.Users, func(u User) g.Node { return v.user(p, &u) })),
	)
}

func (v *Accounts) user(p *Page, u *User) g.Node {
	id := strconv.FormatInt(u.ID, 10)
	known := g.Node(g.Text("known to RingCX only"))
	if !u.Admin {
		known = g.Group{g.Text("extension "), bdi(u.Extension)}
	}
	return h.Tr(h.ID("user-"+id), h.TabIndex("-1"),
		head(g.Text(u.Name), small(u.Email), h.Small(known)),
		cell("Password", code(u.Password)),
		cell("Role", v.role(p, u, "/console/users/"+id)),
		cell("State", tag(u.Enabled, enabled(u.Enabled)), small(u.link())),
		cell("Action",
			p.inline("/console/users/"+id, v.place(), u.switches()),
			g.If(!u.Admin, h.A(h.Href("/console/credentials/new?user="+id), h.Aria("label", "Create JWT for "+u.Name), g.Text("Create JWT"))),
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
func (u *User) link() string {
	switch {
	case u.Admin:
		return "administrator of RingCX"
	case u.Linked:
		return "linked to RingCX"
	}
	return "not linked to RingCX"
}

func (v *Accounts) role(p *Page, u *User, address string) g.Node {
	if u.Admin {
		return g.Text("none")
	}
	return p.inline(address, v.place(),
		h.Select(h.Name("role"), h.Class("small"), h.Aria("label", "Role of "+u.Name), options(v.Roles, u.Role)),
		change("small", "role", "Set the role of "+u.Name, "Set"),
	)
}

// change is a button that changes something about a user.
func change(class, what, label, text string) g.Node {
	return button(class, text, h.Name("change"), h.Value(what), h.Aria("label", label))
}

// switches are the buttons of a user.
func (u *User) switches() g.Node {
	able := change("small", "enable", "Enable "+u.Name, "Enable")
	if u.Enabled {
		able = change("small danger", "disable", "Disable "+u.Name, "Disable")
	}
	linked := change("small", "link", "Link "+u.Name+" to RingCX", "Link")
	if u.Linked {
		linked = change("small", "unlink", "Unlink "+u.Name+" from RingCX", "Unlink")
	}
	return g.Group{able, g.If(!u.Admin, g.Group{markup.Space, linked})}
}

func (v *Accounts) anotherUser(p *Page) g.Node {
	name := func(id, label, value string) g.Node {
		return field(id, label, value, v.Wrong[id], h.AutoComplete("off"), h.Required(), h.MaxLength("50"))
	}
	return h.Section(h.Aria("labelledby", "another-user"),
		h.H2(h.ID("another-user"), g.Text("Another user")),
		h.P(g.Text("A call of the platform needs a permission of the app and one of the user’s role: without API access it is refused "+
			"with CMN-408, whatever the app may do. RingCX does not ask for the role.")),
		h.Form(h.Method("post"), h.Action("/console/users"),
			p.token(),
			h.Div(h.Class("row"),
				v.Choose.node(),
				h.Div(h.Class("field"),
					h.Label(h.For("role"), g.Text("Role")),
					h.Select(h.ID("role"), h.Name("role"), invalid("role", v.Wrong["role"]), options(v.Roles, v.User.Role)),
					wrong("role", v.Wrong["role"]),
				),
				name("firstName", "First name", v.User.FirstName),
				name("lastName", "Last name", v.User.LastName),
				plain("email", "E-mail (optional)", v.User.Email, v.Wrong["email"]),
			),
			h.Div(h.Class("field"),
				h.Label(h.Class("option"),
					h.Input(h.Type("checkbox"), h.Name("ringcx"), h.ID("user-ringcx"), h.Value("yes"), g.If(v.User.RingCX, h.Checked()),
						invalid("ringcx", v.Wrong["ringcx"])),
					g.Text(" Linked to RingCX, as an agent of the first group"),
				),
				wrong("ringcx", v.Wrong["ringcx"]),
			),
			h.Button(h.Type("submit"), h.ID("create-user"), g.Text("Create user")),
		),
	)
}

func (v *Accounts) anotherAccount(p *Page) g.Node {
	return h.Section(h.Aria("labelledby", "another"),
		h.H2(h.ID("another"), g.Text("Another account")),
		h.P(g.Text("It gets one user, a Super Admin. Apps that are private refuse users of other accounts, and RingCX refuses accounts that "+
			"are not of production.")),
		h.Form(h.Method("post"), h.Action("/console/accounts"),
			p.token(),
			field("name", "Name", v.Name, v.Wrong["name"], h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			option("checkbox", "production", "production", "yes", true, g.Text("A production account")),
			option("checkbox", "ringcx", "ringcx", "yes", true, g.Text("With RingCX")),
			h.P(),
			h.Button(h.Type("submit"), g.Text("Create account")),
		),
	)
}
