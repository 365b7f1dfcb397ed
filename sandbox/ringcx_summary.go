package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// summaryKey names a segment of a call.
func summaryKey(subAccount, segment string) string { return subAccount + " " + segment }

// summary is what was written about a segment; "" is not written yet.
type summary struct {
	Agent string `json:"agent,omitempty"`
	Auto  string `json:"auto,omitempty"`
}

// The segments that the first sub-account of every center has; the second is without summaries.
const (
	demoSegment      = "p-v-5eedc0de-1767225600000-00000001"
	demoSegmentEmpty = "p-v-5eedc0de-1767225600000-00000002"
)

var demoSummary = summary{
	Agent: "The customer asked for a copy of the last invoice. Sent by e-mail.",
	Auto:  "The customer requested a copy of an invoice, and the agent sent it by e-mail.",
}

// needCookie lets only calls pass that bring their RingCX token in a cookie. An Authorization header does not help.
func (s *Server) needCookie(c *call, r *http.Request) (refusal answer, ok bool) {
	if r.Header.Get("Authorization") != "" {
		c.note(verdict.Header)
	}
	cookie, err := r.Cookie("access_token")
	if err != nil || cookie.Value == "" {
		return noCookie(c, r), false
	}
	if token.IsRingCentral(cookie.Value) {
		c.note(verdict.WrongKind)
	}
	at := c.forCookie()
	claims, problem := s.checkCX(at, nil, cookie.Value)
	c.signIn, c.refused = at.signIn, at.refused
	if problem != "" {
		return gatewayRefusal(c, r, problem), false
	}
	c.subject, _ = strconv.ParseInt(claims.Subject, 10, 64)
	return answer{}, true
}

// sessionCookie is what the exchange sets, so that a client with a store of cookies reads summaries.
func sessionCookie(token string, lives time.Duration) string {
	//nolint:gosec // programs reach a sandbox over plain HTTP, too, and scripts do not see it
	cookie := http.Cookie{Name: "access_token", Value: token, Path: "/voice/api/", MaxAge: int(lives / time.Second), HttpOnly: true}
	return cookie.String()
}

// forCookie is the call as far as a token in a cookie is concerned: it is good for the time of the cookie.
func (c *call) forCookie() *call {
	longer := c.rules.ExchangeCookieTTL - c.rules.RingCXTokenTTL
	if longer <= 0 {
		return c
	}
	rules := *c.rules
	rules.RingCXClockSkew += longer
	return &call{now: c.now, rules: &rules, refused: c.refused}
}

// noCookie answers a call without the cookie.
func noCookie(c *call, r *http.Request) answer {
	if c.rules.SummaryRefusalFromGateway {
		return gatewayRefusal(c, r, jwtMissing)
	}
	return cxUnauthorized(c, r, "The cookie access_token is missing")
}

// getSummary is GET .../summary/accounts/{accountId}/segments/{segmentId}/{agent|auto}.
func getSummary(choose func(summary) string) endpoint {
	return func(s *Server, c *call, r *http.Request) answer {
		return s.readSub(c, r, func(x *model.MainAccount, sub *model.SubAccount) answer {
			id := chi.URLParam(r, "segmentId")
			found, ok := s.cxTables.summaries.Get(s.mu.tx, summaryKey(sub.ID, id))
			if !ok && sub.ID == x.SubAccounts[0].ID {
				found, ok = demoSummaries[id]
			}
			switch {
			case !ok:
				return cxNotFound(c, r)
			case c.rules.SummaryAsJSON && choose(found) != "":
				return jsonAnswer(http.StatusOK, choose(found))
			}
			return textAnswer(http.StatusOK, choose(found))
		})
	}
}

var demoSummaries = map[string]summary{demoSegment: demoSummary, demoSegmentEmpty: {}}

func (s summary) byAgent() string { return s.Agent }

func (s summary) automatic() string { return s.Auto }
