package console

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

func (c *Console) overview(v *visit, r *http.Request) endpoint.Response {
	url := endpoint.BaseURL(r)
	page := &view.Overview{URL: url, Offset: inWords(c.ClockOffset())}
	demo := c.Demo()
	page.Shown = []view.Shown{
		shown("client-id", "Client ID", demo.ClientID, "of the app with the JWT auth flow"),
		shown("client-secret", "Client secret", demo.ClientSecret, ""),
		shown("jwt", "JWT credential", demo.JWT, "of the demo user, for every app of the account"),
		shown("email", "User", demo.Email, "signs in at RingCentral's page"),
		shown("password", "Password", demo.Password, ""),
		shown("native", "Client ID without a secret", demo.NativeClientID, "for programs on a desk, 3-legged flow"),
		shown("admin", "RingCX administrator", demo.AdminUsername, "signs in at RingCX itself, platform "+demo.PlatformID),
		shown("admin-password", "Password of the administrator", demo.AdminPassword, ""),
	}
	page.Env = "export RC_SERVER_URL='" + url + "' RINGCX_SERVER_URL='" + url + "'\n" +
		"export RC_APP_CLIENT_ID='" + demo.ClientID + "'\n" +
		"export RC_APP_CLIENT_SECRET='" + demo.ClientSecret + "'\n" +
		"export RC_USER_JWT='" + demo.JWT + "'\n"
	page.Counts = c.counts()
	return c.page(v, r, &view.Page{Title: "Overview", Content: page})
}

// counts are the figures of the overview.
func (c *Console) counts() []view.Count {
	inside := c.CountNamespaces()
	return within(c, func(c locked) []view.Count {
		flawed := 0
		for _, e := range c.Journal.List() {
			if len(e.Verdicts) > 0 {
				flawed++
			}
		}
		out := []view.Count{
			count("apps", c.World.Apps.Len(c.tx), "apps"),
			count("JWT credentials", c.World.Credentials.Len(c.tx), "credentials"),
			count("accounts", c.World.Accounts.Len(c.tx), "accounts"),
			count("users", c.World.CountUsers(c.tx), "accounts"),
			count("RingCentral sessions", c.Platform.Live(), "sessions"),
			count("live RingCX refresh tokens", c.RingCX.Live(c.Now(), c.Rules.Load()), "sessions"),
			count("spent RingCX refresh tokens", c.RingCX.Spent(), "sessions#refresh"),
			count("in a penalty", c.penalties(), "controls#penalties"),
			count("armed faults", c.Faults.Size(), "controls"),
			count("requests", c.Journal.Size(), "requests"),
			count("with a verdict", flawed, "requests?verdicts=1"),
		}
		if c.Namespace == "" {
			out = append(out, count("namespaces", inside, "namespaces"))
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

func shown(id, label, value, hint string) view.Shown {
	return view.Shown{ID: id, Label: label, Value: value, Hint: hint}
}

func count(name string, n int, path string) view.Count {
	return view.Count{Name: name, Count: n, Path: path}
}
