package ringcx_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

// vector is a sample answer of the vendor, as sandbox/testdata/vectors has them.
type vector struct {
	Status  int
	Headers map[string]string
	Body    json.RawMessage
	Text    string
}

// vendorOf is a configuration whose vendor answers everything with the vector of a name, and the fields of its body.
func vendorOf(t *testing.T, name string) (*ringcx.Config, map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("sandbox", "testdata", "vectors", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if v.Body != nil {
		if err := json.Unmarshal(v.Body, &fields); err != nil {
			t.Fatal(err)
		}
	}
	return answering(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range v.Headers {
			if !strings.HasPrefix(value, "~") {
				w.Header().Set(name, value)
			}
		}
		w.Header().Set("RCRequestId", "5d1f2a44-0c0e-4a57-9b62-0d6a1f3c5e77")
		w.WriteHeader(v.Status)
		_, _ = w.Write([]byte(v.Text + string(v.Body)))
	}), fields
}

func TestEachSampleOfARingCentralTokenIsUnderstood(t *testing.T) {
	for _, name := range []string{
		"ringcentral-token", "ringcentral-token-refreshed", "ringcentral-token-without-refresh", "ringcentral-token-openid",
	} {
		t.Run(name, func(t *testing.T) {
			c, want := vendorOf(t, name)
			got, err := c.JWT(jwtValue).Renew(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			refresh, _ := want["refresh_token"].(string)
			if got.AccessToken != want["access_token"] || got.RefreshToken != refresh ||
				got.Scope != want["scope"] || got.OwnerID != want["owner_id"] {
				t.Errorf("%+v of %v", got, want)
			}
			if got.Expiry.Sub(got.Obtained) != time.Hour || got.RefreshExpiry.IsZero() != (refresh == "") {
				t.Errorf("it ends at %v, its refresh token at %v", got.Expiry, got.RefreshExpiry)
			}
		})
	}
}

func TestEachSampleOfARingCXTokenIsUnderstood(t *testing.T) {
	rc := &ringcx.Token{AccessToken: "a", RefreshToken: refreshValue}
	for name, ask := range map[string]func(*testing.T, *ringcx.Config) (*ringcx.Token, error){
		"ringcx-exchange": func(t *testing.T, c *ringcx.Config) (*ringcx.Token, error) {
			return c.Exchange(t.Context(), rc)
		},
		"ringcx-exchange-without-refresh": func(t *testing.T, c *ringcx.Config) (*ringcx.Token, error) {
			return c.Exchange(t.Context(), rc)
		},
		"ringcx-refresh": func(t *testing.T, c *ringcx.Config) (*ringcx.Token, error) { return c.Refresh(t.Context(), rc) },
		"ringcx-login-admin": func(t *testing.T, c *ringcx.Config) (*ringcx.Token, error) {
			return c.RingCXPassword("user", "password", "platform").Renew(t.Context(), nil)
		},
		"ringcx-legacy-login": func(t *testing.T, c *ringcx.Config) (*ringcx.Token, error) {
			return c.LegacyPassword("user", "password", false).Renew(t.Context(), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, want := vendorOf(t, name)
			got, err := ask(t, c)
			if err != nil {
				t.Fatal(err)
			}
			if token, legacy := want["authToken"]; legacy {
				if got.AccessToken != token || got.TokenType != "X-Auth-Token" {
					t.Errorf("%+v", got)
				}
				return
			}
			refresh, _ := want["refreshToken"].(string)
			if got.AccessToken != want["accessToken"] || got.RefreshToken != refresh || got.TokenType != "Bearer" ||
				got.MainAccountID != want["mainAccountId"] || got.Expiry.Sub(got.Obtained) != 5*time.Minute {
				t.Errorf("%+v of %v", got, want)
			}
			var details map[string]any
			if err := json.Unmarshal(got.Details, &details); err != nil || details["adminId"] != want["adminId"] {
				t.Errorf("details %v, %v", details, err)
			}
		})
	}
}

func TestEachSampleOfARefusalIsUnderstood(t *testing.T) {
	for name, want := range map[string]ringcx.Error{
		"ringcentral-unknown-client":  {StatusCode: 400, Code: "OAU-153", Message: "Invalid client: QmV0d2VlbkxpbmVzMTIzNA"},
		"ringcentral-no-client":       {StatusCode: 400, Code: "OAU-123", Message: "Client authentication is required"},
		"ringcentral-wrong-secret":    {StatusCode: 401, Code: "OAU-146", Message: "Invalid client credentials"},
		"ringcentral-wrong-flow":      {StatusCode: 400, Code: "OAU-251", Message: "Unauthorized for this grant type"},
		"ringcentral-unknown-grant":   {StatusCode: 400, Code: "OAU-250", Message: "Unsupported grant type"},
		"ringcentral-spent-refresh":   {StatusCode: 400, Code: "OAU-213", Message: "Token not found"},
		"ringcentral-expired-refresh": {StatusCode: 400, Code: "OAU-210", Message: "Token expired"},
		"ringcentral-revoked-refresh": {StatusCode: 400, Code: "OAU-211", Message: "Token revoked"},
		"ringcentral-wrong-redirect":  {StatusCode: 400, Code: "OAU-109", Message: "Redirect URIs do not match"},
		"ringcentral-limit":           {StatusCode: 429, Code: "CMN-301", Message: "Request rate exceeded", RetryAfter: time.Minute},
		"ringcentral-no-token":        {StatusCode: 401, Code: "AGW-401", Message: "Authorization header is not specified"},
		"ringcx-exchange-limit":       {StatusCode: 429, Message: "Too Many Requests: rate", RetryAfter: time.Minute},
		"ringcx-expired":              {StatusCode: 401, Message: "Unauthorized: Jwt is expired"},
		"ringcx-exchange-refused": {
			StatusCode: 401, Code: "unauthorized.exception", Message: "The RingCentral access token is not valid",
		},
		"ringcx-forbidden": {
			StatusCode: 403, Code: "access.denied.exception", Message: "You do not have permission to access this resource",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := vendorOf(t, name)
			_, err := c.JWT(jwtValue).Renew(t.Context(), nil)
			if strings.HasPrefix(name, "ringcx-") {
				_, err = c.Exchange(t.Context(), &ringcx.Token{AccessToken: "a"})
			}
			var got *ringcx.Error
			if !errors.As(err, &got) {
				t.Fatalf("%v is not an *Error", err)
			}
			if got.StatusCode != want.StatusCode || got.Code != want.Code || got.Message != want.Message ||
				got.RetryAfter != want.RetryAfter || got.RequestID == "" {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
