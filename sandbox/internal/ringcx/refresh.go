package ringcx

import (
	"fmt"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// refresh is POST /api/auth/token/refresh: a new pair for a refresh token, which is dead from then on.
func (x *Service) refresh(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	token := in.Get("refresh_token")
	if err != nil || token == "" {
		lacks(c, "refresh_token")
		return badRequest(c, r)
	}
	g, ruling, refusal := x.admitRefresh(c, r, token)
	return x.handOut(c, g, ruling, refusal)
}

// admitRefresh decides about a refresh, which spends the token. The ruling is nil if nothing counts it; without a grant, the
// refusal is the answer.
func (x *Service) admitRefresh(c *endpoint.Call, r *http.Request, token string) (*grant, *limit.Decision, endpoint.Response) {
	old, turn := x.Find(token)
	var who Principal
	if old != nil {
		who = x.Who(x.Lock.Tx, old)
		c.SignIn, c.Refused.Caller = old.Number, who.Name()
	}
	var limited *limit.Decision
	if old != nil && limit.RefreshesAllowed(c.Rules).Limit > 0 {
		v := x.Limits.Admit(c.Row.Limit, fmt.Sprint(who.id()), c.Now, c.Rules)
		if limited = &v; !v.Admitted {
			c.Limited(&v)
			return nil, limited, TooMany(c, r)
		}
	}
	if old != nil && turn != old.Turn {
		c.Note(verdict.Replay)
		if c.Rules.RingCXRefreshReuse == contract.ReuseRevoke {
			if !old.Cut {
				c.Ends = c.Now
			}
			x.revokeAccess(old)
		}
	}
	if old == nil || !x.Refreshable(c, old, turn) {
		x.whyNot(c, old, turn)
		return nil, limited, unauthorizedAs(c, r, c.Rules.RingCXRefreshStatus, "The refresh token is not valid")
	}
	if old.From != 0 {
		x.Polling.EndStreak(exchanger(c, old.From))
	}
	old.renewRefreshToken(c)
	return x.grantOf(c, r, old, who), limited, endpoint.Response{}
}
