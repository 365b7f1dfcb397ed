package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/sandbox"
)

// asks runs 'ringcx sandbox env' with more arguments, and gives its exit code and what it printed.
func asks(t *testing.T, address string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return asksWith(t, nil, address, args...)
}

func asksWith(t *testing.T, env map[string]string, address string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Main(&cli.Env{
		Args:  append([]string{"sandbox", "env", "--listen", strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")}, args...),
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(),
		Getenv: func(name string) string { return env[name] },
	})
	return code, out.String(), errs.String()
}

// stranger is a server at a sandbox's port that answers what it likes.
func stranger(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

// stops is all that 'ringcx sandbox env' prints when it fails.
const stops = "false\n"

// words are a sandbox's answers to GET /_sandbox/env.
func words() map[string]any {
	out := map[string]any{}
	for _, name := range []string{
		"clientId", "clientSecret", "jwt", "email", "password", "nativeClientId", "webClientId", "webClientSecret", "webRedirectUri",
		"adminUsername", "adminPassword", "platformId",
	} {
		out[name] = "of-" + name
	}
	return out
}

func writeAnswer(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func TestAStrangerAtThePortCanHaveNothingRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no sh")
	}
	const code = "';touch${IFS}PWNED;echo${IFS}'"
	for _, kind := range []string{"jwt", "native", "web", "admin"} {
		address := stranger(t, func(w http.ResponseWriter, r *http.Request) {
			answer := words()
			for name := range answer {
				answer[name] = code
			}
			answer["url"], answer["namespace"] = "http://"+r.Host, "n"
			writeAnswer(w, answer)
		})
		status, out, errs := asks(t, address, "--namespace", "n", "--app", kind)
		if status != 0 {
			t.Fatalf("%s: %d, %s", kind, status, errs)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-euc", `eval "$1"; printf %s "$RC_APP_CLIENT_ID"`, "sh", out)
		cmd.Dir = t.TempDir()
		got, err := cmd.CombinedOutput()
		if err != nil || kind != "admin" && string(got) != code {
			t.Errorf("%s: the shell has %q, %v", kind, got, err)
		}
		if _, err := os.Stat(filepath.Join(cmd.Dir, "PWNED")); err == nil {
			t.Errorf("%s: it ran code:\n%s", kind, out)
		}
	}
}

func TestWhatIsNoSandboxIsSaidSoAndStopsTheShell(t *testing.T) {
	var elsewhere atomic.Int32
	other := stranger(t, func(w http.ResponseWriter, _ *http.Request) { elsewhere.Add(1); writeAnswer(w, words()) })
	with := func(change func(map[string]any)) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			answer := words()
			change(answer)
			writeAnswer(w, answer)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"a page":       func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html>Welcome") },
		"nothing":      func(http.ResponseWriter, *http.Request) {},
		"an array":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "[]") },
		"an empty one": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") },
		"a redirect":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other+r.URL.Path, http.StatusFound) },
		"an endless one": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"clientId":"`)
			for range 3 << 10 {
				fmt.Fprint(w, strings.Repeat("x", 1<<10))
			}
			fmt.Fprint(w, `"}`)
		},
		"an escape":      with(func(a map[string]any) { a["email"] = "\x1b]0;owned\a" }),
		"two lines":      with(func(a map[string]any) { a["jwt"] = "a\nexport LD_PRELOAD=x" }),
		"a NUL":          with(func(a map[string]any) { a["clientSecret"] = "a\x00b" }),
		"a number":       with(func(a map[string]any) { a["clientId"] = 7 }),
		"a missing word": with(func(a map[string]any) { delete(a, "clientSecret") }),
		"a long word":    with(func(a map[string]any) { a["jwt"] = strings.Repeat("x", 5000) }),
		"unicode":        with(func(a map[string]any) { a["webRedirectUri"] = "http://\u202eevil" }),
	} {
		code, out, errs := asks(t, stranger(t, answer))
		if code != 1 || out != stops || !strings.Contains(errs, "is no sandbox") || strings.ContainsAny(errs, "\x1b\a\u202e") {
			t.Errorf("%s: %d, %q, %q", name, code, out, errs)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	code, out, errs := asks(t, stranger(t, with(func(map[string]any) {})))
	if code != 0 || !strings.Contains(out, "export RC_USER_JWT='of-jwt'") {
		t.Errorf("the control: %d, %q, %q", code, out, errs)
	}
	code, _, errs = asks(t, stranger(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		writeAnswer(w, map[string]string{"error": "\x1b[2Jno\u202e" + strings.Repeat("x", 5000)})
	}))
	if code != 1 || strings.ContainsAny(errs, "\x1b\u202e") || len(errs) > 500 {
		t.Errorf("its words: %d, %q", code, errs)
	}
}

// box is a sandbox that is running.
func box(t *testing.T, opts *sandbox.Options) (address string, server *sandbox.Server) {
	t.Helper()
	server, err := sandbox.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return stranger(t, server.ServeHTTP), server
}

func TestEnvAnswersForTheSandboxThatIsRunning(t *testing.T) {
	address, server := box(t, &sandbox.Options{Seed: 7})
	want := server.Demo()
	for kind, has := range map[string]string{
		"jwt": want.JWT, "native": want.NativeClientID, "web": want.WebClientSecret, "admin": want.AdminPassword,
	} {
		code, out, errs := asks(t, address, "--app", kind)
		got, err := profile.ParseEnv(out)
		if code != 0 || err != nil || !strings.Contains(out, "'"+has+"'") || got["RC_SERVER_URL"] != address {
			t.Errorf("%s: %d, %v, %s%s", kind, code, err, out, errs)
		}
	}
	if code, _, errs := asks(t, address, "--seed", "7"); code != 0 {
		t.Errorf("its own seed: %d, %s", code, errs)
	}
	code, out, errs := asks(t, address, "--seed", "8")
	if code != 2 || out != stops || !strings.Contains(errs, "seed 7, not 8") {
		t.Errorf("another seed: %d, %q, %s", code, out, errs)
	}
}

func TestEnvNeedsNoProxyAndNoResolverForThisMachine(t *testing.T) {
	address, _ := box(t, nil)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	for _, host := range []string{"localhost", "LOCALHOST", "name-of-nobody.localhost"} {
		code, out, errs := asks(t, net.JoinHostPort(host, port))
		if code != 0 || !strings.Contains(strings.ToLower(out), "'http://"+strings.ToLower(host)+":"+port+"'") {
			t.Errorf("%s: %d, %q, %s", host, code, out, errs)
		}
	}
}

func TestEnvWaitsForASandboxThatIsStarting(t *testing.T) {
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	later := time.AfterFunc(300*time.Millisecond, func() {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err == nil {
			s := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
			t.Cleanup(func() { _ = s.Close() })
			go func() { _ = s.Serve(ln) }()
		}
		started <- err
	})
	defer later.Stop()
	code, out, errs := asks(t, address)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	if code != 0 || !strings.Contains(out, server.Demo().ClientID) {
		t.Errorf("%d, %q, %s", code, out, errs)
	}
}

func TestWhatIsNoNameOfThisMachineIsNotTakenForIt(t *testing.T) {
	for _, args := range [][]string{
		{"--host", "platform.ringcentral.com"},
		{"--host", "Ringcentral.COM."},
		{"--host", "x.portal.vacd.biz"},
		{"--host", "127.0.0.1"},
		{"--host", "::1"},
		{"--host", "2130706433"},
		{"--host", "0x7f.1"},
		{"--host", ""},
		{"--host", "*.box"},
		{"--host", "a b"},
		{"--host", "bücher"},
		{"--host", "http://sandbox"},
		{"--host", "sandbox:80"},
		{"--host", "-x"},
		{"--host", strings.Repeat("a", 64)},
		{"--host", "a..b"},
		{"--host", "sandbox\n"},
		{"--host", "ringcentral.example"},
		{"--listen", "platform.ringcentral.com:0"},
		{"--listen", ""},
		{"--listen", "127.0.0.1"},
		{"--listen", "8787"},
		{"--listen", "[::1]"},
		{"--listen", " "},
		{"--tls-vendor-names"},
		{"--write-env", "a\nb"},
		{"--tls", "a\x1bb"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // for one that starts nevertheless
		var out, errs bytes.Buffer
		code := cli.Main(&cli.Env{
			Args: append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: ctx,
			Getenv: func(string) string { return "" },
		})
		cancel()
		if code != 2 {
			t.Errorf("%q: %d, %s", args, code, errs.String())
		}
	}
}

func TestTheEnvironmentOfASandboxIsWordsAlone(t *testing.T) {
	for name, value := range words() {
		if !strings.HasPrefix(value.(string), "of-") {
			t.Errorf("%s is %v", name, value)
		}
	}
	_, server := box(t, nil)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/_sandbox/env", nil))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for name := range maps.Keys(words()) {
		if text, ok := got[name].(string); !ok || text == "" {
			t.Errorf("the sandbox does not say its %s", name)
		}
	}
}
