package console

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

func (c *Console) overview(v *visit, r *http.Request) endpoint.Response {
	page := &view.Overview{URL: endpoint.BaseURL(r), Demo: c.Demo(), Counts: c.counts(), Offset: inWords(c.ClockOffset())}
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
		return out
	})
}

func count(name string, n int, path string) view.Count {
	return view.Count{Name: name, Count: n, Path: path}
}
