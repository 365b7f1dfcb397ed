package permission_test

import (
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

func TestAPermissionBringsThoseThatComeWithIt(t *testing.T) {
	if !permission.Allows([]string{"Accounts"}, "ReadAccounts") { // over EditAccounts
		t.Error("what comes with what comes along is missing")
	}
	if permission.Allows([]string{"ReadAccounts"}, "EditAccounts") {
		t.Error("it comes the other way round")
	}
}

func TestARoleNarrowsAScope(t *testing.T) {
	scope := []string{"ReadAccounts", "SMS"}
	if got := permission.Standard.Narrow(scope); !slices.Equal(got, scope) {
		t.Errorf("of %q the standard role leaves %q", scope, got)
	}
	if got := permission.NoAccess.Narrow(scope); !slices.Equal(got, []string{"SMS"}) {
		t.Errorf("of %q a role without access leaves %q", scope, got)
	}
	for _, r := range permission.Roles {
		if found, err := permission.FindRole(r.Name); err != nil || found != r {
			t.Errorf("%s is not found: %v", r.Name, err)
		}
	}
	if _, err := permission.FindRole("Wizard"); err == nil {
		t.Error("a role that there is not is found")
	}
}
