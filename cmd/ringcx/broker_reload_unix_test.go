//go:build unix

package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// followed is what the log says when the login of the store was taken.
const followed = "the login that the store has is served"

// reloaded is a broker whose configuration is read again, with a log of JSON.
type reloaded struct {
	*unit
	key    string
	stderr string // file
	broker *exec.Cmd
}

// newReloaded starts a broker of stored profiles, with a key for its caller.
func newReloaded(t *testing.T, config string, profiles ...string) *reloaded {
	t.Helper()
	u := &reloaded{unit: newUnit(t)}
	u.stderr = u.in("stderr")
	for _, name := range profiles {
		u.logIn(name)
	}
	u.key = strings.TrimSpace(u.run("broker", "key", "create", "--name", "worker"))
	u.configure(config)
	log, err := os.Create(u.stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	u.broker = exec.CommandContext(t.Context(), "ringcx", "broker", "--config", u.config)
	u.broker.Env, u.broker.ExtraFiles, u.broker.Stderr = u.env, []*os.File{u.socket}, log
	if err := u.broker.Start(); err != nil {
		t.Fatal(err)
	}
	u.await("READY=1")
	return u
}

// in is a file in the directory of the configuration.
func (u *reloaded) in(name string) string { return filepath.Join(filepath.Dir(u.config), name) }

// run runs a command and returns what it prints.
func (u *reloaded) run(args ...string) string {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), "ringcx", args...)
	cmd.Env = u.env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		u.t.Fatalf("%v: %v: %s", args, err, &said)
	}
	return string(out)
}

func (u *reloaded) logIn(profile string) {
	u.t.Helper()
	u.run("login", "--jwt", "--profile", profile, "--replace")
}

func (u *reloaded) configure(text string) {
	u.t.Helper()
	writeFile(u.t, u.config, []byte("linger = \"0s\"\nlog = \"json\"\naudit = \""+u.in("audit.jsonl")+"\"\n"+text))
}

// again has the broker read its configuration again, and returns what it writes about that.
func (u *reloaded) again() string {
	u.t.Helper()
	before := len(u.said())
	if err := u.broker.Process.Signal(syscall.SIGHUP); err != nil {
		u.t.Fatal(err)
	}
	u.await("RELOADING=1")
	u.await("READY=1")
	return u.said()[before:]
}

// said is all that the broker has written.
func (u *reloaded) said() string {
	u.t.Helper()
	text, err := os.ReadFile(u.stderr)
	if err != nil {
		u.t.Fatal(err)
	}
	return string(text)
}

// becomes waits until the broker has written something.
func (u *reloaded) becomes(text string) {
	u.t.Helper()
	limit := time.After(time.Minute)
	for !strings.Contains(u.said(), text) {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-limit:
			u.t.Fatalf("it does not say %q:\n%s", text, u.said())
		}
	}
}

// token is the status of GET /token with a profile.
func (u *reloaded) token(profile string) int {
	u.t.Helper()
	req, err := http.NewRequestWithContext(u.t.Context(), http.MethodGet, "http://"+u.address+"/token", nil)
	if err != nil {
		u.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+u.key)
	req.Header.Set("RingCX-Profile", profile)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		u.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// records are the lines of a log, each of which must be JSON.
func records(t *testing.T, text string) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Errorf("%q is not JSON: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

func TestWhileTheStoreIsDownAReloadChangesWhatNeedsNone(t *testing.T) {
	t.Parallel()
	u := newReloaded(t, "profiles = [\"a\"]\n", "a", "b")
	if got := u.token("a"); got != http.StatusOK {
		t.Fatal(got)
	}
	store, away := u.in("store"), u.in("away")
	if err := os.Rename(store, away); err != nil {
		t.Fatal(err)
	}
	writeFile(t, store, nil) // and so nothing can be read there
	if err := os.Rename(u.in("audit.jsonl"), u.in("audit.1")); err != nil {
		t.Fatal(err)
	}
	const both = "profiles = [\"a\", \"b\"]\n"
	u.configure(both)
	levels := map[string]any{}
	for _, r := range records(t, u.again()) {
		if name, ok := r["profile"].(string); ok && r["hint"] != nil {
			levels[name] = r["level"]
		}
	}
	if levels["a"] != "WARN" || levels["b"] != "ERROR" {
		t.Errorf("it says %v\n%s", levels, u.said())
	}
	if a, b := u.token("a"), u.token("b"); a != http.StatusOK || b != http.StatusServiceUnavailable {
		t.Errorf("profile a is answered %d, and b, which was not served before, %d", a, b)
	}
	if text, err := os.ReadFile(u.in("audit.jsonl")); err != nil || !bytes.Contains(text, []byte(`"path":"/token"`)) {
		t.Errorf("the audit log of now has %q, %v", text, err)
	}
	u.configure(both + "[[rule]]\ndeny = true\npath = \"/token\"\n[[rule]]\npath = \"/**\"\n")
	u.again()
	if got := u.token("a"); got != http.StatusForbidden {
		t.Errorf("with a rule that denies it, it is answered %d", got)
	}
	u.configure(both)
	u.again()
	if err := os.Remove(store); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, store); err != nil {
		t.Fatal(err)
	}
	u.becomes(followed)
	if got := u.token("b"); got != http.StatusOK {
		t.Errorf("with the store back, profile b is answered %d", got)
	}
	u.stop(u.broker)
}

func TestWhileTheStoreIsDownTheOneAccountIsServedAndARuleTakesEffect(t *testing.T) {
	t.Parallel()
	for name, profiles := range map[string][]string{"of variables": nil, "of the default profile": {"default"}} {
		u := newReloaded(t, "", profiles...)
		if got := u.token(""); got != http.StatusOK {
			t.Fatal(name, got, u.said())
		}
		if err := os.Rename(u.in("store"), u.in("away")); err != nil {
			t.Fatal(err)
		}
		writeFile(t, u.in("store"), nil)
		u.again()
		if got := u.token(""); got != http.StatusOK {
			t.Errorf("%s: %d", name, got)
		}
		u.configure("[[rule]]\ndeny = true\npath = \"/token\"\n")
		u.again()
		if got := u.token(""); got != http.StatusForbidden {
			t.Errorf("%s: with a rule that denies it, it is answered %d\n%s", name, got, u.said())
		}
		u.stop(u.broker)
	}
}

func TestABrokerTakesTheLoginThatReplacedItsOwn(t *testing.T) {
	t.Parallel()
	u := newReloaded(t, "profiles = [\"a\"]\n", "a")
	if got := u.token("a"); got != http.StatusOK {
		t.Fatal(got)
	}
	var server string
	for _, v := range u.env {
		if at, ok := strings.CutPrefix(v, "RC_SERVER_URL="); ok {
			server = at
		}
	}
	resp, err := http.Post(server+"/_sandbox/credentials", "application/json", strings.NewReader("{}")) //nolint:noctx // it is here
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ JWT string }
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.JWT == "" {
		t.Fatal(resp.Status, err)
	}
	_ = resp.Body.Close()
	u.env = append(u.env, "RC_USER_JWT="+made.JWT)
	u.logIn("a")
	u.becomes(followed)
	if got := u.token("a"); got != http.StatusOK {
		t.Errorf("%d", got)
	}
	u.stop(u.broker)
	if text := u.said(); strings.Count(text, followed) != 1 || strings.Contains(text, `"msg":"ringcx: log in"`) || strings.Contains(text, made.JWT) {
		t.Errorf("it logged in itself, or said more:\n%s", text)
	}
}

func TestAllThatIsWrongWithAReloadIsSaidInTheFormOfTheLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config string
		lines  int
	}{
		"profiles without a login": {"profiles = [\"a\", \"x\", \"y\", \"z\"]\n", 3},
		"settings that are none":   {"profiles = [\"a\"]\nnone = 1\nnever = 2\n", 2},
	} {
		u := newReloaded(t, "profiles = [\"a\"]\n", "a")
		u.configure(c.config)
		wrong := 0
		for _, r := range records(t, u.again()) {
			if r["level"] != "ERROR" {
				continue
			}
			if wrong++; r["hint"] == "" || r["hint"] == nil {
				t.Errorf("%s: there is no hint: %v", name, r)
			}
		}
		if wrong < c.lines {
			t.Errorf("%s: it says %d\n%s", name, wrong, u.said())
		}
		if got := u.token("a"); got != http.StatusOK {
			t.Errorf("%s: %d", name, got)
		}
		u.stop(u.broker)
	}
}

func TestAnAuditLogOfBeforeIsClosedWithTheReload(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are listed on Linux")
	}
	t.Parallel()
	u := newReloaded(t, "profiles = [\"a\"]\n", "a")
	for i := range 5 {
		if err := os.Rename(u.in("audit.jsonl"), u.in(fmt.Sprint("audit.", i))); err != nil {
			t.Fatal(err)
		}
		u.again()
		files := fmt.Sprintf("/proc/%d/fd", u.broker.Process.Pid)
		all, err := os.ReadDir(files)
		if err != nil {
			t.Fatal(err)
		}
		var open []string
		for _, f := range all {
			if at, err := os.Readlink(filepath.Join(files, f.Name())); err == nil && strings.Contains(at, "/audit.") {
				open = append(open, at)
			}
		}
		if len(open) != 1 || open[0] != u.in("audit.jsonl") {
			t.Errorf("after %d reloads these are open: %q", i+1, open)
		}
	}
	u.stop(u.broker)
}
