package ringcx_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

var _ ringcx.Informed = (*ringcx.Session)(nil)

// listening is a TokenSource that writes down what it is told.
type listening struct {
	numbered
	heard []string
}

func (s *listening) Confirm(t *ringcx.Token) { s.heard = append(s.heard, t.AccessToken+" worked") }

func (s *listening) Invalidate(t *ringcx.Token) {
	s.heard = append(s.heard, t.AccessToken+" was refused")
	s.numbered.Invalidate(t)
}

// silentSource is one that is told nothing.
type silentSource struct{ s ringcx.TokenSource }

func (s silentSource) Token(ctx context.Context) (*ringcx.Token, error) { return s.s.Token(ctx) }

func TestASourceIsToldWhatBecameOfItsTokens(t *testing.T) {
	for name, c := range map[string]struct {
		answers []int
		want    []string
	}{
		"a success":             {[]int{200}, []string{"t1 worked"}},
		"an error of the API":   {[]int{500}, []string{"t1 worked"}},
		"a refused token":       {[]int{401, 200}, []string{"t1 was refused", "t2 worked"}},
		"two tokens in a row":   {[]int{401, 401}, []string{"t1 was refused"}},
		"no answer":             {[]int{0}, nil},
		"no answer to the next": {[]int{401, 0}, []string{"t1 was refused"}},
	} {
		sent := 0
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			sent++
			if status := c.answers[sent-1]; status != 0 {
				return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, nil
			}
			return nil, fmt.Errorf("no network")
		})
		get := func(s ringcx.TokenSource) {
			sent = 0
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/voice/api/v1/admin/users", nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := (&ringcx.Transport{Source: s, Host: "api.example", Base: base}).RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
		}
		s := new(listening)
		get(s)
		if !slices.Equal(s.heard, c.want) || sent != len(c.answers) {
			t.Errorf("%s: heard %q, want %q; %d requests", name, s.heard, c.want, sent)
		}
		if get(silentSource{s}); sent != 1 { // control: who is not told brings the same again
			t.Errorf("%s: %d requests for a source that is told nothing", name, sent)
		}
	}
}

// A program that signs by itself can tell a session what a Transport tells it.
func TestASessionBelievesAnybodyWhoTellsItThatATokenWorked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := legacy(newVendor(t), false, nil)
		first := mustToken(t, s)
		s.Confirm(nil) // says nothing
		time.Sleep(30 * time.Minute)
		if s.Confirm(first); !mustToken(t, s).Expiry.Equal(time.Now().Add(first.Idle)) {
			t.Errorf("%s ends at %s", first, mustToken(t, s).Expiry)
		}
	})
}

func TestSigningARequestAllocatesLittle(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	made := atOnce{&http.Response{StatusCode: http.StatusOK, Body: http.NoBody}}
	transport := &ringcx.Transport{Source: v.Session(nil), Host: v.URL, Base: made}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL+"/voice/api/v1/admin/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "test")
	n := testing.AllocsPerRun(100, func() {
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
	if n > 4 {
		t.Errorf("%v allocations", n)
	}
}
