package permission

import (
	"fmt"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Permission is one that a role gives, by the vendor's name, with what it reaches.
type Permission struct{ ID, Scope string }

// What users need at the platform.
const (
	ReadCompany    = "ReadCompanyInfo"
	ReadExtensions = "ReadExtensions"
	ReadPresence   = "ReadPresenceStatus"
)

// Role is what a user of RingCentral may do, whatever the app may.
type Role struct {
	ID, Name    string
	Permissions []Permission
}

// The roles that there are.
var (
	SuperAdmin = &Role{"1", "Super Admin", slices.Concat(standardPermissions, []Permission{
		{"EditCompanyInfo", "Account"}, {"EditExtensions", "AllExtensions"},
	})}
	Standard = &Role{"5", "Standard", standardPermissions}
	NoAccess = &Role{"1000004", "No API access", []Permission{{"UseThirdPartyApps", "Self"}}}

	standardPermissions = []Permission{
		{ReadCompany, "Account"},
		{ReadExtensions, "AllExtensions"},
		{ReadPresence, "AllExtensions"},
		{"ReadUserInfo", "Self"},
		{"EditUserInfo", "Self"},
		{"UseThirdPartyApps", "Self"},
	}
)

// Roles are those that a user can have. The first two have the vendor's names and ids, the third is like one that an
// administrator has made. Which permissions belong to each is assumed: the vendor has hundreds.
var Roles = []*Role{SuperAdmin, Standard, NoAccess}

// FindRole finds a role by its name, or says which ones there are.
func FindRole(name string) (*Role, error) {
	for _, r := range Roles {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, fmt.Errorf("there is no role %q; there are %s, %s and %s", wording.Clip(name), SuperAdmin.Name, Standard.Name, NoAccess.Name)
}

// Allows reports whether the role gives a permission, by its id.
func (r *Role) Allows(id string) bool {
	return slices.ContainsFunc(r.Permissions, func(p Permission) bool { return p.ID == id })
}

// roleNeeds are the permissions of a user without which a permission of an app gives nothing, as far as the roles have them.
var roleNeeds = map[string]string{
	"ReadAccounts": ReadCompany, "EditAccounts": "EditCompanyInfo", "EditExtensions": "EditExtensions", "ReadPresence": ReadPresence,
}

// Narrow are the app permissions that r lets a token of an app with scope have.
func (r *Role) Narrow(scope []string) []string {
	out := []string{}
	for _, one := range scope {
		if needs := roleNeeds[one]; needs == "" || r.Allows(needs) {
			out = append(out, one)
		}
	}
	return out
}
