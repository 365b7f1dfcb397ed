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

// BenchmarkRoundTrip is what signing costs a request, beside the best known way to sign one, and how many times that.
func BenchmarkRoundTrip(b *testing.B) {
	made := atOnce{&http.Response{StatusCode: http.StatusOK, Body: http.NoBody}}
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "aws80:1", Expiry: time.Now().Add(time.Hour)})
	ours := &ringcx.Transport{Source: &fixed{AccessToken: "aws80:1"}, Host: ringcx.Endpoint{}.Canonical().RingCX, Base: made}
	theirs := &oauth2.Transport{Source: source, Base: made}
	req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://ringcx.ringcentral.com/voice/api/v1/admin/users", nil)
	req.Header.Set("User-Agent", "test")
	req.Header.Set("Accept", "application/json")
	sign := func(b *testing.B, over http.RoundTripper) {
		resp, err := over.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	for name, over := range map[string]http.RoundTripper{"ringcx": ours, "oauth2": theirs} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sign(b, over)
			}
		})
	}
	b.Run("ratio", func(b *testing.B) { // of the best of many rounds, which what else the machine does has slowed least
		us, them := time.Hour, time.Hour
		for b.Loop() {
			us = min(us, taken(func() { sign(b, ours) }))
			them = min(them, taken(func() { sign(b, theirs) }))
		}
		b.ReportMetric(float64(us)/float64(them), "of-oauth2")
	})
}

// taken is how long f takes twenty times.
func taken(f func()) time.Duration {
	start := time.Now()
	for range 20 {
		f()
	}
	return time.Since(start)
}
