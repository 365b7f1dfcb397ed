package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// overHTTP serves v on an address, for clients that are not ours.
func (v *vendor) overHTTP() string {
	web := httptest.NewServer(v)
	v.t.(*testing.T).Cleanup(web.Close)
	return web.URL
}

func TestTheStandardLibraryOfOAuthSignsIn(t *testing.T) {
	v := codeVendor(t)
	base := v.overHTTP()
	demo := v.Demo()
	for name, c := range map[string]struct {
		id, secret, redirect string
		style                oauth2.AuthStyle
	}{
		"native app": {demo.NativeClientID, "", loopback, oauth2.AuthStyleInParams},
		"web app":    {demo.WebClientID, demo.WebClientSecret, demo.WebRedirectURI, oauth2.AuthStyleInHeader},
	} {
		t.Run(name, func(t *testing.T) {
			config := &oauth2.Config{
				ClientID: c.id, ClientSecret: c.secret, RedirectURL: c.redirect,
				Endpoint: oauth2.Endpoint{
					AuthURL: base + authorizePath, TokenURL: base + tokenPath, AuthStyle: c.style,
				},
			}
			secret := oauth2.GenerateVerifier()
			u, err := url.Parse(config.AuthCodeURL("state", oauth2.S256ChallengeOption(secret)))
			if err != nil {
				t.Fatal(err)
			}
			code := v.person().code(u.RequestURI())
			if _, err := config.Exchange(t.Context(), code); err == nil {
				t.Error("the code was taken without its verifier")
			}
			token, err := config.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
			if err != nil {
				t.Fatal(err)
			}
			first := token.AccessToken
			token.Expiry = time.Now().Add(-time.Hour)
			client := config.Client(t.Context(), token)
			defer client.CloseIdleConnections()
			answer, err := client.Get(base + accountPath)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("status %d after a refresh", answer.StatusCode)
			}
			v.get(accountPath, first).wantAPI(401, "TokenInvalid", "OAU-129")
		})
	}
	for _, e := range v.Requests() {
		if e.Path == tokenPath && len(e.Verdicts) > 0 && e.Status == http.StatusOK {
			t.Errorf("verdicts %q", e.Verdicts)
		}
	}
}
