package e2e_test

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/internal/testpages"
	"github.com/ringcx-go/ringcx/sandbox"
)

// clientsDir is where scripts/clients.sh puts other people's clients.
var clientsDir = cmp.Or(os.Getenv("RINGCX_TEST_CLIENTS"), "../.tools/clients")

// programsDir is where the programs are that use them.
const programsDir = "testdata/clients"

// abroad is a sandbox with a web server and a clock that runs, and a person who allows what an address asks for.
func abroad(t *testing.T) (v *vendor, env map[string]string) {
	t.Helper()
	v = newVendor(t, sandbox.Options{Now: time.Now, NoLimits: true})
	web := httptest.NewServer(v)
	t.Cleanup(web.Close)
	someone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, v.allow(string(asked)))
	}))
	t.Cleanup(someone.Close)
	demo := v.Demo()
	return v, map[string]string{
		"VENDOR": web.URL, "PERSON": someone.URL, "JWT": demo.JWT, "REDIRECT_URI": loopback,
		"CLIENT_ID": demo.ClientID, "CLIENT_SECRET": demo.ClientSecret, "NATIVE_CLIENT_ID": demo.NativeClientID,
		"PATH": os.Getenv("PATH"), "HOME": t.TempDir(), "NO_PROXY": "127.0.0.1",
		"AUTHLIB_INSECURE_TRANSPORT": "1", "OAUTHLIB_INSECURE_TRANSPORT": "1",
	}
}

// allow goes to an address as the demo user does, allows what is asked there, and says where that leads.
func (v *vendor) allow(asked string) (callback string) {
	v.t.Helper()
	page, err := testpages.Person{Email: v.Demo().Email, Password: v.Demo().Password, Stop: true}.SignIn(asked)
	if err != nil {
		v.t.Errorf("at %s: %v", asked, err)
		return ""
	}
	return page.URL
}

// run runs a program and gives what it prints.
func run(t *testing.T, env map[string]string, dir, stdin string, command ...string) map[string]any {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return got
}

// node runs one of the programs that use packages for Node.js.
func node(t *testing.T, env map[string]string, program string) map[string]any {
	t.Helper()
	if _, err := os.Stat(filepath.Join(clientsDir, "installed.json")); err != nil {
		missing(t, "other people's clients are not here: scripts/clients.sh installs them")
	}
	text, err := os.ReadFile(filepath.Join(programsDir, program))
	if err != nil {
		t.Fatal(err)
	}
	return run(t, env, clientsDir, string(text), "node", "--input-type=module", "-")
}

// python runs one of the programs that use packages for Python, with the first interpreter that has them. They come with
// Debian only.
func python(t *testing.T, env map[string]string, module, program string) map[string]any {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import "+module).Run() == nil {
			return run(t, env, programsDir, "", name, program)
		}
	}
	if runtime.GOOS != "linux" {
		t.Skip("there is no Python with " + module)
	}
	missing(t, "there is no Python with "+module+": scripts/need.sh installs it")
	return nil
}

// blameless wants the vendor to object to nothing.
func (v *vendor) blameless() {
	v.t.Helper()
	for _, e := range v.Requests() {
		if len(e.Verdicts) > 0 {
			v.t.Errorf("%s %s: %q", e.Method, e.Path, e.Verdicts)
		}
	}
}

// wantIdentity wants claims and userinfo of the demo user.
func (v *vendor) wantIdentity(got map[string]any) {
	v.t.Helper()
	claims, info := got["claims"].(map[string]any), got["info"].(map[string]any)
	for _, name := range []string{"sub", "email", "account_id", "given_name", "family_name"} {
		if claims[name] == nil || claims[name] != info[name] {
			v.t.Errorf("%s is %v in the id_token, %v in userinfo", name, claims[name], info[name])
		}
	}
	if claims["email"] != v.Demo().Email || got["renewed"] != true {
		v.t.Errorf("it says %v", got)
	}
}

func TestOpenIDClientChecksWhoSignedIn(t *testing.T) {
	for _, app := range []string{"web", "native"} {
		t.Run(app, func(t *testing.T) {
			v, env := abroad(t)
			demo := v.Demo()
			env["CLIENT_ID"], env["CLIENT_SECRET"] = demo.NativeClientID, ""
			if app == "web" {
				env["CLIENT_ID"], env["CLIENT_SECRET"], env["REDIRECT_URI"] = demo.WebClientID, demo.WebClientSecret, demo.WebRedirectURI
			}
			got := node(t, env, "openid-client.mjs")
			v.wantIdentity(got)
			if got["refused"] != "invalid_grant" || got["forged"] != "OAUTH_JWT_CLAIM_COMPARISON_FAILED nonce" {
				t.Errorf("it says %v", got)
			}
			v.blameless()
		})
	}
}

func TestOAuth4WebAPILogsInWithAJWTInEachWay(t *testing.T) {
	v, env := abroad(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := json.Marshal(jose.JSONWebKey{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public()}}})
	if err != nil {
		t.Fatal(err)
	}
	env["KEY"] = string(private)
	env["KEY_CLIENT_ID"], _ = v.newApp(`{"authMethod":"private_key_jwt","keys":` + string(public) + `}`)
	got := node(t, env, "oauth4webapi.mjs")
	want := map[string]any{"types": []any{"bearer", "bearer", "bearer"}, "scope": "ReadAccounts", "refused": "invalid_client"}
	wantSame(t, got, want)
	v.blameless()
}

func wantSame(t *testing.T, got, want map[string]any) {
	t.Helper()
	a, errA := json.Marshal(got)
	b, errB := json.Marshal(want)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("it says %s, want %s", a, b)
	}
}

func TestTheVendorsJavaScriptSDKLogsInAndOut(t *testing.T) {
	v, env := abroad(t)
	got := node(t, env, "ringcentral-sdk.mjs")
	me := v.signedIn(extensionPath).json()
	wantSame(t, got, map[string]any{
		"me": me["id"], "account": v.signedIn(accountPath).json()["id"], "renewed": true, "loggedIn": true, "loggedOut": true,
		"tag": "sandbox-1", "answer": []any{"code", "discovery_uri", "expires_in", "state", "token_uri"},
	})
	v.blameless()
}

func TestTheVendorsJavaScriptSDKLogsInWithAPassword(t *testing.T) {
	v, env := abroad(t)
	env["CLIENT_ID"], env["CLIENT_SECRET"] = v.newApp(`{"auth":"password","refreshTokens":true}`)
	env["USERNAME"], env["PASSWORD"] = v.Demo().Email, v.Demo().Password
	account := v.exchange()["agentDetails"].([]any)[0].(map[string]any)["accountId"]
	got := node(t, env, "ringcentral-sdk-password.mjs")
	wantSame(t, got, map[string]any{
		"me": v.signedIn(extensionPath).json()["id"], "renewed": true, "account": account, "groups": 2, "again": true, "loggedOut": true,
	})
	v.blameless()
}

func TestTheVendorsTypeScriptSDKLogsInAndOut(t *testing.T) {
	v, env := abroad(t)
	got := node(t, env, "rc-ex-core.mjs")
	wantSame(t, got, map[string]any{
		"me": v.signedIn(extensionPath).json()["id"], "permissions": 8, "session": true, "refused": 401,
	})
	v.blameless()
}

func TestAuthlibChecksWhoSignedIn(t *testing.T) {
	v, env := abroad(t)
	demo := v.Demo()
	env["CLIENT_ID"], env["CLIENT_SECRET"], env["REDIRECT_URI"] = demo.WebClientID, demo.WebClientSecret, demo.WebRedirectURI
	got := python(t, env, "authlib, requests", "authlib_client.py")
	v.wantIdentity(got)
	if got["revoked"] != 200.0 {
		t.Errorf("the revocation was answered %v", got["revoked"])
	}
	v.blameless()
}

func TestRequestsOAuthlibRenewsByItself(t *testing.T) {
	v, env := abroad(t)
	env["CLIENT_ID"] = v.Demo().NativeClientID
	got := python(t, env, "requests_oauthlib", "requests_oauthlib_client.py")
	wantSame(t, got, map[string]any{"account": v.signedIn(accountPath).json()["id"], "renewed": []any{true}})
	v.blameless()
}
