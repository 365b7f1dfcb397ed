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
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

func (c *Console) namespaceList(v *visit, r *http.Request) endpoint.Response {
	return c.showNamespaces(v, r, &view.Namespaces{})
}

func (c *Console) showNamespaces(v *visit, r *http.Request, page *view.Namespaces) endpoint.Response {
	for _, n := range c.Namespaces(endpoint.BaseURL(r)) {
		row := view.Namespace{Name: n.Name, URL: n.URL, Requests: n.Requests}
		switch {
		case !c.Guard.IsLocal(r):
		case n.Own != "":
			row.Console = n.Own + guard.ConsolePath
		default:
			row.Console = endpoint.Besides(r, n.Name+guard.NamespaceHost) + guard.ConsolePath
		}
		page.Rows = append(page.Rows, row)
	}
	return c.page(v, r, &view.Page{Title: "Namespaces", Content: page})
}

func (c *Console) beginNamespace(v *visit, r *http.Request) endpoint.Response {
	name := wording.Typed(r.PostForm.Get("name"))
	if _, err := c.OpenNamespace(name, endpoint.BaseURL(r)); err != nil {
		return c.showNamespaces(v, r, &view.Namespaces{Name: name, Wrong: sentence(err)})
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
func (c *Console) places() []view.Place {
	return slices.DeleteFunc(slices.Clone(consolePlaces), func(p view.Place) bool {
		return p.Path == "namespaces" && c.Namespace != ""
	})
}
