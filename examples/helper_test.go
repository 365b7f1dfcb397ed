package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testprograms"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// sdk is the example with package ringcx, which decides when to do what.
var sdk = testprograms.Program{Name: "go-sdk"}

var programs = slices.Concat(testprograms.ByHand, []testprograms.Program{sdk})

// The directories of the compiled examples, which have the same names.
var built, builtForBroker string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if built, err = testprograms.Build(".", "./go", "./go-sdk", "./go-api", "../cmd/ringcx"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(built) }()
		if builtForBroker, err = testprograms.Build(".", "./broker/go"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(builtForBroker) }()
		return m.Run()
	}())
}

// each runs a test for each of the programs, on a bench of its own.
func each(t *testing.T, programs []testprograms.Program, test func(*testing.T, *bench)) {
	t.Helper()
	for _, p := range programs {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			test(t, newBench(t, p))
		})
	}
}

// bench is a program, a vendor of its own and a place for its state.
type bench struct {
	t       *testing.T
	program testprograms.Program
	start   []string
	vendor  *ringcxtest.Server
	url     string // of the vendor, through a server that listens in
	state   string
	env     map[string]string
	secrets map[string]bool // everything that must not be shown

	mu     sync.Mutex
	agents map[string]bool // User-Agent headers seen
}

func newBench(t *testing.T, p testprograms.Program) *bench {
	b := &bench{
		t: t, program: p, start: p.Command(t, ".", built), vendor: ringcxtest.NewServer(t, nil), agents: map[string]bool{},
		state: filepath.Join(t.TempDir(), "state"),
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.agents[r.UserAgent()] = true
		b.mu.Unlock()
		b.vendor.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	t.Cleanup(b.noVerdicts)
	b.url = front.URL
	demo := b.vendor.Demo()
	b.secrets = map[string]bool{demo.ClientSecret: true, demo.JWT: true}
	b.env = map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": t.TempDir(), "SYSTEMROOT": os.Getenv("SYSTEMROOT"), "RINGCX_STATE": b.state,
		"RC_SERVER_URL": b.url, "RINGCX_SERVER_URL": b.url,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
	}
	return b
}

// isSDK says whether the program leaves to package ringcx what to do when.
func (b *bench) isSDK() bool { return b.program.Name == sdk.Name }

// noVerdicts fails the test if the vendor had reason to frown.
func (b *bench) noVerdicts() {
	b.t.Helper()
	if v := b.vendor.Verdicts(); len(v) > 0 {
		b.t.Errorf("the vendor frowns: %v", v)
	}
}

// ended is how a run of the program went.
type ended struct {
	code           int
	stdout, stderr string
	requests       []string // as "200 GET /path"
}

// run runs the program to its end. What it shows is searched for secrets unless it was asked for the token.
func (b *bench) run(args ...string) ended {
	b.t.Helper()
	before := len(b.vendor.Requests())
	b.learnSecrets()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.start[0], slices.Concat(b.start[1:], args)...)
	for name, value := range b.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		b.t.Fatalf("start %s: %v", b.program.Name, err)
	}
	e := ended{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	for _, r := range b.vendor.Requests()[before:] {
		e.requests = append(e.requests, fmt.Sprintf("%d %s %s", r.Status, r.Method, r.Path))
	}
	b.learnSecrets()
	b.noSecrets("stderr", e.stderr)
	if !slices.Contains(args, "--print-token") {
		b.noSecrets("stdout", e.stdout)
	}
	return e
}

// succeeds runs the program, expects it to succeed and to have sent exactly these requests.
func (b *bench) succeeds(requests ...string) ended {
	b.t.Helper()
	e := b.run()
	if e.code != 0 {
		b.t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	if !slices.Equal(e.requests, requests) {
		b.t.Fatalf("sent %q, want %q", e.requests, requests)
	}
	return e
}

// fails runs the program and expects it to fail with this exit code, saying all of words.
func (b *bench) fails(code int, words ...string) ended {
	b.t.Helper()
	e := b.run()
	if e.code != code {
		b.t.Fatalf("exit %d, want %d: %s", e.code, code, e.stderr)
	}
	if e.stdout != "" {
		b.t.Errorf("a failing run prints %q to stdout", e.stdout)
	}
	for _, w := range words {
		if !strings.Contains(e.stderr, w) {
			b.t.Errorf("%q does not say %q", e.stderr, w)
		}
	}
	return e
}

// saved is what the state holds, as bytes.
func (b *bench) saved() string {
	b.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(b.state, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.t.Fatal(err)
	}
	return all.String()
}

// tokens reads the state file of a program that does not use the SDK.
func (b *bench) tokens() (access, refresh string) {
	b.t.Helper()
	var v struct{ AccessToken, RefreshToken string }
	if err := json.Unmarshal([]byte(b.saved()), &v); err != nil {
		b.t.Fatalf("the state is not JSON: %v", err)
	}
	return v.AccessToken, v.RefreshToken
}

// wantQuiet wants the state to say that the vendor is to be left alone for so long from now, less what the test took.
func (b *bench) wantQuiet(want time.Duration) {
	b.t.Helper()
	var v struct{ QuietUntil float64 }
	if err := json.Unmarshal([]byte(b.saved()), &v); err != nil {
		b.t.Fatalf("the state is not JSON: %v", err)
	}
	const patience = 30 * time.Second // for a slow machine
	left := time.Until(time.UnixMilli(int64(v.QuietUntil * 1000)))
	if left > want+2*time.Second || left < want-patience {
		b.t.Errorf("it wants to be quiet for %v, want %v", left, want)
	}
}

// quietIsOver lets the time pass in which the vendor is to be left alone.
func (b *bench) quietIsOver() {
	b.t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(b.saved()), &v); err != nil {
		b.t.Fatalf("the state is not JSON: %v", err)
	}
	v["quietUntil"] = float64(time.Now().Unix() - 1)
	text, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(b.state, text, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// tokenLike is what a secret looks like. The vendor's are longer; a state's identity is a hash of 64 hex digits.
var (
	tokenLike = regexp.MustCompile(`[\w.~+/=|-]{40,}`)
	hash      = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// learnSecrets adds what the state holds at this moment to the secrets.
func (b *bench) learnSecrets() {
	for _, s := range tokenLike.FindAllString(b.saved(), -1) {
		if !hash.MatchString(s) {
			b.secrets[s] = true
		}
	}
}

// leaks says which secret a text shows, or what in it looks like one.
func (b *bench) leaks(text string) string {
	for s := range maps.Keys(b.secrets) {
		if strings.Contains(text, s) {
			return s
		}
	}
	return tokenLike.FindString(strings.ReplaceAll(text, b.state, ""))
}

func (b *bench) noSecrets(where, text string) {
	b.t.Helper()
	if leak := b.leaks(text); leak != "" {
		b.t.Errorf("%s shows the secret %s: %s", where, leak, text)
	}
}

// fault orders a bad day from the vendor.
func (b *bench) fault(fault string) {
	b.t.Helper()
	resp, err := http.Post(b.url+"/_sandbox/faults", "application/json", strings.NewReader(fault))
	if err != nil {
		b.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("arm %s: %s", fault, resp.Status)
	}
}
