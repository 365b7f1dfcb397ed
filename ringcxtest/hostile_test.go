package ringcxtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/sandbox"
)

const hostileShare = 0.3

// hostileVendor is a vendor on a hostile day, in memory, so that its delays and waits are those of the test's clock.
func hostileVendor(t *testing.T, seed uint64) *ringcxtest.Server {
	t.Helper()
	return ringcxtest.NewServer(t, &ringcxtest.Options{
		NoSockets: true, Sandbox: sandbox.Options{Hostile: hostileShare, Seed: seed},
	})
}

func calm(t *testing.T, v *ringcxtest.Server) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, v.URL+"/_sandbox/faults", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// day makes a call each minute for a day, and counts those that got their answer.
func day(client *http.Client, url string) (served int) {
	for range 24 * 60 {
		if resp, err := client.Get(url + "/voice/api/v1/admin/accounts"); err == nil {
			_, broken := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK && broken == nil {
				served++
			}
		}
		<-time.After(time.Minute)
	}
	return served
}

func TestAHostileDayNeitherReplaysARefreshTokenNorEndsASession(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			v, store := hostileVendor(t, seed+1), new(ringcx.Memory)
			person := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
			for person.Login(t.Context()) != nil {
				time.Sleep(time.Minute)
			}
			// From here on nobody can log in again: a lineage that is lost is seen.
			s := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
			served := day(s.Client(), v.URL)
			calm(t, v)
			time.Sleep(time.Hour)
			if _, err := s.Token(t.Context()); err != nil {
				t.Errorf("seed %d: when the day is over: %v", seed, err)
			}
			if got := v.Verdicts(); len(got) > 0 {
				t.Errorf("seed %d: the vendor objects: %q", seed, got)
			}
			if served < 24*60/2 {
				t.Errorf("seed %d: only %d calls of %d were answered", seed, served, 24*60)
			}
		})
	}
}

// naive refreshes with the token that it has, whatever became of the request before.
type naive struct {
	t *testing.T
	v *ringcxtest.Server
}

func (n naive) post(path string, form url.Values) map[string]any {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, n.v.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "naive/1.0")
	if strings.HasPrefix(path, "/restapi/") {
		req.SetBasicAuth(n.v.Demo().ClientID, n.v.Demo().ClientSecret)
	}
	resp, err := n.v.Client().Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	var out map[string]any
	if resp.StatusCode != http.StatusOK || json.NewDecoder(bytes.NewReader(body)).Decode(&out) != nil {
		return nil
	}
	return out
}

// until asks until there is an answer.
func (n naive) until(path string, form url.Values) map[string]any {
	n.t.Helper()
	for {
		if out := n.post(path, form); out != nil {
			return out
		}
		<-time.After(time.Minute)
	}
}

// The control: the same days are bad enough for a client that does not write down what it spends.
func TestAHostileDayIsSeenToCatchAClientThatRepeatsARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := naive{t, hostileVendor(t, 1)}
		login := n.until("/restapi/oauth/token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {n.v.Demo().JWT},
		})
		cx := n.until("/api/auth/login/rc/accesstoken", url.Values{
			"rcAccessToken": {login["access_token"].(string)}, "rcTokenType": {"Bearer"}, "includeRefresh": {"true"},
		})
		for range 24 * 60 {
			if next := n.post("/api/auth/token/refresh", url.Values{"refresh_token": {cx["refreshToken"].(string)}}); next != nil {
				cx = next
			}
			time.Sleep(time.Minute)
		}
		if got := n.v.Verdicts(); !slices.Contains(got, "refresh token replayed") {
			t.Errorf("verdicts %q: no replay was seen, so the test that looks for them proves nothing", got)
		}
	})
}
