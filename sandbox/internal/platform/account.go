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

// readAccount answers an operation about the caller's account. The app needs the permission scope, the user another one; "" is none.
func (p *Service) readAccount(
	c *endpoint.Call, r *http.Request, scope, needs string, do func(u *model.User) endpoint.Response,
) endpoint.Response {
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

// permitted answers an operation that a limit counts with do, if the caller's app has a permission; "" is none.
func (p *Service) permitted(c *endpoint.Call, r *http.Request, needed string, do func(*model.Access) endpoint.Response) endpoint.Response {
	t, refusal := p.platformToken(c, r)
	if t == nil {
		return refusal
	}
	p.Polling.UsedSession(t.User.ID, model.SessionSign(t.Session))
	return c.Counted(p.Limits, fmt.Sprintf("%s %d", t.App.ID, t.User.ID), RateExceeded, func() endpoint.Response {
		if needed != "" && !permission.Allows(t.Scope, needed) {
			return missingPermission(needed)
		}
		return do(t)
	})
}

// accountInfo is GET /restapi/v1.0/account/~. The id is a number here, and a string inside the extension.
func (p *Service) accountInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAccount(c, r, "ReadAccounts", permission.ReadCompany, func(u *model.User) endpoint.Response {
		base := endpoint.BaseURL(r) + "/restapi/v1.0"
		a := p.World.Account(p.Lock.Tx, u.Account)
		self := accountURI(r, a.ID)
		return endpoint.JSON(http.StatusOK, map[string]any{
			"uri": self, "id": a.ID, "bsid": "1210", "mainNumber": model.MainNumber, "status": "Confirmed",
			"setupWizardState": "Completed", "federated": false, "outboundCallPrefix": 9,
			"operator": map[string]any{
				"uri": extensionURI(self, u), "id": u.ID, "extensionNumber": u.Extension,
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
