package view

import (
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
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

func (v *Accounts) main(p *Page) h.Node {
	what := "user"
	if v.Wrong["name"] != "" {
		what = "account"
	}
	return h.Group{
		h.H1(h.Text("Accounts and users")),
		alert(len(v.Wrong) > 0, "The "+what+" was not created. What to change is marked below."),
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
	if a.Production {
		kind = "production"
	}
	if a.Main != "" {
		ringcx = "RingCX main account " + a.Main
	}
	heads := []string{"User", "Password", "Role", "State", "Action"}
	return h.Section(h.AriaLabelledBy("account-"+id),
		h.H2(h.ID("account-"+id), h.TabIndex("-1"), h.Text(a.Name)),
		h.P(h.Text("Account "), code(id), markup.Space, mild(a.Production, kind), markup.Space, mild(a.Main != "", ringcx)),
		h.If(len(a.Subs) > 0, h.P(h.Class("hint"), h.Text("Sub-accounts: "), joined(a.Subs, func(s Choice) h.Node {
			return h.Group{bdi(s.Label), markup.Space, code(s.Value)}
		}))),
		table("Users of "+a.Name, heads, h.Map(a.Users, func(u User) h.Node { return v.user(p, &u) })),
	)
}

func (v *Accounts) user(p *Page, u *User) h.Node {
	id := strconv.FormatInt(u.ID, 10)
	known := h.Node(h.Text("known to RingCX only"))
	if !u.Admin {
		known = h.Group{h.Text("extension "), bdi(u.Extension)}
	}
	return h.Tr(h.ID("user-"+id), h.TabIndex("-1"),
		head(h.Text(u.Name), small(u.Email), h.Small(known)),
		cell("Password", code(u.Password)),
		cell("Role", v.role(p, u, "/console/users/"+id)),
		cell("State", tag(u.Enabled, enabled(u.Enabled)), small(u.link())),
		cell("Action",
			p.inline("/console/users/"+id, v.place(), u.switches()),
			h.If(!u.Admin, h.A(h.Href("/console/credentials/new?user="+id), h.AriaLabel("Create JWT for "+u.Name), h.Text("Create JWT"))),
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

func (v *Accounts) role(p *Page, u *User, address string) h.Node {
	if u.Admin {
		return h.Text("none")
	}
	return p.inline(address, v.place(),
		h.Select(h.Name("role"), h.Class("small"), h.AriaLabel("Role of "+u.Name), options(v.Roles, u.Role)),
		change("small", "role", "Set the role of "+u.Name, "Set"),
	)
}

// change is a button that changes something about a user.
func change(class, what, label, text string) h.Node {
	return button(class, text, h.Name("change"), h.Value(what), h.AriaLabel(label))
}

// switches are the buttons of a user.
func (u *User) switches() h.Node {
	able := change("small", "enable", "Enable "+u.Name, "Enable")
	if u.Enabled {
		able = change("small danger", "disable", "Disable "+u.Name, "Disable")
	}
	linked := change("small", "link", "Link "+u.Name+" to RingCX", "Link")
	if u.Linked {
		linked = change("small", "unlink", "Unlink "+u.Name+" from RingCX", "Unlink")
	}
	return h.Group{able, h.If(!u.Admin, h.Group{markup.Space, linked})}
}

func (v *Accounts) anotherUser(p *Page) h.Node {
	name := func(id, label, value string) h.Node {
		return field(id, label, value, v.Wrong[id], h.AutoComplete("off"), h.Required(), h.MaxLength("50"))
	}
	return h.Section(h.AriaLabelledBy("another-user"),
		h.H2(h.ID("another-user"), h.Text("Another user")),
		h.P(h.Text("A call of the platform needs a permission of the app and one of the user’s role: without API access it is refused "+
			"with CMN-408, whatever the app may do. RingCX does not ask for the role.")),
		h.Form(h.Method("post"), h.Action("/console/users"),
			p.token(),
			h.Div(h.Class("row"),
				v.Choose.node(),
				h.Div(h.Class("field"),
					h.Label(h.For("role"), h.Text("Role")),
					h.Select(h.ID("role"), h.Name("role"), invalid("role", v.Wrong["role"]), options(v.Roles, v.User.Role)),
					wrong("role", v.Wrong["role"]),
				),
				name("firstName", "First name", v.User.FirstName),
				name("lastName", "Last name", v.User.LastName),
				plain("email", "E-mail (optional)", v.User.Email, v.Wrong["email"]),
			),
			h.Div(h.Class("field"),
				h.Label(h.Class("option"),
					h.Input(h.Type("checkbox"), h.Name("ringcx"), h.ID("user-ringcx"), h.Value("yes"), h.If(v.User.RingCX, h.Checked()),
						invalid("ringcx", v.Wrong["ringcx"])),
					h.Text(" Linked to RingCX, as an agent of the first group"),
				),
				wrong("ringcx", v.Wrong["ringcx"]),
			),
			h.Button(h.Type("submit"), h.ID("create-user"), h.Text("Create user")),
		),
	)
}

func (v *Accounts) anotherAccount(p *Page) h.Node {
	return h.Section(h.AriaLabelledBy("another"),
		h.H2(h.ID("another"), h.Text("Another account")),
		h.P(h.Text("It gets one user, a Super Admin. Apps that are private refuse users of other accounts, and RingCX refuses accounts that "+
			"are not of production.")),
		h.Form(h.Method("post"), h.Action("/console/accounts"),
			p.token(),
			field("name", "Name", v.Name, v.Wrong["name"], h.Required(), h.MaxLength("100"), h.AutoComplete("off")),
			option("checkbox", "production", "production", "yes", true, h.Text("A production account")),
			option("checkbox", "ringcx", "ringcx", "yes", true, h.Text("With RingCX")),
			h.P(),
			h.Button(h.Type("submit"), h.Text("Create account")),
		),
	)
}
