package platform

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// activePermission is a permission as the platform tells of it.
type activePermission struct {
	Permission    permissionID `json:"permission"`
	EffectiveRole link         `json:"effectiveRole"`
	Scopes        []string     `json:"scopes"`
}

type permissionID struct {
	link
	SiteCompatible string `json:"siteCompatible"`
	ReadOnly       bool   `json:"readOnly"`
	Assignable     bool   `json:"assignable"`
}

type link struct {
	URI string `json:"uri"`
	ID  string `json:"id"`
}

func permissionsOf(u *model.User, base string) []activePermission {
	role := u.Role()
	out := make([]activePermission, 0, len(role.Permissions))
	for _, p := range role.Permissions {
		out = append(out, activePermission{
			Permission: permissionID{
				link: link{base + "/dictionary/permission/" + p.ID, p.ID}, SiteCompatible: "Independent", Assignable: true,
			},
			EffectiveRole: link{base + "/dictionary/user-role/" + role.ID, role.ID},
			Scopes:        []string{p.Scope},
		})
	}
	return out
}

// authzProfile is GET .../authz-profile: what the caller may do.
func (p *Service) authzProfile(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readOwnExtension(c, r, func(u *model.User, _, self string) endpoint.Response {
		return endpoint.JSON(http.StatusOK, struct {
			URI         string             `json:"uri"`
			Permissions []activePermission `json:"permissions"`
		}{self + "/authz-profile", permissionsOf(u, endpoint.BaseURL(r)+"/restapi/v1.0")})
	})
}

// checkPermission is GET .../authz-profile/check?permissionId=: whether the caller has a permission, and from where.
func (p *Service) checkPermission(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readOwnExtension(c, r, func(u *model.User, _, self string) endpoint.Response {
		id := r.URL.Query().Get("permissionId")
		if id == "" { // assumed
			return APIError(http.StatusBadRequest, "CMN-101", "Parameter [permissionId] value is invalid")
		}
		out := struct {
			URI        string            `json:"uri"`
			Successful bool              `json:"successful"`
			Details    *activePermission `json:"details,omitempty"`
		}{URI: self + "/authz-profile/check?permissionId=" + url.QueryEscape(id)}
		for _, found := range permissionsOf(u, endpoint.BaseURL(r)+"/restapi/v1.0") {
			if found.Permission.ID == id {
				out.Successful, out.Details = true, &found
			}
		}
		return endpoint.JSON(http.StatusOK, out)
	})
}

// clientInfo is GET /restapi/v1.0/client-info: how the platform sees the app that asks. The vendor's clients use it to
// find out whether somebody is logged in, so it needs no permission (assumed).
func (p *Service) clientInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.permitted(c, r, "", func(t *model.Access) endpoint.Response {
		agent := r.UserAgent()
		_, version, _ := strings.Cut(agent, "/")
		version, _, _ = strings.Cut(version, " ")
		return endpoint.JSON(http.StatusOK, map[string]any{
			"uri": endpoint.BaseURL(r) + "/restapi/v1.0/client-info",
			"client": map[string]any{
				"detected": agent != "", "userAgent": agent, "appId": t.App.ID, "appName": t.App.Name,
				"appVersion": version, "locale": "en-US",
			},
			"provisioning": map[string]any{},
		})
	})
}

// rolesOf are the roles of u as the platform tells of them.
func rolesOf(u *model.User, account string) []link {
	id := u.Role().ID
	return []link{{account + "/user-role/" + id, id}}
}
