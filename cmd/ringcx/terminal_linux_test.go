package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
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

// shellAt is an interactive shell at a terminal of its own, as somebody has who tries the first screen. say types a line;
// await waits for what is seen then.
func shellAt(t *testing.T, env []string) (say func(line string), await func(pattern string) string) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("RINGCX_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no bash: ", err)
	}
	ours, program := terminal(t)
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "-i")
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	t.Cleanup(func() {
		_ = ours.Close() // which hangs up
		_ = cmd.Wait()
	})
	var seen bytes.Buffer
	buf := make([]byte, 4096)
	say = func(line string) {
		seen.Reset()
		if _, err := ours.WriteString(line + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	await = func(pattern string) string {
		t.Helper()
		timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		for !regexp.MustCompile(pattern).Match(seen.Bytes()) {
			n, err := ours.Read(buf)
			seen.Write(buf[:n])
			if err != nil {
				t.Fatalf("%q was never seen: %v\n%s", pattern, err, seen.String())
			}
		}
		return seen.String()
	}
	return say, await
}

func TestASandboxInTheBackgroundLeavesTheTerminalToOthers(t *testing.T) {
	home := t.TempDir()
	say, await := shellAt(t, []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/c", "XDG_STATE_HOME=" + home + "/s", "RINGCX_STORE=", "PS1=", "TERM=dumb"})
	say("ringcx sandbox --listen 127.0.0.1:0 --write-env " + home + "/box.env &")
	start := await(`In another shell:[^\n]*\n`)
	stop := regexp.MustCompile(`Stop it with '(kill \d+)'\.`).FindStringSubmatch(start)
	if stop == nil {
		t.Fatalf("it does not say how it is stopped:\n%s", start)
	}
	say(". " + home + "/box.env && ringcx login --jwt && ringcx accounts list && echo logged $?")
	if seen := await(`logged 0`); strings.Contains(seen, "/restapi/oauth/token") || strings.Contains(seen, "  POST ") {
		t.Errorf("its log disturbs:\n%s", seen)
	}
	say("fg") // where it is what somebody looks at
	await(`ringcx sandbox --listen`)
	call, err := os.ReadFile(home + "/box.env")
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`RC_SERVER_URL='([^']*)'`).FindStringSubmatch(string(call))[1]
	asked := make(chan bool)
	go func() { // until it is seen: the shell may not have handed the terminal over yet
		defer close(asked)
		for t.Context().Err() == nil {
			select {
			case asked <- true:
				return
			default:
			}
			if resp, err := http.Get(url + "/restapi/oauth/nothing"); err == nil { //nolint:noctx // of a test
				_ = resp.Body.Close()
			}
		}
	}()
	await(`GET    /restapi/oauth/nothing`)
	<-asked
	say("\x03")
	say("echo stopped $?")
	await(`stopped \d`)
}

func TestTheLineThatStopsASandboxInTheBackgroundStopsIt(t *testing.T) {
	say, await := shellAt(t, []string{"HOME=" + t.TempDir(), "PS1=", "TERM=dumb"})
	say("ringcx sandbox --listen 127.0.0.1:0 &")
	stop := regexp.MustCompile(`'(kill \d+)'`).FindStringSubmatch(await(`In a browser:[^\n]*\n`))
	say(stop[1] + "; wait %1; echo ended $?")
	await(`ended \d+`)
}
