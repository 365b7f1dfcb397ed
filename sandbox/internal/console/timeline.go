package console

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/timeline"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

func (c *Console) timeline(v *visit, r *http.Request) endpoint.Response {
	return c.page(v, r, &view.Page{Title: "Timeline", Content: view.Timeline{Timeline: timeline.Of(c.Sandbox)}})
}
