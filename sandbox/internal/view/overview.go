package view

import (
	"strconv"
	"strings"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Overview is the first page: where the servers are, what to sign in with, and how much there is of everything.
type Overview struct {
	URL    string
	Demo   model.Demo
	Counts []Count
	Offset string
}

// Count is how many there are of something.
type Count struct {
	Name  string // of several
	Count int
	Path  string // page about it, below the console's
}

func (v *Overview) main(p *Page) h.Node {
	demo := &v.Demo
	return h.Group{
		h.H1(h.Text("Overview")),
		h.P(h.Text("Both vendor servers, on this address. No account is needed, and nothing leaves this machine. New here? The "),
			h.A(h.Href("/console/guide"), h.Text("guide")), h.Text(" walks through the life of a token.")),
		section("servers", "Servers",
			h.Dl(h.Class("pairs"),
				pair("RingCentral", copied("url-rc", "the address of RingCentral", v.URL)),
				pair("RingCX", copied("url-cx", "the address of RingCX", v.URL)),
				pair("Clock", h.Text(p.Clock+" UTC, moved by "+v.Offset)),
			),
		),
		section("counts", "What there is",
			h.Ul(h.Class("counts"), h.Map(v.Counts, func(c Count) h.Node { return h.Li(c.node()) })),
		),
		section("demo", "Demo credentials",
			h.Dl(h.Class("pairs"),
				shown("client-id", "Client ID", demo.ClientID, "of the app with the JWT auth flow"),
				shown("client-secret", "Client secret", demo.ClientSecret, ""),
				shown("jwt", "JWT credential", demo.JWT, "of the demo user, for every app of the account"),
				shown("email", "User", demo.Email, "signs in at RingCentral's page"),
				shown("password", "Password", demo.Password, ""),
				shown("native", "Client ID without a secret", demo.NativeClientID, "for programs on a desk, 3-legged flow"),
				shown("admin", "RingCX administrator", demo.AdminUsername, "signs in at RingCX itself, platform "+demo.PlatformID),
				shown("admin-password", "Password of the administrator", demo.AdminPassword, ""),
			),
		),
		section("shell", "In a shell",
			h.P(h.Text("The variables that the vendor’s samples and "), code("ringcx login --jwt"), h.Text(" read:")),
			block("env", "the variables", v.environment(), h.Class("whole")),
		),
	}
}

// shown is a value to copy; hint: "" is none.
func shown(id, label, value, hint string) h.Node {
	return h.Group{h.Dt(h.Text(label), h.If(hint != "", small(hint))), h.Dd(copied(id, label, value))}
}

// environment are the lines of a shell that lead programs to the sandbox.
func (v *Overview) environment() string {
	return "export RC_SERVER_URL='" + v.URL + "' RINGCX_SERVER_URL='" + v.URL + "'\n" +
		"export RC_APP_CLIENT_ID='" + v.Demo.ClientID + "'\n" +
		"export RC_APP_CLIENT_SECRET='" + v.Demo.ClientSecret + "'\n" +
		"export RC_USER_JWT='" + v.Demo.JWT + "'\n"
}

func (c *Count) node() h.Node {
	name := ofThem(c.Count, strings.TrimSuffix(c.Name, "s"), c.Name)
	return h.A(h.Href("/console/"+c.Path), h.Strong(h.Text(strconv.Itoa(c.Count))), h.Text(" "+name))
}
