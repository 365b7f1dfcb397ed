package main_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// seat is a terminal with a person at it and the command in it.
type seat struct {
	t      *testing.T
	person *os.File // the end at which a person types and reads
	cmd    *exec.Cmd

	mu    sync.Mutex // guards shown
	shown strings.Builder
	more  chan struct{} // something was shown
}

// atTerminal starts the command in a terminal of its own.
func atTerminal(t *testing.T, env []string, args ...string) *seat {
	t.Helper()
	return programAtTerminal(t, env, "ringcx", args...)
}

// programAtTerminal starts any program so.
func programAtTerminal(t *testing.T, env []string, name string, args ...string) *seat {
	t.Helper()
	return seated(t, 0, env, name, args...)
}

// seated starts any program so, in the new namespaces that flags ask for.
func seated(t *testing.T, flags uintptr, env []string, name string, args ...string) *seat {
	t.Helper()
	person, program := terminal(t)
	c := &seat{t: t, person: person, more: make(chan struct{}, 1)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c.cmd = exec.CommandContext(ctx, name, args...) //nolint:gosec // of a test
	c.cmd.Env, c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = env, program, program, program
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Cloneflags: flags}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	go c.watch()
	return c
}

// watch reads the screen until the program has left.
func (c *seat) watch() {
	defer close(c.more)
	b := make([]byte, 4096)
	for {
		n, err := c.person.Read(b)
		c.mu.Lock()
		c.shown.Write(b[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case c.more <- struct{}{}:
		default:
		}
	}
}

func (c *seat) screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// reads waits until the screen shows a text.
func (c *seat) reads(text string) {
	c.t.Helper()
	for !strings.Contains(c.screen(), text) {
		if _, open := <-c.more; !open && !strings.Contains(c.screen(), text) {
			c.t.Fatalf("%q was not shown, but\n%s", text, c.screen())
		}
	}
}

func (c *seat) types(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.person, text); err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the program to end, with an exit code.
func (c *seat) ends(code int) string {
	c.t.Helper()
	_ = c.cmd.Wait()
	for range c.more { //nolint:revive // until all is read
	}
	if got := c.cmd.ProcessState.ExitCode(); got != code {
		c.t.Errorf("exit code %d, want %d\n%s", got, code, c.screen())
	}
	return c.screen()
}

// recorder is a vendor that refuses every JWT, and remembers them.
func recorder(t *testing.T) (env []string, last func() string) {
	t.Helper()
	var mu sync.Mutex // guards got
	got := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = r.FormValue("assertion")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","errors":[{"errorCode":"OAU-213","message":"Token not found"}]}`)
	}))
	t.Cleanup(server.Close)
	env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "RC_SERVER_URL="+server.URL, "RINGCX_SERVER_URL="+server.URL,
		"RC_APP_CLIENT_ID=id", "RC_APP_CLIENT_SECRET=s", "RC_USER_JWT=", "RC_JWT=")
	return env, func() string {
		mu.Lock()
		defer mu.Unlock()
		return got
	}
}

// longJWT has the form of one, and more bytes than a terminal keeps of a line.
var longJWT = "eyJhbGciOiJSUzI1NiJ9.e30." + strings.Repeat("c2lnbmF0dXJl", 415)

const jwtPrompt = "(not shown here): "

func TestAJWTLongerThanATerminalsLineIsReadWhole(t *testing.T) {
	env, got := recorder(t)
	if len(longJWT) < 5000 {
		t.Fatalf("%d bytes show nothing", len(longJWT))
	}
	for name, typed := range map[string]string{
		"at once, and Enter":    longJWT + "\r",
		"as a mail wraps it":    wrapped(longJWT, "\r"),
		"with lines of Windows": wrapped(longJWT, "\r\n"),
		"with a correction":     "wrong\x15" + longJWT + "xy\x7f\x08\r",
		"with Ctrl-D":           longJWT + "\x04",
	} {
		c := atTerminal(t, env, "login", "--jwt")
		c.reads(jwtPrompt)
		c.types(typed)
		screen := c.ends(1)
		if got() != longJWT {
			t.Errorf("%s: %d of %d bytes were read\n%s", name, len(got()), len(longJWT), screen)
		}
		if strings.Contains(screen, "c2lnbmF0dXJl") || !strings.Contains(screen, "OAU-213") {
			t.Errorf("%s: it was shown, or something else went wrong\n%s", name, screen)
		}
	}
}

// wrapped is a text in lines of 76, as mail programs make them.
func wrapped(text, end string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + end)
		text = text[76:]
	}
	return b.String() + text + end
}

func TestWhatATerminalCutsIsNamed(t *testing.T) {
	env, got := recorder(t)
	c := atTerminal(t, env, "login", "--jwt-file", "-")
	c.types(longJWT + "\n\x04")
	if screen := c.ends(2); !strings.Contains(screen, "the terminal hands on 4095 bytes of a line and no more, so its end is missing") {
		t.Errorf("%s", screen)
	}
	if got() != "" {
		t.Error("a piece was sent")
	}
}

func TestEndsOfInputAndInterruptsLeaveAPrompt(t *testing.T) {
	env, got := recorder(t)
	c := atTerminal(t, env, "login", "--jwt")
	c.reads(jwtPrompt)
	c.types("\x04")
	c.reads("there was no answer")
	c.ends(2)
	c = atTerminal(t, env, "login", "--jwt")
	c.reads(jwtPrompt)
	c.types("abc\x03")
	if screen := c.ends(130); strings.Contains(screen, "abc") {
		t.Errorf("%s", screen)
	}
	if got() != "" {
		t.Error("something was sent")
	}
}
