package main_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	stormProcesses = 8
	stormCalls     = 200
	stormTTL       = 2 * time.Second
	stormRenewals  = 4 // the least that the crowd must live through
)

// storm is a crowd of processes that share one store, and the vendor that they ask.
type storm struct {
	t      *testing.T
	box    *sandbox.Server
	binary string
	home   string
	env    []string
}

func newStorm(t *testing.T) *storm {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a lock file that is open cannot be removed on Windows, so the negative control would prove nothing")
	}
	dir := t.TempDir()
	s := &storm{t: t, binary: filepath.Join(dir, "ringcx"), home: filepath.Join(dir, "home")}
	build := exec.Command("go", "build", "-o", s.binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var err error
	if s.box, err = sandbox.New(&sandbox.Options{TokenTTL: stormTTL}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.box)
	t.Cleanup(server.Close)
	s.env = []string{
		"HOME=" + s.home, "RC_SERVER_URL=" + server.URL, "RINGCX_SERVER_URL=" + server.URL,
		"RC_APP_CLIENT_ID=" + s.box.Demo().ClientID,
	}
	if out, err := s.run(t.Context(), "login", "RC_APP_CLIENT_SECRET="+s.box.Demo().ClientSecret, "RC_USER_JWT="+s.box.Demo().JWT); err != nil {
		t.Fatalf("ringcx login: %v\n%s", err, out)
	}
	return s
}

// run calls the command and returns what it printed.
func (s *storm) run(ctx context.Context, command string, env ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.binary, command)
	cmd.Env = append(slices.Clone(s.env), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// blow has every process loop ask for a token again and again, until all have had their calls and lived through the
// renewals, or ctx ends. It returns how many calls there were, how many different tokens, and what failed.
func (s *storm) blow(ctx context.Context) (calls, tokens int, failures []string) {
	var crowd sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]bool{}
	for range stormProcesses {
		crowd.Go(func() {
			for call := 0; call < stormCalls || s.count(refreshPath) < stormRenewals; call++ {
				out, err := s.run(ctx, "token")
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				calls++
				if seen[out] = true; err != nil || !strings.HasPrefix(out, "eyJ") {
					failures = append(failures, fmt.Sprintf("%v: %s", err, out))
				}
				enough := len(failures) > 10
				mu.Unlock()
				if enough {
					return
				}
			}
		})
	}
	crowd.Wait()
	return calls, len(seen), failures
}

// count tells how many requests of a path the vendor got.
func (s *storm) count(path string) int {
	n := 0
	for _, r := range s.box.Requests() {
		if r.Path == path {
			n++
		}
	}
	return n
}

// verdicts are what the vendor would say about the client.
func (s *storm) verdicts() []string {
	var all []string
	for _, r := range s.box.Requests() {
		all = append(all, r.Verdicts...)
	}
	return all
}

const (
	loginPath    = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
)

func TestEightProcessesShareOneRenewalForEachTokenLifetime(t *testing.T) {
	s := newStorm(t)
	start := time.Now()
	calls, tokens, failures := s.blow(t.Context())
	took := time.Since(start)
	if len(failures) > 0 {
		t.Fatalf("%d of %d calls failed, such as\n%s", len(failures), calls, failures[0])
	}
	logins, exchanges, refreshes := s.count(loginPath), s.count(exchangePath), s.count(refreshPath)
	t.Logf("%d calls in %s: %d tokens, %d refreshes", calls, took.Round(time.Millisecond), tokens, refreshes)
	if verdicts := s.verdicts(); len(verdicts) > 0 {
		t.Errorf("the vendor objects: %v", verdicts)
	}
	if logins != 1 || exchanges != 1 {
		t.Errorf("%d logins and %d exchanges, want one of each, by the login before the storm", logins, exchanges)
	}
	// A token is renewed when a fifth of its life is left, so a renewal comes every 1.6 seconds at most.
	if most := int(took/(stormTTL*4/5)) + 1; refreshes > most {
		t.Errorf("%d refreshes in %s, want at most %d", refreshes, took, most)
	}
	if tokens < 2 || tokens > refreshes+1 {
		t.Errorf("%d different tokens from %d refreshes", tokens, refreshes)
	}
}

// The same storm, while the lock file is pulled away under the processes: each makes a new one and thinks it is alone.
// That is what this test is for, so it must be seen.
func TestWithoutTheLockTheSameStormIsSeenToFail(t *testing.T) {
	s := newStorm(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var saboteur sync.WaitGroup
	saboteur.Go(func() {
		lock := filepath.Join(s.home, ".local", "state", "ringcx", "sandbox.json.lock")
		for ctx.Err() == nil {
			_ = os.Remove(lock)
		}
	})
	s.box.OnRequest(func(sandbox.Request) {
		if s.count(exchangePath) > 1 || len(s.verdicts()) > 0 {
			cancel() // seen
		}
	})
	_, _, failures := s.blow(ctx)
	cancel()
	saboteur.Wait()
	exchanges, verdicts := s.count(exchangePath), s.verdicts()
	if exchanges < 2 && len(verdicts) == 0 && len(failures) == 0 {
		t.Error("nothing went wrong without the lock, so the test with the lock proves nothing")
	}
	t.Logf("without the lock: %d exchanges, verdicts %q, %d failed calls", exchanges, verdicts, len(failures))
}
