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
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// keeper answers for the API tokens of a user as the vendor documents them, in front of a sandbox.
type keeper struct {
	next   http.Handler
	tokens []string
	asked  []string
	fail   int // answer this status to deletions

	instead func(w http.ResponseWriter, r *http.Request) bool // answers if it says so; nil: it does not
}

var made = []string{"aws80:c2353445-bc74-af1a-2850-1d55a371c0a9", "aws80:c2353446-0000-4000-8000-1d55a371c0a9", "aws81:99999999-0000-4000-8000-1d55a371c0a9"}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const path = "/voice/api/v1/admin/token"
	if k.instead != nil && k.instead(w, r) {
		return
	}
	rest, ours := strings.CutPrefix(r.URL.Path, path)
	if !ours {
		k.next.ServeHTTP(w, r)
		return
	}
	k.asked = append(k.asked, r.Method)
	switch r.Method {
	case http.MethodPost:
		k.tokens = append(k.tokens, made[len(k.tokens)])
		_, _ = io.WriteString(w, k.tokens[len(k.tokens)-1])
	case http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(append([]string{}, k.tokens...))
	case http.MethodDelete:
		if k.fail != 0 {
			w.WriteHeader(k.fail)
			_, _ = io.WriteString(w, `{"generalMessage":"cannot delete `+rest[1:]+`"}`)
			return
		}
		for i, t := range k.tokens {
			if "/"+t == rest {
				k.tokens = append(k.tokens[:i], k.tokens[i+1:]...)
				_, _ = io.WriteString(w, "true")
				return
			}
		}
		_, _ = io.WriteString(w, "false")
	}
}

// tokenOwner is a person whose vendor keeps API tokens.
func tokenOwner(t *testing.T) (*person, *keeper) {
	t.Helper()
	p := newPerson(t)
	k := &keeper{next: p.box}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	p.env["RINGCX_SERVER_URL"] = server.URL
	p.types(0, "login", "--jwt")
	return p, k
}

var wholeToken = regexp.MustCompile(`aws8\d:[0-9a-f]{8}-[0-9a-f-]{27}`)

// run runs a command in a pipe, and checks that it prints a whole API token only if it may.
func (p *person) run(want int, mayPrint bool, stdin string, args ...string) (stdout, stderr string) {
	p.t.Helper()
	return p.talk(want, mayPrint, stdin, false, args...)
}

func (p *person) talk(want int, mayPrint bool, stdin string, terminal bool, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Context: p.t.Context(), InTerminal: terminal, ErrTerminal: terminal,
		Getenv: func(name string) string { return p.env[name] },
	})
	if code != want {
		p.t.Fatalf("ringcx %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, errs.String())
	}
	if wholeToken.MatchString(errs.String()) || wholeToken.MatchString(out.String()) != mayPrint {
		p.t.Errorf("ringcx %s printed\n%s%s", strings.Join(args, " "), out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func TestAPITokensAreMadeListedAndDeleted(t *testing.T) {
	p, k := tokenOwner(t)
	for _, want := range made {
		if out, _ := p.run(0, true, "", "apitoken", "create"); out != want+"\n" {
			t.Errorf("made %q", out)
		}
	}
	if out, _ := p.run(0, false, "", "apitoken", "list"); out != "1\taws80:c2353445…\n2\taws80:c2353446…\n3\taws81:99999999…\n" {
		t.Errorf("the list is\n%s", out)
	}
	if out, _ := p.run(0, true, "", "apitoken", "list", "--show", "--json"); strings.Count(out, "-1d55a371c0a9") != 3 {
		t.Errorf("the whole list is\n%s", out)
	}
	p.run(0, false, "", "apitoken", "delete", "aws80:c2353446…", "--yes")
	p.run(0, false, "", "apitoken", "delete", "2", "--yes")
	if len(k.tokens) != 1 || k.tokens[0] != made[0] {
		t.Errorf("left are %q", k.tokens)
	}
	p.run(0, false, made[0]+"\n", "apitoken", "delete", "--token-file", "-", "--yes")
	if out, _ := p.run(0, false, "", "apitoken", "list", "--json"); out != "[]\n" || len(k.tokens) != 0 {
		t.Errorf("left are %q, and the list is %q", k.tokens, out)
	}
}

func TestOnlyOneAPITokenIsDeletedAndOnlyIfMeant(t *testing.T) {
	p, k := tokenOwner(t)
	k.tokens = append(k.tokens, made...)
	for _, args := range [][]string{
		{"aws80", "--yes"},
		{"c23", "--yes"},
		{"7", "--yes"},
		{"nothing", "--yes"},
		{"1"},
		{},
		{"1", "2", "--yes"},
		{made[0], "--yes"},
		{"1", "--token-file", "x", "--yes"},
		{"--token-file", filepath.Join(t.TempDir(), "none"), "--yes"},
	} {
		p.run(2, false, "", append([]string{"apitoken", "delete"}, args...)...)
	}
	p.talk(1, false, "n\n", true, "apitoken", "delete", "1")
	p.talk(1, false, "", true, "apitoken", "delete", "1")
	if len(k.tokens) != 3 {
		t.Fatalf("left are %q", k.tokens)
	}
	_, talk := p.talk(0, false, "y\n", true, "apitoken", "delete", "1")
	if !strings.Contains(talk, "Delete the API token aws80:c2353445…? Programs that use it stop working. [y/N]: ") || len(k.tokens) != 2 {
		t.Errorf("left are %q after\n%s", k.tokens, talk)
	}
}

func TestAFailureToDeleteDoesNotTellTheAPIToken(t *testing.T) {
	p, k := tokenOwner(t)
	k.tokens = append(k.tokens, made[0])
	file := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(file, []byte(made[0]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	k.fail = 403
	_, talk := p.run(1, false, "", "apitoken", "delete", "--token-file", file, "--yes")
	if !strings.HasPrefix(talk, "ringcx: DELETE /voice/api/v1/admin/token/aws80:c2353445…: 403 cannot delete aws80:c2353445…\n") {
		t.Errorf("it said\n%s", talk)
	}
	k.fail, k.tokens = 0, nil
	p.run(1, false, "", "apitoken", "delete", "--token-file", file, "--yes")
}

func TestAnAPITokenThatCouldNotBeWrittenIsToldWithoutShowingIt(t *testing.T) {
	p, k := tokenOwner(t)
	dir := t.TempDir()
	output := filepath.Join(dir, "token.txt")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/admin/token") {
			_ = os.MkdirAll(filepath.Join(output, "in the way"), 0o700)
		}
		k.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.env["RINGCX_SERVER_URL"] = server.URL
	_, talk := p.run(1, false, "", "apitoken", "create", "--output", output)
	if !strings.HasPrefix(talk, "ringcx: the API token aws80:c2353445… was made, but not written to ") || !strings.Contains(talk, "\nhint: 'ringcx apitoken list --show'") {
		t.Errorf("it said\n%s", talk)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestAnswersAreShownWithoutWhatStandsForTheUser(t *testing.T) {
	var v any
	const answer = `{"xauth":"hunter22","accessToken":"hunter22","refresh_token":"hunter22","exp":1,"agents":[{"password":"hunter22","phoneLoginPin":"hunter22","agentId":7}],"rcAccessToken":null}`
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(cli.WithoutSecrets(v))
	if want := `{"agents":[{"agentId":7}],"exp":1}`; err != nil || string(shown) != want {
		t.Errorf("shown is %s, want %s (%v)", shown, want, err)
	}
}
