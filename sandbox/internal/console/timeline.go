package console

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/timeline"
)

func (c *Console) timeline(v *visit, r *http.Request) endpoint.Response {
	return c.page(v, r, "timeline.html", &consoleView{Title: "Timeline", Page: timeline.Of(c.Sandbox)})
}
