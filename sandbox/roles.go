package sandbox

import (
	"fmt"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// permission is one that a role gives, by the vendor's name, with what it reaches.
type permission struct{ id, scope string }

// What users need at the platform.
const (
	readCompany    = "ReadCompanyInfo"
	readExtensions = "ReadExtensions"
	readPresence   = "ReadPresenceStatus"
)

// role is what a user of RingCentral may do, whatever the app may.
type role struct {
	id, name    string
	permissions []permission
}

var (
	superAdmin = &role{"1", "Super Admin", slices.Concat(standardPermissions, []permission{
		{"EditCompanyInfo", "Account"}, {"EditExtensions", "AllExtensions"},
	})}
	standard = &role{"5", "Standard", standardPermissions}
	noAccess = &role{"1000004", "No API access", []permission{{"UseThirdPartyApps", "Self"}}}

	standardPermissions = []permission{
		{readCompany, "Account"},
		{readExtensions, "AllExtensions"},
		{readPresence, "AllExtensions"},
		{"ReadUserInfo", "Self"},
		{"EditUserInfo", "Self"},
		{"UseThirdPartyApps", "Self"},
	}
)

// roles are those that a user can have. The first two have the vendor's names and ids, the third is like one that an
// administrator has made. Which permissions belong to each is assumed: the vendor has hundreds.
var roles = []*role{superAdmin, standard, noAccess}

// roleNamed finds a role by its name.
func roleNamed(name string) (*role, error) {
	for _, r := range roles {
		if r.name == name {
			return r, nil
		}
	}
	return nil, fmt.Errorf("there is no role %q; there are %s, %s and %s", wording.Clip(name), superAdmin.name, standard.name, noAccess.name)
}

func (r *role) allows(id string) bool {
	return slices.ContainsFunc(r.permissions, func(p permission) bool { return p.id == id })
}

// roleNeeds are the permissions of a user without which a permission of an app gives nothing, as far as the roles have them.
var roleNeeds = map[string]string{
	"ReadAccounts": readCompany, "EditAccounts": "EditCompanyInfo", "EditExtensions": "EditExtensions", "ReadPresence": readPresence,
}

// scopeOf is the scope of a token of u in a, where scope was asked for; nil is that of the app.
func scopeOf(r *contract.Rules, a *app, u *user, scope []string) []string {
	if !r.ScopeFollowsRole {
		return scope
	}
	if scope == nil {
		scope = a.scopes
	}
	out := []string{}
	for _, one := range scope {
		if needs := roleNeeds[one]; needs == "" || u.role.allows(needs) {
			out = append(out, one)
		}
	}
	return out
}

// rolesOf are the roles of u as the platform tells of them.
func rolesOf(u *user, account string) []link {
	return []link{{account + "/user-role/" + u.role.id, u.role.id}}
}
