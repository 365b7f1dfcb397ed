package console

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// overviewView is the first page: where the servers are, what to sign in with, and how much there is of everything.
type overviewView struct {
	URL    string
	Shown  []labelled // credentials that can be copied
	Counts []counted
	Env    string
	Offset string
}

type labelled struct{ ID, Label, Value, Hint string }

type counted struct {
	Name  string
	Count int
	Path  string // page about it; "": none
}

func (c *Console) overview(v *visit, r *http.Request) endpoint.Response {
	url := endpoint.BaseURL(r)
	page := &overviewView{URL: url, Offset: inWords(c.ClockOffset())}
	demo := c.Demo()
	page.Shown = []labelled{
		{"client-id", "Client ID", demo.ClientID, "of the app with the JWT auth flow"},
		{"client-secret", "Client secret", demo.ClientSecret, ""},
		{"jwt", "JWT credential", demo.JWT, "of the demo user, for every app of the account"},
		{"email", "User", demo.Email, "signs in at RingCentral's page"},
		{"password", "Password", demo.Password, ""},
		{"native", "Client ID without a secret", demo.NativeClientID, "for programs on a desk, 3-legged flow"},
		{"admin", "RingCX administrator", demo.AdminUsername, "signs in at RingCX itself, platform " + demo.PlatformID},
		{"admin-password", "Password of the administrator", demo.AdminPassword, ""},
	}
	page.Env = "export RC_SERVER_URL='" + url + "' RINGCX_SERVER_URL='" + url + "'\n" +
		"export RC_APP_CLIENT_ID='" + demo.ClientID + "'\n" +
		"export RC_APP_CLIENT_SECRET='" + demo.ClientSecret + "'\n" +
		"export RC_USER_JWT='" + demo.JWT + "'\n"
	page.Counts = c.counts()
	return c.page(v, r, "overview.html", &consoleView{Title: "Overview", Page: page})
}

// counts are the figures of the overview.
func (c *Console) counts() []counted {
	inside := c.CountNamespaces()
	return within(c, func(c locked) []counted {
		flawed := 0
		for _, e := range c.Journal.List() {
			if len(e.Verdicts) > 0 {
				flawed++
			}
		}
		out := []counted{
			{"apps", c.World.Apps.Len(c.tx), "apps"},
			{"JWT credentials", c.World.Credentials.Len(c.tx), "credentials"},
			{"accounts", c.World.Accounts.Len(c.tx), "accounts"},
			{"users", c.World.CountUsers(c.tx), "accounts"},
			{"RingCentral sessions", c.Platform.Live(), "sessions"},
			{"live RingCX refresh tokens", c.RingCX.Live(c.Now(), c.Rules.Load()), "sessions"},
			{"spent RingCX refresh tokens", c.RingCX.Spent(), "sessions#refresh"},
			{"in a penalty", c.penalties(), "controls#penalties"},
			{"armed faults", c.Faults.Size(), "controls"},
			{"requests", c.Journal.Size(), "requests"},
			{"with a verdict", flawed, "requests?verdicts=1"},
		}
		if c.Namespace == "" {
			out = append(out, counted{"namespaces", inside, "namespaces"})
		}
		for i := range out {
			if out[i].Count == 1 {
				out[i].Name = singular(out[i].Name)
			}
		}
		return out
	})
}

// singular is the name of one of several things.
func singular(name string) string {
	if name == "with a verdict" || name == "in a penalty" {
		return name
	}
	return strings.TrimSuffix(name, "s")
}
