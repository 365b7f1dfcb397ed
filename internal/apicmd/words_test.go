package apicmd_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
)

func TestAPathIsUnderstoodAsItComes(t *testing.T) {
	const users = "/voice/api/v1/admin/users"
	for text, want := range map[string]string{
		users: users, "voice/api/v1/admin/users": users, "//voice/api/v1/admin/users": users, "///voice/api/v1/admin/users": users,
		"C:/Program Files/Git/voice/api/v1/admin/users": users, `c:\Program Files\Git\voice\api\v1\admin\users`: users, "D:/a/voice/x/api/voice/api/v1/admin/users": users,
		`C:\msys64/voice\api/v1\admin/users?a=\x//y`: users + `?a=\x//y`, "C:/Users/api/git/voice/api/v1/admin/users": users,
		"C:/Program Files/Git/api/v1/admin/accounts": "/api/v1/admin/accounts", "api/v1/admin/accounts?a=b": "/api/v1/admin/accounts?a=b",
		"C:/Program Files/Git/voice/{accountId}?x=C:/y": "/voice/{accountId}?x=C:/y", "/C:/x": "/C:/x", `c:\voice\api\v1\admin\users`: users, "/nothing": "/nothing",
		"v1/admin/utilities": "/v1/admin/utilities",
	} {
		if got, err := apicmd.Understood(text); err != nil || got != want {
			t.Errorf("%q is taken for %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"C:/Program Files/Git/users", "C:/voice/api/x/voice/api/v1/admin/users", `C:\`, "c:voice/api/x", "//example.com/voice/api/x", `\\host\voice\api`, `\voice\api`, "example.com/voice/api/x",
		"https://h/voice/api", "C:/Program Files/Git/https://h/voice/api", "", "voice", "./voice/api", "../voice/api/", "~/voice/api/x", "VOICE/API/x", "user@voice/api/x",
	} {
		if got, err := apicmd.Understood(text); err == nil {
			t.Errorf("%q is taken for %q", text, got)
		}
	}
}
