package ringcx

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// SummaryKey names a segment of a call.
func SummaryKey(subAccount, segment string) string { return subAccount + " " + segment }

// Summary is what was written about a segment; "" is not written yet.
type Summary struct {
	Agent string `json:"agent,omitempty"`
	Auto  string `json:"auto,omitempty"`
}

// The segments that the first sub-account of every center has; the second is without summaries.
const (
	DemoSegment      = "p-v-5eedc0de-1767225600000-00000001"
	demoSegmentEmpty = "p-v-5eedc0de-1767225600000-00000002"
)

var demoSummaries = map[string]Summary{
	DemoSegment: {
		Agent: "The customer asked for a copy of the last invoice. Sent by e-mail.",
		Auto:  "The customer requested a copy of an invoice, and the agent sent it by e-mail.",
	},
	demoSegmentEmpty: {},
}

// needCookie lets only calls pass that bring their RingCX token in a cookie. An Authorization header does not help.
func (x *Service) needCookie(c *endpoint.Call, r *http.Request) (refusal endpoint.Response, ok bool) {
	if r.Header.Get("Authorization") != "" {
		c.Note(verdict.Header)
	}
	cookie, err := r.Cookie("access_token")
	if err != nil || cookie.Value == "" {
		return noCookie(c, r), false
	}
	if token.IsRingCentral(cookie.Value) {
		c.Note(verdict.WrongKind)
	}
	at := forCookie(c)
	claims, problem := x.CheckToken(at, nil, cookie.Value)
	c.SignIn, c.Refused = at.SignIn, at.Refused
	if problem != "" {
		return gatewayRefusal(c, r, problem), false
	}
	c.Subject, _ = strconv.ParseInt(claims.Subject, 10, 64)
	return endpoint.Response{}, true
}

// sessionCookie is what the exchange sets, so that a client with a store of cookies reads summaries.
func sessionCookie(token string, lives time.Duration) string {
	//nolint:gosec // programs reach a sandbox over plain HTTP, too, and scripts do not see it
	cookie := http.Cookie{Name: "access_token", Value: token, Path: "/voice/api/", MaxAge: int(lives / time.Second), HttpOnly: true}
	return cookie.String()
}

// forCookie is the call as far as a token in a cookie is concerned: it is good for the time of the cookie.
func forCookie(c *endpoint.Call) *endpoint.Call {
	longer := c.Rules.ExchangeCookieTTL - c.Rules.RingCXTokenTTL
	if longer <= 0 {
		return c
	}
	rules := *c.Rules
	rules.RingCXClockSkew += longer
	return &endpoint.Call{Now: c.Now, Rules: &rules, Refused: c.Refused}
}

// noCookie answers a call without the cookie.
func noCookie(c *endpoint.Call, r *http.Request) endpoint.Response {
	if c.Rules.SummaryRefusalFromGateway {
		return gatewayRefusal(c, r, jwtMissing)
	}
	return unauthorized(c, r, "The cookie access_token is missing")
}

// getSummary is GET .../summary/accounts/{accountId}/segments/{segmentId}/{agent|auto}.
func getSummary(choose func(Summary) string) method {
	return func(x *Service, c *endpoint.Call, r *http.Request) endpoint.Response {
		return x.readSub(c, r, func(m *model.MainAccount, sub *model.SubAccount) endpoint.Response {
			id := chi.URLParam(r, "segmentId")
			found, ok := x.Summaries.Get(x.Lock.Tx, SummaryKey(sub.ID, id))
			if !ok && sub.ID == m.SubAccounts[0].ID {
				found, ok = demoSummaries[id]
			}
			switch {
			case !ok:
				return NotFound(c, r)
			case c.Rules.SummaryAsJSON && choose(found) != "":
				return endpoint.JSON(http.StatusOK, choose(found))
			}
			return endpoint.Text(http.StatusOK, choose(found))
		})
	}
}

func (s Summary) byAgent() string { return s.Agent }

func (s Summary) automatic() string { return s.Auto }
