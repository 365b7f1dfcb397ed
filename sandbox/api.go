package sandbox

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// caller is the user with this id, or nil if it is gone, switched off or lost its RingCX. s.mu is held.
func (s *Server) caller(id int64) *model.User {
	u := s.world.Member(s.mu.Tx, id)
	if u == nil || !u.Enabled || s.world.MainOf(s.mu.Tx, u.Account) == nil {
		return nil
	}
	return u
}

// admitRead counts a call of the standard rate, by its caller.
func (s *Server) admitRead(c *endpoint.Call) limit.Decision {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strconv.FormatInt(c.Subject, 10)
	if u := s.caller(c.Subject); u != nil && c.Rules.APILimitCountedBy == contract.ByAccount {
		key = "account " + strconv.FormatInt(u.Account, 10)
	}
	return s.limits.Admit(limit.Reads, key, c.Now, c.Rules)
}

// asUser answers a call of a user; agents are no users and may not.
func (s *Server) asUser(c *endpoint.Call, r *http.Request, do func(*model.User) endpoint.Response) endpoint.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.caller(c.Subject)
	if u == nil {
		return cxForbiddenAs(c, r, c.Rules.CallerStatus)
	}
	s.habits.Called(u.ID, c.XAuth)
	return do(u)
}

// read answers a read of the caller's RingCX.
func (s *Server) read(c *endpoint.Call, r *http.Request, do func(*model.MainAccount) endpoint.Response) endpoint.Response {
	return s.asUser(c, r, func(u *model.User) endpoint.Response { return do(s.world.MainOf(s.mu.Tx, u.Account)) })
}

// readSub answers a read of one sub-account of the caller; another one is forbidden, whether it exists or not.
func (s *Server) readSub(c *endpoint.Call, r *http.Request, do func(*model.MainAccount, *model.SubAccount) endpoint.Response) endpoint.Response {
	return s.read(c, r, func(x *model.MainAccount) endpoint.Response {
		sub := x.Sub(chi.URLParam(r, "accountId"))
		if sub == nil {
			return cxForbidden(c, r)
		}
		return do(x, sub)
	})
}

// readGroup answers a read of one agent group.
func (s *Server) readGroup(c *endpoint.Call, r *http.Request, do func(*model.AgentGroup) endpoint.Response) endpoint.Response {
	return s.readSub(c, r, func(_ *model.MainAccount, sub *model.SubAccount) endpoint.Response {
		group := sub.Group(chi.URLParam(r, "agentGroupId"))
		if group == nil {
			return cxNotFound(c, r)
		}
		return do(group)
	})
}

// listAccounts is GET .../admin/accounts: the sub-accounts, then the main account, each naming the main account. Programs
// after the vendor's collection of requests work with the first.
func (s *Server) listAccounts(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.read(c, r, func(x *model.MainAccount) endpoint.Response {
		return s.cx.view(viewKey{main: x.ID, accounts: true, listed: c.Rules.MainAccountListed}, func() any {
			out := []cxAccount{}
			for i := range x.SubAccounts {
				out = append(out, newCXAccount(x, &x.SubAccounts[i]))
			}
			if c.Rules.MainAccountListed {
				out = append(out, newCXAccount(x, x.Itself()))
			}
			return out
		})
	})
}

// listUsers is GET .../admin/users: the root user with the others as its children, or all side by side with
// flatten=true. Users that are switched off are left out with activeOnly=true.
func (s *Server) listUsers(c *endpoint.Call, r *http.Request) endpoint.Response {
	activeOnly, _ := strconv.ParseBool(r.URL.Query().Get("activeOnly"))
	flatten, _ := strconv.ParseBool(r.URL.Query().Get("flatten"))
	return s.read(c, r, func(x *model.MainAccount) endpoint.Response {
		return s.cx.view(viewKey{
			main: x.ID, activeOnly: activeOnly, flatten: flatten, roles: c.Rules.RolesWithDescription, zone: c.Rules.TimezoneName,
		}, func() any {
			all, root := []cxUser{}, s.world.Root(s.mu.Tx, x.Account).ID
			for _, u := range s.world.MembersOf(s.mu.Tx, x.Account) {
				if u.Enabled || !activeOnly {
					all = append(all, newCXUser(c.Rules, &u, u.ID == root))
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
func (s *Server) getUser(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.read(c, r, func(x *model.MainAccount) endpoint.Response {
		u := s.world.MemberNumbered(s.mu.Tx, x.Account, chi.URLParam(r, "userId"))
		if u == nil {
			return cxNotFound(c, r)
		}
		return endpoint.JSON(http.StatusOK, s.cxUserOf(c, u))
	})
}

// listAgentGroups is GET .../agentGroups.
func (s *Server) listAgentGroups(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.readSub(c, r, func(_ *model.MainAccount, sub *model.SubAccount) endpoint.Response {
		groups, ok := page(c, r, sub.Groups)
		if !ok {
			return cxBadRequest(c, r)
		}
		out := make([]cxAgentGroup, 0, len(groups))
		for i := range groups {
			out = append(out, newCXAgentGroup(r, &groups[i]))
		}
		return endpoint.JSON(http.StatusOK, out)
	})
}

// getAgentGroup is GET .../agentGroups/{agentGroupId}.
func (s *Server) getAgentGroup(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		return endpoint.JSON(http.StatusOK, newCXAgentGroup(r, g))
	})
}

// listAgents is GET .../agents; the vendor does not page this one.
func (s *Server) listAgents(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		out := make([]cxAgent, 0, len(g.Agents))
		for i := range g.Agents {
			out = append(out, s.newCXAgent(g, &g.Agents[i]))
		}
		return endpoint.JSON(http.StatusOK, out)
	})
}

// getAgent is GET .../agents/{agentId}.
func (s *Server) getAgent(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		a := g.Agent(chi.URLParam(r, "agentId"))
		if a == nil {
			return cxNotFound(c, r)
		}
		return endpoint.JSON(http.StatusOK, s.newCXAgent(g, a))
	})
}

// page cuts items as page (from 0) and maxRows ask; false if they are not such numbers. Without maxRows there is one
// page with everything, or with a number of rows that is a setting.
func page[T any](c *endpoint.Call, r *http.Request, items []T) ([]T, bool) {
	query := r.URL.Query()
	number, rows := 0, cmp.Or(c.Rules.MaxRowsDefault, len(items))
	var err error
	if v := query.Get("page"); v != "" {
		if number, err = strconv.Atoi(v); err != nil || number < 0 {
			return nil, false
		}
	}
	if v := query.Get("maxRows"); v != "" {
		if rows, err = strconv.Atoi(v); err != nil || rows < 1 {
			return nil, false
		}
	}
	if number > 0 && (rows == 0 || number > len(items)/rows) {
		return nil, true
	}
	start := min(number*rows, len(items))
	return items[start:min(start+min(rows, len(items)), len(items))], true
}
