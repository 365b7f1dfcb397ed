package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// evil holds a character of each kind that a terminal or a reader should not meet: a sequence that clears the screen, one
// that sets the title, C1 controls, DEL, a backspace, and marks that turn a line around, part it or cannot be seen.
const evil = "A\x1b[2J\x1b]0;owned\x07\u009b31m\u0085\x7f\b\u202eB\u202a\u2066\u2069\u200e\u200f\u061c\u2028\u2029\u200b\ufeff\u00ad\u034f\U000e0041Z"

// unseen finds what evil is made of. Colours of our own are those of no text from outside: they are taken away before.
var (
	unseen  = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{ad}\x{34f}\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e0fff}]`)
	colours = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

func harmless(t *testing.T, what, shown string) {
	t.Helper()
	if at := unseen.FindStringIndex(shown); at != nil {
		t.Errorf("%s holds %q:\n%q", what, shown[at[0]:at[1]], shown)
	}
	if !utf8.ValidString(shown) {
		t.Errorf("%s is not UTF-8: %q", what, shown)
	}
}

// liar answers as a vendor of bad will, in front of a sandbox.
func liar(t *testing.T) *person {
	t.Helper()
	p := newPerson(t)
	name, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	raw := strings.ReplaceAll(string(name), `\u007f`, "\x7f")
	text := map[string]string{
		"/voice/api/v1/admin/accounts": `[{"accountId":` + raw + `,"accountName":` + raw + `,"mainAccountId":1}]`,
		"/voice/api/v1/admin/users":    `[{"userId":1,"userName":` + raw + `}]`,
		"/voice/api/v1/admin/token":    `[` + raw + `,` + raw + `]`,
		"/api/auth/login":              `{"mainAccountId":1,"platformId":` + raw + `,"rcUser":{"firstName":` + raw + `},"agentDetails":[{"agentId":1,"username":` + raw + `}]}`,
		"/text":                        evil + "\r\n\rpaid\xff",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch body, lies := text[r.URL.Path]; {
		case r.URL.Path == "/refuse":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"errorCode":`+raw+`,"generalMessage":`+raw+`}`)
		case lies:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Evil", "\u202e\u009b\x9b")
			_, _ = io.WriteString(w, body)
		default:
			p.box.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	p.env["RINGCX_SERVER_URL"] = server.URL
	p.types(0, "login", "--jwt")
	return p
}

func TestWhatAVendorSaysTakesNoTerminalOver(t *testing.T) {
	p := liar(t)
	for _, c := range []struct {
		code int
		args string
	}{
		{0, "accounts list"},
		{0, "accounts list --json"},
		{0, "users list"},
		{0, "whoami"},
		{0, "whoami --json"},
		{0, "apitoken list"},
		{0, "apitoken list --show"},
		{0, "apitoken list --json --show"},
		{0, "api GET /voice/api/v1/admin/accounts"},
		{0, "api GET /voice/api/v1/admin/accounts -i"},
		{0, "api GET /voice/api/v1/admin/accounts --paginate --unchecked"},
		{1, "api GET /text"},
		{1, "api GET /refuse"},
		{1, "api GET /refuse -v"},
		{0, "status"},
	} {
		out, errs := p.types(c.code, strings.Fields(c.args)...)
		harmless(t, "the output of "+c.args, strings.ReplaceAll(out, "\r\n", "\n"))
		harmless(t, "the talk of "+c.args, strings.TrimPrefix(errs, "\r1 rows …\r\x1b[K")) // which is our own
		if c.args != "status" && !strings.Contains(out+errs, `A\u001b[2J`) {
			t.Errorf("%s does not show what was said:\n%s%s", c.args, out, errs)
		}
	}
}

func TestJSONOnATerminalIsWhatTheVendorSaid(t *testing.T) {
	out, _ := liar(t).types(0, "api", "GET", "/voice/api/v1/admin/accounts", "--json")
	var rows []struct{ AccountName string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 1 || rows[0].AccountName != evil {
		t.Errorf("%v in\n%s", err, out)
	}
}

func TestARefusalTakesNoTerminalOver(t *testing.T) {
	p := newPerson(t)
	answer, err := json.Marshal(map[string]string{"error": evil, "error_description": evil})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(bytes.ReplaceAll(answer, []byte(`\u007f`), []byte("\x7f")))
	}))
	t.Cleanup(server.Close)
	p.env["RC_SERVER_URL"] = server.URL
	for _, args := range []string{"login --jwt", "login --jwt -v", "token -v", "doctor", "doctor --login -v"} {
		var out, errs bytes.Buffer
		code := cli.Main(&cli.Env{
			Args: strings.Fields(args), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(),
			Getenv: func(name string) string { return p.env[name] },
		})
		if code == 0 {
			t.Errorf("%s: exit code 0", args)
		}
		harmless(t, "the output of "+args, out.String())
		harmless(t, "the talk of "+args, errs.String())
	}
}

func TestTheOutputOfAProgramTakesNoTerminalOver(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it needs a shell")
	}
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '%s' '"+evil+"' >&2\nexit 1\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	for _, terminal := range []bool{false, true} {
		for _, args := range [][]string{{"conform", "--only", "fresh-start", "-v", "--", program}, {"conform", "--only", "fresh-start", "--json", "-", "--", program}} {
			var out, errs bytes.Buffer
			code := cli.Main(&cli.Env{
				Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(), OutTerminal: terminal, ErrTerminal: terminal,
				Getenv: func(name string) string { return map[string]string{"NO_COLOR": "1", "PATH": os.Getenv("PATH")}[name] },
			})
			if code != 1 || !strings.Contains(out.String()+errs.String(), "B") {
				t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
			}
			if harmless(t, "the talk", colours.ReplaceAllString(strings.ReplaceAll(errs.String(), "\r\x1b[K", ""), "")); terminal || args[3] == "-v" {
				harmless(t, "the output", out.String())
			}
		}
	}
}

func TestWhatIsNoTerminalGetsTheBytesAndErrorsInOneLine(t *testing.T) {
	p := liar(t)
	out, errs := p.run(1, false, "", "api", "GET", "/text")
	if want := evil + "\r\n\rpaid\xff"; out != want {
		t.Errorf("the answer %q was printed as %q", want, out)
	}
	if harmless(t, "the error", errs); strings.Count(errs, "\n") > 2 {
		t.Errorf("the error is\n%s", errs)
	}
	if _, errs = p.run(1, false, "", "api", "GET", "/refuse"); strings.Count(errs, "\n") != 2 || !strings.Contains(errs, `A\u001b[2J`) {
		t.Errorf("the error is\n%s", errs)
	}
	harmless(t, "the error", errs)
}

func TestNamesAndVariablesTakeNoTerminalOver(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such names")
	}
	for name, c := range map[string]struct {
		variable string
		args     []string
	}{
		"an argument":    {"", []string{evil}},
		"a path":         {"", []string{"api", "GET", "/" + evil}},
		"a file":         {"", []string{"status", "--env-file", "/nowhere/" + evil}},
		"a body":         {"", []string{"api", "POST", "/x", "--input", "/nowhere/" + evil}},
		"a profile":      {"", []string{"status", "--profile", evil}},
		"a flag":         {"", []string{"status", "--" + evil}},
		"a value":        {"", []string{"token", "--min-ttl", evil}},
		"a program":      {"", []string{"conform", "--", "/nowhere/" + evil}},
		"a server":       {"RC_SERVER_URL", []string{"token"}},
		"another server": {"RINGCX_SERVER_URL", []string{"doctor"}},
		"the store":      {"RINGCX_STORE", []string{"status"}},
		"a chosen one":   {"RINGCX_PROFILE", []string{"status"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t)
			if c.variable != "" {
				p.env[c.variable] = evil
			}
			var out, errs bytes.Buffer
			code := cli.Main(&cli.Env{
				Args: c.args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(), OutTerminal: true,
				Getenv: func(name string) string { return p.env[name] },
			})
			harmless(t, "the output", out.String())
			harmless(t, "the talk", errs.String())
			if code == 0 {
				t.Error("exit code 0")
			}
		})
	}
}

func TestFilesThatAreDamagedTakeNoTerminalOver(t *testing.T) {
	p := newPerson(t)
	dir := filepath.Join(p.env["XDG_CONFIG_HOME"], "ringcx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{evil, "default = " + evil, `[profiles."` + evil + `"]` + "\nclient_id = \"x\"\n", "[profiles.default]\n" + `client_id = "` + "\u202e\u200b" + `"`} {
		if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"status"}, {"doctor"}, {"profile", "list"}, {"profile", "list", "--json"}} {
			var out, errs bytes.Buffer
			cli.Main(&cli.Env{
				Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: t.Context(), OutTerminal: true, ErrTerminal: true,
				Getenv: func(name string) string { return p.env[name] },
			})
			harmless(t, "the output of "+args[0], out.String())
			harmless(t, "the talk of "+args[0], errs.String())
		}
	}
}

func TestTheColoursOfTheDemoAreAllThatIsLeft(t *testing.T) {
	out, _ := newPerson(t).types(0, "demo")
	plain := colours.ReplaceAllString(out, "")
	if plain == out || strings.Contains(plain, `\u001b`) {
		t.Errorf("no colours in\n%s", out)
	}
	harmless(t, "the demo", plain)
}

func TestAValueBeginsNoLine(t *testing.T) {
	p := newPerson(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/voice/api/v1/admin/token" {
			p.box.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `["a\nringcx: all is well\n0000000000000000"]`)
	}))
	t.Cleanup(server.Close)
	p.env["RINGCX_SERVER_URL"] = server.URL
	_, talk := p.talk(1, false, "n\n", true, "apitoken", "delete", "1")
	if !strings.HasPrefix(talk, `Delete the API token a\nringcx: all is …? Programs`) {
		t.Errorf("asked was\n%s", talk)
	}
}
