package examples_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/testprograms"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// brokered are the programs that call through a broker.
var brokered = []testprograms.Program{
	{Name: "curl", Script: "broker/curl/call.sh", Debian: "bash and curl", Probe: []string{"bash", "-c", "curl --version >&2 && echo $BASH"}},
	{Name: "go"},
	{Name: "javascript", Script: "broker/javascript/call.mjs", Debian: "nodejs", Probe: []string{"node", "-p", "process.execPath"}},
	{Name: "python", Script: "broker/python/call.py", Debian: "python3-requests", Probe: testprograms.Python("requests")},
	{Name: "php", Script: "broker/php/call.php", Debian: "php-cli and php-curl", Probe: []string{"php", "-r", "curl_version(); echo PHP_BINARY;"}},
	{Name: "java", Script: "broker/java/Call.java", Debian: "default-jdk-headless", Probe: []string{"bash", "-c", "java --list-modules | grep -q jdk.compiler && command -v java"}},
}

// counter is a broker, and before it what answers in its place, once for each status in instead.
type counter struct {
	url, key string
	mu       sync.Mutex
	instead  []int
	asked    []string
	times    []time.Time
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	vendor := ringcxtest.NewServer(t, nil)
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: vendor.Session(nil), Endpoint: vendor.Config().Endpoint}}, Store: new(ringcx.Memory),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	c := new(counter)
	if c.key, err = b.CreateKey(t.Context(), "worker", "", 0); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config = b.Server()
	web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := c.note(r); status != 0 {
			if status == http.StatusTooManyRequests {
				w.Header().Set("Retry-After", "1")
			}
			w.WriteHeader(status)
			return
		}
		b.ServeHTTP(w, r)
	})
	web.Start()
	t.Cleanup(web.Close)
	c.url = web.URL
	return c
}

// note notes a request, and is what to answer in the broker's place.
func (c *counter) note(r *http.Request) (status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.times = append(c.asked, r.Method+" "+r.URL.Path), append(c.times, time.Now())
	if strings.HasPrefix(r.URL.Path, "/voice/") && len(c.instead) > 0 {
		status, c.instead = c.instead[0], c.instead[1:]
	}
	return status
}

// nowhere is a proxy that nothing answers at: a broker of this machine is reached without one, which would see the key.
const nowhere = "http://127.0.0.1:1"

// call runs a program, and is how it ended and what it asked for.
func (c *counter) call(t *testing.T, command []string, instead []int, env ...string) (stdout, stderr string, code int, asked string) {
	t.Helper()
	c.mu.Lock()
	c.instead, c.asked, c.times = instead, nil, nil
	c.mu.Unlock()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "http_proxy=" + nowhere, "HTTP_PROXY=" + nowhere, "all_proxy=" + nowhere, "RINGCX_BROKER=" + c.url}, env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return out.String(), said.String(), cmd.ProcessState.ExitCode(), strings.Join(c.asked, ", ")
}

func TestProgramsInEachLanguageCallThroughTheBroker(t *testing.T) {
	t.Parallel()
	const login, list = "POST /oauth2/token", "GET /voice/api/v1/admin/accounts"
	for _, p := range brokered {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			command := p.Command(t, ".", builtForBroker)
			c := newCounter(t)
			file := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(file, []byte(c.key+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for what, good := range map[string]struct {
				instead []int
				env     string
				asked   string
			}{
				"the key":               {nil, "RINGCX_BROKER_KEY=" + c.key, login + ", " + list},
				"a file":                {nil, "RINGCX_BROKER_KEY_FILE=" + file, login + ", " + list},
				"a token that is ended": {[]int{401}, "RINGCX_BROKER_KEY=" + c.key, login + ", " + list + ", " + login + ", " + list},
				"a limit":               {[]int{429}, "RINGCX_BROKER_KEY=" + c.key, login + ", " + list + ", " + list},
			} {
				stdout, stderr, code, asked := c.call(t, command, good.instead, good.env)
				if code != 0 || !strings.Contains(stdout, "RingCX Demo Sales") || stderr != "" || asked != good.asked {
					t.Errorf("%s: exit %d after %s: %.200s%s", what, code, asked, stdout, stderr)
				}
				if n := len(c.times); what == "a limit" && n == 3 && c.times[2].Sub(c.times[1]) < time.Second {
					t.Error("it does not wait as long as Retry-After says")
				}
			}
			for what, bad := range map[string]struct {
				instead []int
				env     string
				says    string
				asked   string
			}{
				"no key":          {nil, "X=y", "RINGCX_BROKER_KEY", ""},
				"a wrong key":     {nil, "RINGCX_BROKER_KEY=rcxb_wrong", "invalid_client", login},
				"no token counts": {[]int{401, 401, 401}, "RINGCX_BROKER_KEY=" + c.key, "401", login + ", " + list + ", " + login + ", " + list},
				"an error":        {[]int{500, 500}, "RINGCX_BROKER_KEY=" + c.key, "500", login + ", " + list},
			} {
				stdout, stderr, code, asked := c.call(t, command, bad.instead, bad.env)
				if code == 0 || stdout != "" || !strings.Contains(stderr, bad.says) || asked != bad.asked || strings.Contains(stderr, "rcxb_") {
					t.Errorf("%s: exit %d after %s: %s%s", what, code, asked, stdout, stderr)
				}
			}
		})
	}
}
