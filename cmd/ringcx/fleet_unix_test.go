//go:build unix

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

const (
	machines = 150 // each starts the command once, with an empty home
	atOnce   = 8   // so many of them at the same moment
)

// fleet has every machine ask for a token, with the same variables and the store of its number.
func fleet(t *testing.T, box *ringcxtest.Server, n int, store func(machine int) string) (tokens map[string]int) {
	t.Helper()
	demo, dir := box.Demo(), t.TempDir()
	tokens = map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	next := make(chan int)
	for range atOnce {
		all.Go(func() {
			for machine := range next {
				home := filepath.Join(dir, fmt.Sprint(machine))
				cmd := exec.CommandContext(t.Context(), "ringcx", "token")
				cmd.Env = []string{
					"PATH=" + os.Getenv("PATH"), "HOME=" + home, "RINGCX_STORE=" + store(machine), "RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL,
					"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
				}
				out, err := cmd.CombinedOutput()
				mu.Lock()
				tokens[string(out)]++
				if err != nil || !strings.HasPrefix(string(out), "eyJ") {
					t.Errorf("machine %d: %v: %s", machine, err, out)
				}
				if _, err := os.Stat(home); err == nil {
					t.Errorf("machine %d wrote into its home", machine)
				}
				mu.Unlock()
			}
		})
	}
	for machine := range n {
		next <- machine
	}
	close(next)
	all.Wait()
	return tokens
}

// docs/operators.md promises this.
func TestAFleetThatSharesAStoreIsOneLoginAndOneExchange(t *testing.T) {
	t.Parallel()
	required := os.Getenv("RINGCX_TEST_REQUIRE") == "1"
	stores := map[string]func(t *testing.T) string{
		"files": func(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "store") },
	}
	for name, start := range starters {
		stores[name] = func(t *testing.T) string {
			server, err := start()
			testservers.Need(t, required, err)
			t.Cleanup(func() { _ = server.Stop() })
			return server.URL()
		}
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			url, box := open(t), ringcxtest.NewServer(t, nil)
			tokens := fleet(t, box, machines, func(int) string { return url })
			if paths := box.Paths(); len(paths) != 2 || len(tokens) != 1 {
				t.Errorf("%d machines got %d tokens with the requests %q", machines, len(tokens), paths)
			}
			if v := box.Verdicts(); len(v) > 0 {
				t.Errorf("the vendor frowns: %v", v)
			}
		})
	}
}

func TestMachinesThatShareNoStoreLogInEach(t *testing.T) {
	dir, box := t.TempDir(), ringcxtest.NewServer(t, nil)
	tokens := fleet(t, box, 3, func(machine int) string { return fmt.Sprintf("file:%s/%d", dir, machine) })
	if len(tokens) != 3 || len(box.Paths()) != 6 {
		t.Errorf("3 machines got %d tokens with the requests %q", len(tokens), box.Paths())
	}
}
