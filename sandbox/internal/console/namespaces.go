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
)

func (c *Console) namespaceList(v *visit, r *http.Request) endpoint.Response {
	return c.showNamespaces(v, r, view.Form{})
}

func (c *Console) showNamespaces(v *visit, r *http.Request, f view.Form) endpoint.Response {
	page := &view.Namespaces{Form: f}
	for _, n := range c.Namespaces(endpoint.BaseURL(r)) {
		row := view.Namespace{Namespace: n}
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
	f := filledIn(r, "name")
	if _, err := c.OpenNamespace(f.Given.Get("name"), endpoint.BaseURL(r)); err != nil {
		f.Wrong["name"] = sentence(err)
		return c.showNamespaces(v, r, f)
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
