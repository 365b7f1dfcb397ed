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
	old, turn := x.Find(token)
	if old == nil {
		c.Why("the sandbox never gave this refresh token out: it is of another one, or of the time before a reset")
		return refreshRefusal(c, r)
	}
	who := x.Who(x.Lock.Tx, old)
	c.SignIn, c.Refused.Caller = old.Number, who.Name()
	answer := func() endpoint.Response { return x.refreshOf(c, r, old, turn, who) }
	if limit.RefreshesAllowed(c.Rules).Limit == 0 {
		return answer()
	}
	return x.counted(c, r, fmt.Sprint(who.id()), answer)
}

// refreshOf answers a refresh of a sign-in of who with the token of a turn, which that spends.
func (x *Service) refreshOf(c *endpoint.Call, r *http.Request, old *SignIn, turn uint32, who Principal) endpoint.Response {
	if turn != old.Turn {
		c.Note(verdict.Replay)
		if c.Rules.RingCXRefreshReuse == contract.ReuseRevoke {
			if !old.Cut {
				c.Ends = c.Now
			}
			x.revokeAccess(old)
		}
	}
	if !x.Refreshable(c, old, turn) {
		x.whyNot(c, old, turn)
		return refreshRefusal(c, r)
	}
	if old.From != 0 {
		x.Polling.EndStreak(exchanger(c, old.From))
	}
	old.renewRefreshToken(c)
	return x.handOut(c, x.grantOf(c, r, old, who))
}

func refreshRefusal(c *endpoint.Call, r *http.Request) endpoint.Response {
	return unauthorizedAs(c, r, c.Rules.RingCXRefreshStatus, "The refresh token is not valid")
}
