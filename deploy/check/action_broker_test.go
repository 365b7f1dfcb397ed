//go:build linux

package check_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// runners is the part of a runner that gives tokens to jobs, and the issuer of these.
type runners struct {
	*httptest.Server
	key     *ecdsa.PrivateKey
	request string       // the secret that a job shows to it
	given   atomic.Int32 // how many tokens
}

func newRunners(t *testing.T) *runners {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := &runners{key: key, request: "request-" + rand.Text()}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *runners) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	switch q.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": r.URL, "jwks_uri": r.URL + "/keys"})
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: r.key.Public(), KeyID: "1"}}})
	case "/token":
		if q.Header.Get("Authorization") != "bearer "+r.request || q.URL.Query().Get("api-version") != "2.0" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		token, err := r.token(q.URL.Query().Get("audience"))
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"count": len(token), "value": token})
	}
}

func (r *runners) token(audience string) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: r.key, KeyID: "1"}}, nil)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{
		"iss": r.URL, "aud": audience, "exp": time.Now().Add(5 * time.Minute).Unix(), "repository": "acme/site", "jti": fmt.Sprint(r.given.Add(1)),
	})
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// lets starts a broker that lets jobs of the runners in, and returns its address.
func (r *runners) lets(t *testing.T, ca string) string {
	t.Helper()
	box, dir := ringcxtest.NewServer(t, nil), t.TempDir()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // to find a port that is free
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close()
	config := filepath.Join(dir, "broker.toml")
	write(t, config, fmt.Sprintf("linger = \"0s\"\n[[listen]]\naddress = %q\n[[oidc]]\nissuer = %q\naudience = [\"ours & theirs\"]\nname = \"ci:{repository}\"\nca = %q\n"+
		"[oidc.claims]\nrepository = \"acme/*\"\n", address, r.URL, ca), 0o600)
	cmd, log := exec.CommandContext(t.Context(), command, "broker", "--config", config), new(bytes.Buffer)
	cmd.Env = append(strings.Split(strings.TrimSpace(login(t, box, "127.0.0.1")), "\n"), "HOME="+dir, "RINGCX_STORE=file:"+filepath.Join(dir, "store"))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	comes(t, "the broker", log, func(ctx context.Context) bool {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return "http://" + address
}

func TestAJobIsLetInAtABrokerWithoutAStoredSecret(t *testing.T) {
	r, j := newRunners(t), newJob(t)
	j.trusts(r.Server)
	broker := r.lets(t, j.env["CURL_CA_BUNDLE"])
	inputs := map[string]string{"broker": broker, "audience": "ours & theirs", "renew": "1"}
	j.refused("id-token: write", inputs, install)
	j.env["ACTIONS_ID_TOKEN_REQUEST_URL"], j.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = r.URL+"/token?api-version=2.0", r.request
	if err := j.uses("action.yml", inputs, install); err != nil {
		t.Fatal(err)
	}
	first := strings.TrimSpace(j.read(j.env["RINGCX_BROKER_KEY_FILE"]))
	if info, err := os.Stat(j.env["RINGCX_BROKER_KEY_FILE"]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the token: %v %v", info.Mode(), err)
	}
	if len(j.mask) != 1 || j.mask[0] != first || j.env["RC_SERVER_URL"] != "" || j.env["RINGCX_BROKER_KEY"] != "" {
		t.Errorf("%d masks, RC_SERVER_URL=%q", len(j.mask), j.env["RC_SERVER_URL"])
	}
	if err := j.step("ringcx api GET /voice/api/v1/admin/accounts", nil); err != nil || !strings.Contains(j.log, "RingCX Demo Sales") {
		t.Errorf("%v: %s", err, j.log)
	}
	// A token that has ended is replaced, while the job goes on.
	comes(t, "the next token", new(bytes.Buffer), func(context.Context) bool {
		return strings.TrimSpace(j.read(j.env["RINGCX_BROKER_KEY_FILE"])) != first
	})
	j.keeps(first, r.request)

	// Another audience is a token that the broker refuses: it is the token that let the job in.
	if err := j.uses("action.yml", map[string]string{"broker": broker, "renew": "240"}, install); err != nil {
		t.Fatal(err)
	}
	j.end() // what renews the first
	if err := j.uses("action.yml", map[string]string{"broker": broker, "renew": "240"}, install); err != nil {
		t.Fatal(err)
	}
	if err := j.step("ringcx api GET /voice/api/v1/admin/accounts", nil); err == nil {
		t.Error("a job with a token for another audience is let in")
	}
}

func TestABrokerThatWouldGetOrShowASecretIsRefused(t *testing.T) {
	r, j := newRunners(t), newJob(t)
	j.trusts(r.Server)
	j.env["ACTIONS_ID_TOKEN_REQUEST_URL"], j.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = r.URL+"/token?api-version=2.0", r.request
	for _, broker := range []string{
		"http://broker.example", "https://user:hunter22@broker.example", "https://broker.example/?key=hunter22", "broker.example", "https://broker.example\nPATH=/hunter22",
		"http://127.0.0.1.example", "http://127.0.0.1:80@broker.example", "https://[::1]x.example", "https://[hunter22@broker.example]",
	} {
		j.refused("broker has to be", map[string]string{"broker": broker}, install)
	}
	j.refused("audience is missing", map[string]string{"broker": "https://broker.example", "audience": ""}, install)
	j.refused("number of seconds", map[string]string{"broker": "https://broker.example", "renew": "0"}, install)
	j.refused("at most 240", map[string]string{"broker": "https://broker.example", "renew": "241"}, install) // of tokens that live 300
	j.refused("at most 240", map[string]string{"broker": "https://broker.example", "renew": "99999"}, install)
	if n := r.given.Load(); n != 0 {
		t.Errorf("%d tokens were asked for", n)
	}
	j.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "another"
	for _, broker := range []string{"https://broker.example", "https://broker.example:8788/", "https://[::1]:8788", "http://[::1]:8788", "unix:/run/ringcx/broker.sock"} {
		j.refused("gives no token", map[string]string{"broker": broker}, install)
	}
	j.env["ACTIONS_ID_TOKEN_REQUEST_URL"] = strings.Replace(r.URL, "https:", "http:", 1) + "/token?api-version=2.0"
	j.refused("gives no token", map[string]string{"broker": "https://broker.example"}, install)
	if j.env["RINGCX_BROKER"] != "" || j.env["RINGCX_BROKER_KEY_FILE"] != "" {
		t.Errorf("later steps would use %q", j.env["RINGCX_BROKER"])
	}
	j.keeps("hunter22", r.request)
}
