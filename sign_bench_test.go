package ringcx_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/ringcx-go/ringcx"
)

// atOnce answers without a network.
type atOnce struct{ *http.Response }

func (a atOnce) RoundTrip(*http.Request) (*http.Response, error) { return a.Response, nil }

// fixed hands out one token.
type fixed ringcx.Token

func (f *fixed) Token(context.Context) (*ringcx.Token, error) { return (*ringcx.Token)(f), nil }

// BenchmarkRoundTrip is what signing costs a request, beside the best known way to sign one.
func BenchmarkRoundTrip(b *testing.B) {
	made := atOnce{&http.Response{StatusCode: http.StatusOK, Body: http.NoBody}}
	token := &fixed{AccessToken: "aws80:1"}
	for name, base := range map[string]http.RoundTripper{
		"ringcx": &ringcx.Transport{Source: token, Host: ringcx.Endpoint{}.Canonical().RingCX, Base: made},
		"oauth2": &oauth2.Transport{Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "aws80:1", Expiry: time.Now().Add(time.Hour)}), Base: made},
	} {
		b.Run(name, func(b *testing.B) {
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://ringcx.ringcentral.com/voice/api/v1/admin/users", nil)
			req.Header.Set("User-Agent", "test")
			req.Header.Set("Accept", "application/json")
			b.ReportAllocs()
			for b.Loop() {
				resp, err := base.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
