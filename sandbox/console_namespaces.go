package sandbox

import (
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// namespacesPage lists the sandboxes inside this one.
type namespacesPage struct {
	Rows  []namespaceRow
	Name  string // what was filled in
	Wrong string
}

type namespaceRow struct {
	Name, URL string
	Console   string // "": not reachable from where the visitor is
	Requests  int
}

func (c *console) namespaceList(v *visit, r *http.Request) endpoint.Response {
	return c.showNamespaces(v, r, &namespacesPage{})
}

func (c *console) showNamespaces(v *visit, r *http.Request, page *namespacesPage) endpoint.Response {
	c.inside.mu.Lock()
	for _, name := range slices.Sorted(maps.Keys(c.inside.all)) {
		n := c.inside.all[name]
		view := n.view(endpoint.BaseURL(r))
		row := namespaceRow{Name: name, URL: view.URL, Requests: view.Requests}
		switch {
		case !c.guard.fromThisMachine(r):
		case n.url != "":
			row.Console = n.url + consolePath
		default:
			row.Console = besides(r, name+namespaceHost) + consolePath
		}
		page.Rows = append(page.Rows, row)
	}
	c.inside.mu.Unlock()
	return c.page(v, r, "namespaces.html", &consoleView{Title: "Namespaces", Page: page})
}

func (c *console) beginNamespace(v *visit, r *http.Request) endpoint.Response {
	name := wording.Typed(r.PostForm.Get("name"))
	n, err := c.openNamespace(name, endpoint.BaseURL(r))
	if err != nil {
		return c.showNamespaces(v, r, &namespacesPage{Name: name, Wrong: sentence(err)})
	}
	n.leave()
	return c.done("namespaces", "namespace", "")
}

func (c *console) deleteNamespace(_ *visit, r *http.Request) endpoint.Response {
	switch err := c.forgetNamespace(r.PathValue("name")); {
	case errors.Is(err, errNoSuchThing):
		return c.missing("There is no such namespace.")
	case err != nil:
		return c.refusal(http.StatusInternalServerError, "Not kept", err.Error())
	}
	return c.done("namespaces", "left", "")
}

// outside is the console around that of a namespace; "" if the way is not known, or there is none.
func (c *console) outside(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	switch around := c.around.Load(); {
	case c.namespace == "":
		return ""
	case strings.HasSuffix(host, namespaceHost):
		return besides(r, strings.TrimPrefix(namespaceHost, ".")) + consolePath
	case around != nil:
		return *around + consolePath
	}
	return ""
}

// places are the entries of the navigation.
func (c *console) places() []consolePlace {
	return slices.DeleteFunc(slices.Clone(consolePlaces), func(p consolePlace) bool {
		return p.Path == "namespaces" && c.namespace != ""
	})
}
