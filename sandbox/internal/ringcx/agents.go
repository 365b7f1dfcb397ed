package ringcx

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// listAgentGroups is GET .../agentGroups.
func (x *Service) listAgentGroups(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.readSub(c, r, func(_ *model.MainAccount, sub *model.SubAccount) endpoint.Response {
		groups, ok := page(c, r, sub.Groups)
		if !ok {
			return badRequest(c, r)
		}
		out := make([]groupView, 0, len(groups))
		for i := range groups {
			out = append(out, newGroupView(r, &groups[i]))
		}
		return endpoint.JSON(http.StatusOK, out)
	})
}

// getAgentGroup is GET .../agentGroups/{agentGroupId}.
func (x *Service) getAgentGroup(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		return endpoint.JSON(http.StatusOK, newGroupView(r, g))
	})
}

// listAgents is GET .../agents; the vendor does not page this one.
func (x *Service) listAgents(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		out := make([]agentView, 0, len(g.Agents))
		for i := range g.Agents {
			out = append(out, x.newAgentView(g, &g.Agents[i]))
		}
		return endpoint.JSON(http.StatusOK, out)
	})
}

// getAgent is GET .../agents/{agentId}.
func (x *Service) getAgent(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.readGroup(c, r, func(g *model.AgentGroup) endpoint.Response {
		a := g.Agent(chi.URLParam(r, "agentId"))
		if a == nil {
			return NotFound(c, r)
		}
		return endpoint.JSON(http.StatusOK, x.newAgentView(g, a))
	})
}
