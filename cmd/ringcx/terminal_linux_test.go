package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// terminal is a pseudo-terminal: what a program on the one side prints is read on the other.
func terminal(t *testing.T) (ours, program *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	fd := int(ours.Fd()) //nolint:gosec // a file descriptor fits
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return ours, program
}

// typed runs the command on a pseudo-terminal, answers its last question and returns what was seen.
func typed(t *testing.T, env []string, question, answer string, args ...string) string {
	t.Helper()
	ours, program := terminal(t)
	cmd := exec.CommandContext(t.Context(), "ringcx", args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), program, program, program
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var seen bytes.Buffer
	buf := make([]byte, 4096)
	for {
		n, err := ours.Read(buf)
		seen.Write(buf[:n])
		if question != "" && strings.HasSuffix(seen.String(), question) {
			question = ""
			if _, err := ours.WriteString(answer + "\n"); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil { // the program has ended
			_ = cmd.Wait()
			return seen.String()
		}
	}
}

func TestARealTerminalIsNotTakenOverAndAsksForSecretsUnseen(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	const evil = "\x1b]0;owned\x07\u202e\u009b31m"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/evil" {
			_, _ = w.Write([]byte(evil + "\n"))
			return
		}
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	demo, home := box.Demo(), t.TempDir()
	env := []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/c", "XDG_STATE_HOME=" + home + "/s", "RINGCX_STORE=", "TERM=xterm",
		"RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + server.URL, "RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret,
	}
	seen := typed(t, env, ": ", demo.JWT, "login", "--jwt")
	if !strings.Contains(seen, "Logged in") || strings.Contains(seen, demo.JWT) {
		t.Fatalf("the terminal showed\n%s", seen)
	}
	if got, want := typed(t, env, "", "", "api", "GET", "/evil"), `\u001b]0;owned\u0007\u202e\u009b31m`+"\r\n"; got != want {
		t.Errorf("the terminal was sent %q, want %q", got, want)
	}
	if got := typed(t, env, "", "", "demo"); !strings.Contains(got, "\x1b[") || strings.Contains(got, `\u001b`) {
		t.Errorf("the demo has no colours, or shows them:\n%q", got)
	}
	if got := typed(t, env, "", "", "status", "--profile", evil); strings.ContainsAny(got, "\x1b\a\u202e\u009b") || !strings.Contains(got, "ringcx: ") {
		t.Errorf("the terminal was sent %q", got)
	}
}
