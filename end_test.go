package ringcx_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
)

func TestARefreshTokenThatIsAPathIsNotPutIntoOne(t *testing.T) {
	for refresh, want := range map[string]string{
		".": "", "..": "", "%2e%2e": "", "%252E.": "", "../../voice/api/v1/admin/token": "", `..\x`: "", "a/../b": "", "..;x": "", "..?": "", " .. ": "", "%zz%2f%2e%2e": "",
		"r1": "r1", "...": "...", "a..b": "a..b", "ab/c+d==": "ab%2Fc+d==", "50%": "50%25", ".hidden": ".hidden",
	} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				asked = append(asked, r.URL.EscapedPath())
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"accessToken": "b", "refreshToken": refresh, "access_token": "a", "expires_in": 3600})
		}))
		c := &ringcx.Config{ClientID: "id", ClientSecret: secretValue, Endpoint: ringcx.Endpoint{RingCentral: server.URL, RingCX: server.URL}}
		session := c.NewSession(c.JWT(jwtValue), nil)
		mustToken(t, session)
		err := session.Logout(t.Context())
		if want != "" && err != nil || err != nil && !strings.Contains(err.Error(), "end the RingCX session: not sent") {
			t.Errorf("%q: %v", refresh, err)
		}
		if got := strings.Join(asked, " "); want != "" && got != "/api/auth/logout/"+want || want == "" && got != "" {
			t.Errorf("%q: asked was %q", refresh, got)
		}
		server.Close()
	}
}
