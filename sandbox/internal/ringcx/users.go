package ringcx

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// listUsers is GET .../admin/users: the root user with the others as its children, or all side by side with
// flatten=true. Users that are switched off are left out with activeOnly=true.
func (x *Service) listUsers(c *endpoint.Call, r *http.Request) endpoint.Response {
	var activeOnly, flatten bool
	if r.URL.RawQuery != "" {
		query := r.URL.Query()
		activeOnly, _ = strconv.ParseBool(query.Get("activeOnly"))
		flatten, _ = strconv.ParseBool(query.Get("flatten"))
	}
	return x.asCaller(c, r, func(_ *model.User, m *model.MainAccount) endpoint.Response {
		return x.view(viewKey{
			main: m.ID, activeOnly: activeOnly, flatten: flatten, roles: c.Rules.RolesWithDescription, zone: c.Rules.TimezoneName,
		}, func() any {
			all, root := []userView{}, x.World.Root(x.Lock.Tx, m.Account).ID
			for _, u := range x.World.MembersOf(x.Lock.Tx, m.Account) {
				if u.Enabled || !activeOnly {
					all = append(all, newUserView(c.Rules, &u, u.ID == root))
				}
			}
			if !flatten && len(all) > 1 && all[0].RootUser {
				all[0].Children = all[1:]
				all = all[:1:1]
			}
			return all
		})
	})
}

// getUser is GET .../admin/users/{userId}.
func (x *Service) getUser(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(_ *model.User, m *model.MainAccount) endpoint.Response {
		u := x.World.MemberNumbered(x.Lock.Tx, m.Account, chi.URLParam(r, "userId"))
		if u == nil {
			return NotFound(c, r)
		}
		return endpoint.JSON(http.StatusOK, x.userViewOf(c, u))
	})
}
