package ringcx

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// viewKey names an answer that is the same until somebody changes the objects that it tells about.
type viewKey struct {
	main                string // id of the main account
	accounts, listed    bool   // its accounts, with the main account or without; else its users ...
	activeOnly, flatten bool   // ... as they were asked for
	roles, zone         bool   // ... with the description of roles, with the name of the time zone
}

// viewsKept are the answers that are remembered, at most.
const viewsKept = 1_000

// view is the answer of a name, made anew if nobody has asked for it since the objects changed.
func (x *Service) view(key viewKey, build func() any) endpoint.Response {
	body, ok := x.views[key]
	if !ok {
		if len(x.views) >= viewsKept {
			x.ForgetViews()
		}
		body = endpoint.JSON(http.StatusOK, build()).Body
		x.views[key] = body
	}
	return endpoint.NewResponse(http.StatusOK, endpoint.TypeJSON, body)
}

// ForgetViews is called when objects have changed. Only the control plane and the console do that.
func (x *Service) ForgetViews() { clear(x.views) }
