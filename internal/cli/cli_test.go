package cli_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// The scripts in cmd/ringcx run the command as programs do. These tests are for what they cannot have: a terminal, and an
// environment that is not that of a process.

// person is somebody at a terminal, signed in at a sandbox.
type person struct {
	t   *testing.T
	env map[string]string
	box *ringcxtest.Server
}

func newPerson(t *testing.T) *person {
	t.Helper()
	box := ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	p := &person{t, map[string]string{
		"XDG_CONFIG_HOME": t.TempDir(), "XDG_STATE_HOME": t.TempDir(), "RC_SERVER_URL": box.URL, "RINGCX_SERVER_URL": box.URL,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
	}, box}
	p.types(0, "login", "--jwt")
	return p
}

// types runs a command, wants its exit code, and returns what is seen.
func (p *person) types(want int, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: p.t.Context(),
		Getenv:      func(name string) string { return p.env[name] },
		OutTerminal: true, ErrTerminal: true,
	})
	if code != want {
		p.t.Fatalf("ringcx %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, errs.String())
	}
	return out.String(), errs.String()
}

func TestOnATerminalTablesHaveTitlesAndColumns(t *testing.T) {
	out, _ := newPerson(t).types(0, "accounts", "list")
	lines := strings.Split(out, "\n")
	at := strings.Index(lines[0], "NAME")
	if !strings.HasPrefix(lines[0], "ACCOUNT ") || at < 0 {
		t.Fatalf("no titles in\n%s", out)
	}
	for _, line := range lines[1 : len(lines)-1] {
		if !strings.HasPrefix(line[at:], "RingCX Demo") || strings.Contains(line, "\t") {
			t.Errorf("the columns are not aligned:\n%s", out)
		}
	}
}

func TestOnATerminalJSONIsIndentedAndEndsWithALine(t *testing.T) {
	p := newPerson(t)
	out, _ := p.types(0, "api", "GET", "/voice/api/v1/admin/accounts", "--json")
	if !strings.HasPrefix(out, "[\n  {\n    \"accountId\": ") || !strings.HasSuffix(out, "\n]\n") {
		t.Errorf("not indented:\n%s", out)
	}
	if out, _ = p.types(1, "api", "GET", "/nothing"); out != "Not Found\n" {
		t.Errorf("%q", out)
	}
}

func TestOnATerminalAListOfTheAPIIsATable(t *testing.T) {
	p := newPerson(t)
	for _, args := range [][]string{{"api", "/voice/api/v1/admin/accounts"}, {"api", "getAgentGroupList", "--account-id=46517001", "--paginate"}} {
		out, _ := p.types(0, args...)
		titles, rest, _ := strings.Cut(out, "\n")
		if !strings.Contains(titles, " ID") || !strings.Contains(titles, "NAME") || strings.ContainsAny(out, "{[\t") || strings.Count(rest, "\n") < 2 {
			t.Errorf("%q:\n%s", args, out)
		}
	}
	if out, _ := p.types(0, "api", "/voice/api/v1/admin/accounts", "-i"); !strings.Contains(out, "\n\n[\n  {\n") {
		t.Errorf("with its headers an answer is\n%s", out)
	}
}

func TestTheDemoHasColoursOnATerminalUnlessTheyAreUnwanted(t *testing.T) {
	p := newPerson(t)
	if out, _ := p.types(0, "demo"); !strings.Contains(out, "\x1b[") {
		t.Error("no colours on a terminal")
	}
	for name, value := range map[string]string{"NO_COLOR": "1", "TERM": "dumb"} {
		p.env[name] = value
		if out, _ := p.types(0, "demo"); strings.Contains(out, "\x1b[") {
			t.Errorf("colours with %s=%s", name, value)
		}
		delete(p.env, name)
	}
}

func TestAnInterruptedCommandSaysSo(t *testing.T) {
	p := newPerson(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: []string{"accounts", "list"}, Stdout: &errs, Stderr: &errs, Context: ctx,
		Getenv: func(name string) string { return p.env[name] },
	})
	if code != 130 || errs.String() != "ringcx: interrupted; nothing stored was lost\n" {
		t.Errorf("exit code %d\n%s", code, errs.String())
	}
}

func TestTheTerminalHearsOfRenewalsThatFailAndOfWaits(t *testing.T) {
	p := newPerson(t)
	for _, path := range []string{"/api/auth/token/refresh", "/api/auth/login/rc/accesstoken"} {
		p.arm(`{"path":"` + path + `","kind":"retry-after","retryAfter":"1"}`)
	}
	p.box.Advance(6 * time.Minute)
	_, talk := p.types(0, "users", "list")
	if !strings.Contains(talk, "ringcx: waiting until ") || !strings.Contains(talk, "failed: refresh the RingCX token: 429") {
		t.Errorf("the terminal heard only\n%s", talk)
	}
}

func TestTheTerminalHearsOnceOfTheFailureThatEndsACommand(t *testing.T) {
	p := newPerson(t)
	p.env["RC_APP_CLIENT_SECRET"] = "another-secret"
	if _, talk := p.types(1, "login", "--jwt"); strings.Count(talk, "401 OAU-146") != 1 {
		t.Errorf("the terminal heard\n%s", talk)
	}
}

func TestTheTerminalIsToldForWhomTheCommandWaits(t *testing.T) {
	p := newPerson(t)
	p.arm(`{"path":"/voice/*","kind":"delay","delay":"1200ms"}`)
	var talk locked
	code := cli.Main(&cli.Env{
		Args: []string{"users", "list"}, Stdout: &talk, Stderr: &talk, ErrTerminal: true, Context: t.Context(),
		Getenv: func(name string) string { return p.env[name] },
	})
	if want := "ringcx: waiting for 127.0.0.1:"; code != 0 || !strings.HasPrefix(talk.String(), want) {
		t.Errorf("exit code %d, and the terminal heard only\n%s", code, talk.String())
	}
}

// locked is a buffer for several writers at once.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTheProgressOfAListingGoesWhenItIsDone(t *testing.T) {
	p := newPerson(t)
	var out, talk bytes.Buffer
	code := cli.Main(&cli.Env{
		Args:   []string{"api", "GET", "/voice/api/v1/admin/accounts/46517001/agentGroups", "--paginate", "--page-size", "1"},
		Stdout: &out, Stderr: &talk, ErrTerminal: true, Context: t.Context(),
		Getenv: func(name string) string { return p.env[name] },
	})
	if got := talk.String(); code != 0 || !strings.Contains(got, "\r2 rows …") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("exit code %d, progress %q", code, got)
	}
	if strings.Contains(out.String(), "\x1b") || !strings.HasSuffix(out.String(), "\n]\n") {
		t.Errorf("the list is\n%s", out.String())
	}
}

// arm gives the vendor a bad day.
func (p *person) arm(fault string) {
	p.t.Helper()
	resp, err := p.box.Client().Post(p.box.URL+"/_sandbox/faults", "application/json", strings.NewReader(fault))
	if err != nil {
		p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 200 {
		p.t.Fatalf("the fault %s was refused: %s", fault, resp.Status)
	}
}
