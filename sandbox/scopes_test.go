package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAScopeBringsThoseThatItIncludes(t *testing.T) {
	for scope, want := range map[string]int{
		"ReadAccounts": http.StatusOK, "EditAccounts": http.StatusOK, "Accounts": http.StatusOK,
		"EditExtensions": http.StatusForbidden, "ReadMessages": http.StatusForbidden,
	} {
		v := newVendor(t, sandbox.Options{})
		app := v.control("apps", `{"scopes":["`+scope+`"]}`)
		token := str(v.formAs(str(app, "clientId"), str(app, "clientSecret"), tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).
			want(http.StatusOK).json(), "access_token")
		if got := v.get(accountPath, token).status; got != want {
			t.Errorf("%s: the account is answered %d, want %d", scope, got, want)
		}
		if got := v.exchangeToken(token).status; got != want {
			t.Errorf("%s: an exchange is answered %d, want %d", scope, got, want)
		}
	}
}
