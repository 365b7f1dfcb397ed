package cli_test

import (
	"bytes"
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
	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/sandbox"
)

const realm = `Basic realm="ringcx sandbox"`

// doorman is a server that answers 401, and counts who sends a password to it nevertheless.
func doorman(sent *atomic.Int32, challenge []string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			sent.Add(1)
			writeAnswer(w, words())
			return
		}
		w.Header()["Www-Authenticate"] = challenge
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(body))
	}
}

var openSesame = map[string]string{"RINGCX_CONSOLE_PASSWORD": "open sesame"}

func TestEnvSendsTheConsolesPasswordToWhatAsksForItAsASandboxDoes(t *testing.T) {
	address, _ := box(t, &sandbox.Options{ConsolePassword: "open sesame"})
	if code, out, errs := asks(t, address); code != 1 || out != stops || !strings.Contains(errs, "RINGCX_CONSOLE_PASSWORD") {
		t.Errorf("without: %d, %q, %s", code, out, errs)
	}
	if code, out, errs := asksWith(t, openSesame, address); code != 0 || !strings.Contains(out, "export RC_USER_JWT=") {
		t.Errorf("with: %d, %q, %s", code, out, errs)
	}
	if code, out, errs := asksWith(t, map[string]string{"RINGCX_CONSOLE_PASSWORD": "wrong"}, address); code != 1 || out != stops || strings.Contains(errs, "wrong") {
		t.Errorf("a wrong one: %d, %q, %s", code, out, errs)
	}
	for _, c := range []struct {
		what      string
		challenge []string
		body      string
		sent      bool
	}{
		{"a sandbox", []string{realm}, `{"error":"say the word"}`, true},
		{"no challenge", nil, `{"error":"say the word"}`, false},
		{"another realm", []string{`Basic realm="router"`}, `{"error":"say the word"}`, false},
		{"a longer realm", []string{realm + ", Bearer"}, `{"error":"say the word"}`, false},
		{"two challenges", []string{realm, "Bearer"}, `{"error":"say the word"}`, false},
		{"a page", []string{realm}, "<html>Who are you?", false},
		{"an empty error", []string{realm}, `{"error":""}`, false},
		{"nothing", []string{realm}, "", false},
	} {
		var sent atomic.Int32
		code, _, errs := asksWith(t, openSesame, stranger(t, doorman(&sent, c.challenge, c.body)))
		if (code == 0) != c.sent || (sent.Load() > 0) != c.sent {
			t.Errorf("%s: %d, %s, sent %d times", c.what, code, errs, sent.Load())
		}
	}
	var sent atomic.Int32
	open := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			sent.Add(1)
		}
		writeAnswer(w, words())
	})
	if code, _, errs := asksWith(t, openSesame, open); code != 0 || sent.Load() != 0 {
		t.Errorf("unasked: %d, %s, sent %d times", code, errs, sent.Load())
	}
}

func TestASandboxWithACertificateOfAnotherAuthorityGetsNoPassword(t *testing.T) {
	own, other := filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "other")
	config, _, err := localtls.Config(other, localtls.Server{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var sent atomic.Int32
	server := httptest.NewUnstartedServer(doorman(&sent, []string{realm}, `{"error":"say the word"}`))
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	if _, _, err := localtls.Config(own, localtls.Server{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := asksWith(t, openSesame, server.URL, "--tls", own); code != 1 || out != stops || sent.Load() != 0 {
		t.Errorf("%d, %q, %s, sent %d times", code, out, errs, sent.Load())
	}
	if code, out, errs := asksWith(t, openSesame, server.URL, "--tls", other); code != 0 || sent.Load() != 1 {
		t.Errorf("the control: %d, %q, %s", code, out, errs)
	}
}

func TestEnvThatFailsStopsTheShell(t *testing.T) {
	nobody := stranger(t, func(http.ResponseWriter, *http.Request) {})
	for _, args := range [][]string{
		{"--app", "bot"},
		{"--seed", "x"},
		{"--no-such-flag"},
		{"more"},
		{"--console-password-file", ""},
		{"--console-password-file", filepath.Join(t.TempDir(), "none")},
		{"--listen", ""},
		{"--listen", "127.0.0.1:0"},
		{"--namespace", "No!"},
		{"--app"},
	} {
		code, out, errs := asks(t, nobody, args...)
		if code != 2 && code != 1 || out != stops || !strings.Contains(errs, "ringcx: ") {
			t.Errorf("%q: %d, %q, %s", args, code, out, errs)
		}
	}
	if code, out, _ := asks(t, nobody, "--help"); code != 0 || strings.HasPrefix(out, "false") {
		t.Errorf("help: %d, %q", code, out)
	}
	if runtime.GOOS == "windows" {
		t.Skip("it has no sh")
	}
	good, _ := box(t, &sandbox.Options{Seed: 1})
	for _, c := range []struct{ address, want string }{{nobody, ""}, {good, "next"}} {
		_, out, _ := asks(t, c.address, "--seed", "1")
		cmd := exec.CommandContext(t.Context(), "sh", "-c", `eval "$1" && printf next`, "sh", out)
		if got, _ := cmd.Output(); string(got) != c.want {
			t.Errorf("%s: the shell went on with %q", c.address, got)
		}
	}
}

func TestAFileOfAnEnvThatFailedIsNoAccount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.env")
	if err := os.WriteFile(path, []byte(stops), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: []string{"status", "--env-file", path}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(), Home: t.TempDir(),
		Getenv: func(string) string { return "" },
	})
	if code != 2 || !strings.Contains(errs.String(), ": line 1: ") {
		t.Errorf("%d, %s", code, errs.String())
	}
}

func TestAnAddressAtWhichTheNamespaceIsNotIsNotBelieved(t *testing.T) {
	other, _ := box(t, nil) // of this machine, and a sandbox, but outside of all namespaces
	silent := stranger(t, func(w http.ResponseWriter, _ *http.Request) { writeAnswer(w, words()) })
	for _, address := range []string{other, silent, other + "/_ns/n"} {
		liar := stranger(t, func(w http.ResponseWriter, _ *http.Request) {
			answer := words()
			answer["url"], answer["namespace"] = address, "n"
			writeAnswer(w, answer)
		})
		code, out, errs := asks(t, liar, "--namespace", "n")
		if good := address == other+"/_ns/n"; (code == 0) != good || (out == stops) == good || strings.Contains(errs, "\n\n") {
			t.Errorf("%s: %d, %q, %s", address, code, out, errs)
		}
	}
	address, _ := box(t, nil)
	if code, out, errs := asks(t, address, "--namespace", "n"); code != 0 || !strings.Contains(out, "'"+address+"/_ns/n'") {
		t.Errorf("the control: %d, %q, %s", code, out, errs)
	}
}
