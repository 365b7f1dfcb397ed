package console

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
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

func (c *Console) namespaceList(v *visit, r *http.Request) endpoint.Response {
	return c.showNamespaces(v, r, &namespacesPage{})
}

func (c *Console) showNamespaces(v *visit, r *http.Request, page *namespacesPage) endpoint.Response {
	for _, n := range c.Namespaces(endpoint.BaseURL(r)) {
		row := namespaceRow{Name: n.Name, URL: n.URL, Requests: n.Requests}
		switch {
		case !c.Guard.IsLocal(r):
		case n.Own != "":
			row.Console = n.Own + guard.ConsolePath
		default:
			row.Console = endpoint.Besides(r, n.Name+guard.NamespaceHost) + guard.ConsolePath
		}
		page.Rows = append(page.Rows, row)
	}
	return c.page(v, r, "namespaces.html", &consoleView{Title: "Namespaces", Page: page})
}

func (c *Console) beginNamespace(v *visit, r *http.Request) endpoint.Response {
	name := wording.Typed(r.PostForm.Get("name"))
	if _, err := c.OpenNamespace(name, endpoint.BaseURL(r)); err != nil {
		return c.showNamespaces(v, r, &namespacesPage{Name: name, Wrong: sentence(err)})
	}
	return c.done("namespaces", "namespace", "")
}

func (c *Console) deleteNamespace(_ *visit, r *http.Request) endpoint.Response {
	switch err := c.DeleteNamespace(r.PathValue("name")); {
	case errors.Is(err, admin.ErrNoSuchThing):
		return c.missing("There is no such namespace.")
	case err != nil:
		return c.refusal(http.StatusInternalServerError, "Not kept", err.Error())
	}
	return c.done("namespaces", "left", "")
}

// outside is the console around that of a namespace; "" if the way is not known, or there is none.
func (c *Console) outside(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	switch around := c.OuterAddress(); {
	case c.Namespace == "":
		return ""
	case strings.HasSuffix(host, guard.NamespaceHost):
		return endpoint.Besides(r, strings.TrimPrefix(guard.NamespaceHost, ".")) + guard.ConsolePath
	case around != "":
		return around + guard.ConsolePath
	}
	return ""
}

// places are the entries of the navigation.
func (c *Console) places() []consolePlace {
	return slices.DeleteFunc(slices.Clone(consolePlaces), func(p consolePlace) bool {
		return p.Path == "namespaces" && c.Namespace != ""
	})
}
