package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// exceed makes more requests than the Auth limit lets in, and gives the last answer.
func (v *vendor) exceed() reply {
	v.t.Helper()
	var last reply
	for range 6 {
		last = v.failingLogin()
	}
	return last
}

// exceedExchanges likewise exchanges too often.
func (v *vendor) exceedExchanges() reply {
	v.t.Helper()
	token, _ := v.pair()
	var last reply
	for range 6 {
		last = v.exchangeToken(token)
	}
	return last
}

// reads reads users so many times, and gives the last answer.
func (v *vendor) reads(token string, times int) reply {
	v.t.Helper()
	var last reply
	for range times {
		last = v.get(usersPath, token)
	}
	return last
}

// colleague is another user of the demo account, who logs in to the demo app or, with its id and secret, to another.
func (v *vendor) colleague(client ...string) string {
	v.t.Helper()
	cx := v.signIn(adminLogin).want(200).json()
	users := v.get(usersPath+"?flatten=true", str(cx, "accessToken")).want(200).list()
	cred := v.control("credentials", `{"user":`+jsonNumber(users[1]["rcUserId"])+`}`)
	if client == nil {
		client = []string{v.Demo().ClientID, v.Demo().ClientSecret}
	}
	r := v.formAs(client[0], client[1], tokenPath, "grant_type", jwtGrant, "assertion", str(cred, "jwt"))
	return str(r.want(200).json(), "access_token")
}

func limitHeaders(r reply) string {
	var out []string
	for _, name := range []string{"Group", "Limit", "Remaining", "Window"} {
		out = append(out, r.header.Get("X-Rate-Limit-"+name))
	}
	return fmt.Sprint(r.status, " ", strings.Join(out, " "), " ", r.header.Get("Retry-After"))
}

var limitProbes = map[string]probe{
	"authLimit": {7, func(v *vendor) any { return limitHeaders(v.exceed()) }},
	"lightLimit": {1, func(v *vendor) any {
		token, _ := v.pair()
		v.get(accountPath, token)
		return limitHeaders(v.get(accountPath, token))
	}},
	"mediumLimit": {1, func(v *vendor) any {
		token, _ := v.pair()
		profile := accountPath + "/extension/~/authz-profile"
		v.get(profile, token)
		return limitHeaders(v.get(profile, token))
	}},
	"heavyLimit": {1, func(v *vendor) any {
		token := v.tokenOf("ReadPresence")
		v.get(accountPath+"/presence", token)
		return limitHeaders(v.get(accountPath+"/presence", token))
	}},
	"limitWindow": {"10s", func(v *vendor) any { return limitHeaders(v.failingLogin()) }},
	"limitPenalty": {"2m", func(v *vendor) any {
		told := v.exceed().header.Get("Retry-After")
		v.Advance(61 * time.Second)
		return fmt.Sprint(told, v.failingLogin().status)
	}},
	"authLimitCountedBy": {"app-and-user", func(v *vendor) any {
		token := v.colleague()
		for range 4 {
			v.login()
		}
		return v.get("/restapi/oauth/userinfo", token).status
	}},
	"platformRetryAfter": {"date", func(v *vendor) any { return v.exceed().header.Get("Retry-After") }},
	"exchangeLimit":      {6, func(v *vendor) any { return limitHeaders(v.exceedExchanges()) }},
	"exchangeLimitCountedBy": {"app", func(v *vendor) any {
		token := v.colleague()
		v.exceedExchanges()
		return v.exchangeToken(token).status
	}},
	"ringcxLimitPenalty": {"2m", func(v *vendor) any { return limitHeaders(v.exceedExchanges()) }},
	"ringcxRefreshLimit": {1, func(v *vendor) any {
		_, refresh := v.cx()
		next := str(v.cxRefresh(refresh).want(200).json(), "refreshToken")
		return limitHeaders(v.cxRefresh(next))
	}},
	"apiLimit": {2, func(v *vendor) any {
		token, _ := v.cx()
		return limitHeaders(v.reads(token, 3))
	}},
	"apiLimitCountedBy": {"account", func(v *vendor) any {
		other := str(v.exchangeToken(v.colleague()).want(200).json(), "accessToken")
		token, _ := v.cx()
		v.reads(token, 120)
		return v.get(usersPath, other).status
	}},
	"apiLimitPenalty": {"5m", func(v *vendor) any {
		token, _ := v.cx()
		v.reads(token, 121).want(http.StatusTooManyRequests)
		v.Advance(2 * time.Minute)
		return v.get(usersPath, token).status
	}},
	"ringcxRateBody":      {"json", func(v *vendor) any { return v.exceedExchanges().header.Get("Content-Type") }},
	"ringcxRetryAfter":    {"absent", func(v *vendor) any { return v.exceedExchanges().header.Get("Retry-After") }},
	"ringcxLimitHeaders":  {false, func(v *vendor) any { return limitHeaders(v.exceedExchanges()) }},
	"limitPasswordLogins": {true, func(v *vendor) any { return limitHeaders(v.signIn(adminLogin)) }},
}
