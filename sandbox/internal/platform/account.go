package platform

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

// platformToken finds the valid RingCentral token of r, in the header or, as the vendor still allows, in the query.
// Without one, the refusal is the answer.
func (p *Service) platformToken(c *endpoint.Call, r *http.Request) (t *model.Access, refusal endpoint.Response) {
	token, ok := endpoint.Bearer(r)
	if !ok && r.Header.Get("Authorization") != "" {
		return nil, APIError(http.StatusUnauthorized, "AGW-402", "Invalid Authorization header").
			With("WWW-Authenticate", `Bearer realm="RingCentral REST API"`)
	}
	if !ok {
		token = endpoint.Query(r).Get("access_token")
	}
	if token == "" {
		return nil, APIError(http.StatusUnauthorized, "AGW-401", "Authorization header is not specified").
			With("WWW-Authenticate", `Bearer realm="RingCentral REST API"`)
	}
	t, code, message := p.use(c, token)
	if t == nil {
		return nil, tokenInvalid(code, message)
	}
	return t, endpoint.Response{}
}

// readAccounts answers an operation about the caller's account. The app needs the permission ReadAccounts, the user
// another one; "" is none.
func (p *Service) readAccounts(c *endpoint.Call, r *http.Request, needs string, do func(u *model.User) endpoint.Response) endpoint.Response {
	return p.readAccountAs(c, r, "ReadAccounts", needs, do)
}

// readAccountAs is readAccounts with another permission of the app.
func (p *Service) readAccountAs(c *endpoint.Call, r *http.Request, scope, needs string, do func(u *model.User) endpoint.Response) endpoint.Response {
	return p.permitted(c, r, scope, func(t *model.Access) endpoint.Response {
		u := t.User
		if needs != "" && !u.Role().Allows(needs) {
			return userLacks(needs)
		}
		if id := chi.URLParam(r, "account"); id != "~" && id != fmt.Sprint(u.Account) {
			return APIError(http.StatusNotFound, "CMN-102", "Resource for parameter [accountId] is not found")
		}
		return do(u)
	})
}

// readExtension answers an operation about the caller's extension; account and self are the addresses of the two.
func (p *Service) readExtension(
	c *endpoint.Call, r *http.Request, needs string, do func(u *model.User, account, self string) endpoint.Response,
) endpoint.Response {
	return p.readAccounts(c, r, needs, func(u *model.User) endpoint.Response {
		if id := chi.URLParam(r, "extension"); id != "~" && id != fmt.Sprint(u.ID) {
			return APIError(http.StatusNotFound, "CMN-102", "Resource for parameter [extensionId] is not found")
		}
		account := fmt.Sprintf("%s/restapi/v1.0/account/%d", endpoint.BaseURL(r), u.Account)
		return do(u, account, fmt.Sprintf("%s/extension/%d", account, u.ID))
	})
}

// permitted answers an operation that a limit counts with do, if the caller's app has a permission; "" is none.
func (p *Service) permitted(c *endpoint.Call, r *http.Request, needed string, do func(*model.Access) endpoint.Response) endpoint.Response {
	t, refusal := p.platformToken(c, r)
	if t == nil {
		return refusal
	}
	p.Polling.UsedSession(t.User.ID, model.SessionSign(t.Session))
	ruling := p.Limits.Admit(c.Row.Limit, fmt.Sprintf("%s %d", t.App.ID, t.User.ID), c.Now, c.Rules)
	if !ruling.Admitted {
		c.Limited(&ruling)
		return endpoint.Stamp(ruling, RateExceeded())
	}
	if needed != "" && !permission.Allows(t.Scope, needed) {
		return endpoint.Stamp(ruling, missingPermission(needed))
	}
	return endpoint.Stamp(ruling, do(t))
}

// accountInfo is GET /restapi/v1.0/account/~. The id is a number here, and a string inside the extension.
func (p *Service) accountInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAccounts(c, r, permission.ReadCompany, func(u *model.User) endpoint.Response {
		base := endpoint.BaseURL(r) + "/restapi/v1.0"
		a := p.World.Account(p.Lock.Tx, u.Account)
		self := fmt.Sprintf("%s/account/%d", base, a.ID)
		return endpoint.JSON(http.StatusOK, map[string]any{
			"uri": self, "id": a.ID, "bsid": "1210", "mainNumber": model.MainNumber, "status": "Confirmed",
			"setupWizardState": "Completed", "federated": false, "outboundCallPrefix": 9,
			"operator": map[string]any{
				"uri": fmt.Sprintf("%s/extension/%d", self, u.ID), "id": u.ID, "extensionNumber": u.Extension,
			},
			"serviceInfo": map[string]any{
				"uri":         self + "/service-info",
				"brand":       map[string]any{"id": "1210", "name": "RingCentral", "homeCountry": country(base)},
				"servicePlan": map[string]any{"id": "1", "name": a.Name, "edition": "Enterprise"},
				"billingPlan": map[string]any{
					"id": "1", "name": "Demo", "durationUnit": "Month", "duration": 1, "type": "Regular",
					"includedPhoneLines": 1,
				},
			},
			"signupInfo":       map[string]any{"tosAccepted": true, "marketingAccepted": false},
			"regionalSettings": regionalSettings(base),
			"limits": map[string]any{
				"freeSoftPhoneLinesPerExtension": 1, "meetingSize": 50, "maxMonitoredExtensionsPerUser": 100,
				"maxExtensionNumberLength": 6, "cloudRecordingStorage": 100,
			},
		})
	})
}

// extensionInfo is GET /restapi/v1.0/account/~/extension/~.
func (p *Service) extensionInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAnyExtension(c, r, "ReadAccounts", permission.ReadExtensions, func(u *model.User, account, self string) endpoint.Response {
		return endpoint.JSON(http.StatusOK, map[string]any{
			"uri": self, "id": u.ID, "extensionNumber": u.Extension, "name": u.First + " " + u.Last,
			"account": map[string]any{"uri": account, "id": fmt.Sprint(u.Account)},
			"contact": map[string]any{
				"firstName": u.First, "lastName": u.Last, "company": p.World.Account(p.Lock.Tx, u.Account).Name, "email": u.Email,
				"businessPhone": model.MainNumber, "emailAsLoginName": true,
			},
			"type": extensionType, "status": statusOf(u), "setupWizardState": "Completed", "hidden": false,
			"permissions": map[string]any{
				"admin":                map[string]any{"uri": self + "/permissions", "enabled": u.Role() == permission.SuperAdmin},
				"internationalCalling": map[string]any{"uri": self + "/permissions", "enabled": false},
			},
			"profileImage":     map[string]any{"uri": self + "/profile-image"},
			"departments":      []any{},
			"references":       []any{},
			"roles":            rolesOf(u, account),
			"serviceFeatures":  []any{map[string]any{"featureName": "HDVoice", "enabled": true}},
			"regionalSettings": regionalSettings(endpoint.BaseURL(r) + "/restapi/v1.0"),
		})
	})
}

func country(base string) map[string]any {
	return map[string]any{
		"uri": base + "/dictionary/country/1", "id": "1", "name": "United States", "isoCode": "US", "callingCode": "1",
	}
}

func regionalSettings(base string) map[string]any {
	language := map[string]any{"id": "1033", "name": "English (United States)", "localeCode": "en-US"}
	return map[string]any{
		"timezone": map[string]any{
			"uri": base + "/dictionary/timezone/58", "id": "58", "name": model.DemoTimezone,
			"description": "Pacific Time (US & Canada)", "bias": "-480",
		},
		"homeCountry": country(base), "timeFormat": "12h",
		"language": language, "greetingLanguage": language, "formattingLocale": language,
	}
}
