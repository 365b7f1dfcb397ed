package platform

import (
	"fmt"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// The grant types that an app of the sandbox may use.
const (
	GrantJWT     = "urn:ietf:params:oauth:grant-type:jwt-bearer" // a program with a JWT credential
	GrantRefresh = "refresh_token"                               // any that was given one
	grantCode    = "authorization_code"                          // a person in a browser
)

// grant answers a request of the authenticated app a.
func (p *Service) grant(c *endpoint.Call, a *model.App, f endpoint.Form) (*tokenInfo, *oauthError) {
	params, problem := readTokenParams(c.Rules, a, f)
	if problem != nil {
		return nil, problem
	}
	switch kind := f.Get("grant_type"); {
	case kind == GrantJWT && a.Flow == "jwt":
		cred, u, problem := p.assertion(c, a, f.Get("assertion"))
		if problem != nil {
			return nil, problem
		}
		sess, problem := p.login(c, a, u, params)
		if problem != nil {
			return nil, problem
		}
		sess.Credential = cred.ID
		p.keep(sess)
		who := fmt.Sprint("login ", a.ID, u.ID, c.Agent)
		used, _ := p.Polling.Uses(u.ID)
		if p.Polling.Streak(who, c.Now, params.accessTTL, used, model.SessionSign(sess.Number)) > c.Rules.SessionCap {
			c.Note(verdict.LoginPolled)
		}
		return p.info(sess, c.Now), nil
	case kind == GrantRefresh && a.RefreshTokens:
		sess, problem := p.renew(c, a, f.Get("refresh_token"), params)
		if problem != nil {
			return nil, problem
		}
		c.Event = journal.Refreshed
		info := p.info(sess, c.Now)
		if !c.Rules.RefreshAnswersScope {
			info.Scope = nil
		}
		return info, nil
	case kind == grantPassword && a.Flow == "password":
		return p.byPassword(c, a, f, params)
	case kind == grantCode && a.Flow == "code":
		return p.redeem(c, a, f, params)
	case kind == GrantJWT, kind == GrantRefresh, kind == grantCode, slices.Contains(otherGrants, kind):
		return nil, &oauthError{
			kind: "unauthorized_client", code: "OAU-251", message: "Unauthorized for this grant type",
		}
	}
	return nil, invalidRequest(c.Rules.UnknownGrantCode, "Unsupported grant type")
}

// otherGrants exist or existed at the vendor, but no app of the sandbox may use them, unless it is one of the password flow.
var otherGrants = []string{
	grantPassword, "client_credentials", "partner_jwt", "otp", "ivr_pin", "guest",
	"urn:ietf:params:oauth:grant-type:device_code",
}
