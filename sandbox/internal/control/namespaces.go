package control

import (
	"errors"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// listNamespaces lists the namespaces. What is told of each is namespace.view in package sandbox.
func (c *control) listNamespaces(r *http.Request) (any, error) {
	return map[string]any{"namespaces": c.Namespaces(endpoint.BaseURL(r))}, nil
}

// openNamespace begins a namespace, or finds it, and opens an address of its own for it.
func (c *control) openNamespace(r *http.Request) (any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if c.Namespace != "" {
		return nil, errors.New("a namespace has none inside")
	}
	return c.OpenNamespace(in.Name, endpoint.BaseURL(r))
}

// deleteNamespace ends one, with all that was kept of it.
func (c *control) deleteNamespace(r *http.Request) (any, error) {
	name := r.PathValue("name")
	return map[string]string{"name": name}, c.DeleteNamespace(name)
}
