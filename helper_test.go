package ringcx_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

const (
	loginPath    = "POST /restapi/oauth/token"
	revokePath   = "POST /restapi/oauth/revoke"
	exchangePath = "POST /api/auth/login/rc/accesstoken"
	refreshPath  = "POST /api/auth/token/refresh"
	usersPath    = "GET /voice/api/v1/admin/users"
)

// newVendor is a sandbox without sockets, on the clock of the bubble it is made in.
func newVendor(t *testing.T, change ...func(*ringcxtest.Options)) *ringcxtest.Server {
	t.Helper()
	opts := &ringcxtest.Options{NoSockets: true}
	for _, f := range change {
		f(opts)
	}
	return ringcxtest.NewServer(t, opts)
}

func shortTokens(ttl time.Duration) func(*ringcxtest.Options) {
	return func(o *ringcxtest.Options) { o.Sandbox.TokenTTL = ttl }
}

// control posts to the sandbox's control plane and returns its answer.
func control(t *testing.T, v *ringcxtest.Server, path, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.URL+"/_sandbox/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := v.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("POST %s %s: %d %v %v", path, body, resp.StatusCode, answer, err)
	}
	return answer
}

// fault makes the next request of the kind "POST /path" go wrong; more is further fields of the fault, as JSON.
func fault(t *testing.T, v *ringcxtest.Server, request, kind, more string) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	body, err := json.Marshal(map[string]any{"method": method, "path": path, "kind": kind})
	if err != nil {
		t.Fatal(err)
	}
	if more != "" {
		body = []byte(strings.TrimSuffix(string(body), "}") + "," + more + "}")
	}
	control(t, v, "faults", string(body))
}

// call gets path signed in and returns the status.
func call(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func mustToken(t *testing.T, s *ringcx.Session) *ringcx.Token {
	t.Helper()
	token, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// asked are the requests since the last n.
func asked(v *ringcxtest.Server, n int) []string { return v.Paths()[n:] }

func wantAsked(t *testing.T, v *ringcxtest.Server, from int, want ...string) {
	t.Helper()
	if got := asked(v, from); !slices.Equal(got, want) {
		t.Errorf("requests were\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func wantNoVerdicts(t *testing.T, v *ringcxtest.Server) {
	t.Helper()
	if got := v.Verdicts(); len(got) > 0 {
		t.Errorf("the vendor would object: %v", got)
	}
}

// works tells whether the vendor accepts the token.
func works(t *testing.T, v *ringcxtest.Server, token *ringcx.Token) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL+"/voice/api/v1/admin/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken)
	req.Header.Set("User-Agent", "test/1.0")
	resp, err := v.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// stored is the record of the only lineage in a memory store, as its JSON says.
func stored(t *testing.T, store ringcx.Store, key string) map[string]any {
	t.Helper()
	value, err := store.Load(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	if value == nil {
		return nil
	}
	var r map[string]any
	if err := json.Unmarshal(value, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func storedToken(t *testing.T, store ringcx.Store, key, which, field string) string {
	t.Helper()
	pair, _ := stored(t, store, key)[which].(map[string]any)
	s, _ := pair[field].(string)
	return s
}
