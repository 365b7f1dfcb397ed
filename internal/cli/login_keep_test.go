package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/testpages"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// later does something when the vendor has answered a request to a path, before the answer is handed on.
type later struct {
	path string
	do   func()
}

func (l *later) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if do := l.do; do != nil && strings.HasPrefix(req.URL.Path, l.path) {
		l.do = nil
		do()
	}
	return resp, err
}

// household is a person's files and vendor, in which a login is tried.
type household struct {
	t    *testing.T
	env  map[string]string
	box  *ringcxtest.Server
	args []string // of the login
	last string   // the request that completes it
	ends string   // the request that ends its session
}

func (h *household) config(name string) string {
	return filepath.Join(h.env["XDG_CONFIG_HOME"], "ringcx", name)
}

func (h *household) state(name string) string {
	return filepath.Join(h.env["XDG_STATE_HOME"], "ringcx", name)
}

// run runs a command; what do does happens when the vendor has said yes.
func (h *household) run(ctx context.Context, do func(), args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Context: ctx,
		Getenv:     func(name string) string { return h.env[name] },
		HTTPClient: &http.Client{Transport: &later{path: h.last, do: do}},
		OpenBrowser: func(page string) error {
			go func() {
				_, _ = testpages.Person{Email: h.box.Demo().Email, Password: h.box.Demo().Password}.SignIn(page)
			}()
			return nil
		},
	})
	return code, out.String(), errs.String()
}

// ended is how many sessions the vendor has ended.
func (h *household) ended() (n int) {
	for _, r := range h.box.Requests() {
		if strings.HasPrefix(r.Path, h.ends) && r.Status == http.StatusOK {
			n++
		}
	}
	return n
}

// files are the contents of all files that mean something.
func (h *household) files() map[string]string {
	all := map[string]string{}
	for _, dir := range []string{h.config(""), h.state("")} {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".toml") || strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, "ledger-") {
				text, _ := os.ReadFile(filepath.Join(dir, name))
				all[name] = string(text)
			}
		}
	}
	return all
}

var waysToLogIn = map[string]func(h *household){
	"JWT": func(*household) {},
	"JWT, with a secret that signs": func(h *household) {
		h.args = append(h.args, "--client-secret-jwt")
	},
	"browser": func(h *household) {
		h.env["RC_APP_CLIENT_ID"], h.env["RC_APP_CLIENT_SECRET"], h.env["RC_USER_JWT"] = h.box.Demo().NativeClientID, "", ""
		h.args[1] = "--browser"
	},
	"user and password": func(h *household) {
		demo := h.box.Demo()
		h.env["RINGCX_USERNAME"], h.env["RINGCX_PASSWORD"], h.env["RINGCX_PLATFORM_ID"] = demo.AdminUsername, demo.AdminPassword, demo.PlatformID
		h.args[1], h.last, h.ends = "--direct", "/api/auth/login/admin", "/api/auth/logout/"
	},
}

// newHousehold is somebody who has not logged in yet, or has, and does so again.
func newHousehold(t *testing.T, way func(*household), again bool) *household {
	t.Helper()
	box := ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	h := &household{t, map[string]string{
		"XDG_CONFIG_HOME": t.TempDir(), "XDG_STATE_HOME": t.TempDir(), "RC_SERVER_URL": box.URL, "RINGCX_SERVER_URL": box.URL,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
	}, box, []string{"login", "--jwt", "--profile", "team"}, "/api/auth/login/rc/accesstoken", "/restapi/oauth/revoke"}
	way(h)
	if again {
		if code, _, stderr := h.run(t.Context(), nil, h.args...); code != 0 {
			t.Fatal(stderr)
		}
	}
	return h
}

// mishaps are what may go wrong after the vendor has said yes. Each returns how it is mended.
var mishaps = map[string]struct {
	says   string
	code   int
	strike func(h *household, cancel func()) (mend func())
}{
	"the credentials cannot be stored": {"its credentials could not be stored", 1, func(h *household, _ func()) func() {
		return h.close(h.state("team.credentials.json"))
	}},
	"the tokens cannot be stored": {"team.json", 1, func(h *household, _ func()) func() {
		return h.close(h.state("team.json"))
	}},
	"the profile cannot be stored": {"config.toml could not be stored", 1, func(h *household, _ func()) func() {
		return h.close(h.config("config.toml"))
	}},
	"the settings are being changed": {"is being changed", 75, func(h *household, _ func()) func() {
		lock := flock.New(h.config("config.toml.lock"))
		if got, err := lock.TryLock(); err != nil || !got {
			h.t.Error(got, err)
		}
		return func() { _ = lock.Close() }
	}},
	"the whole store is gone": {"", 1, func(h *household, _ func()) func() {
		dir := strings.TrimSuffix(h.state(""), string(filepath.Separator))
		if err := os.Rename(dir, dir+".away"); err != nil {
			h.t.Error(err)
		}
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			h.t.Error(err)
		}
		return func() { _ = os.Remove(dir); _ = os.Rename(dir+".away", dir) }
	}},
}

// close makes a file one that cannot be used: a directory where there is none, else one that others may write.
func (h *household) close(path string) (mend func()) {
	if _, err := os.Stat(path); err != nil {
		if err := os.Mkdir(path, 0o700); err != nil {
			h.t.Error(err)
		}
		return func() { _ = os.Remove(path) }
	}
	if err := os.Chmod(path, 0o606); err != nil {
		h.t.Error(err)
	}
	return func() { _ = os.Chmod(path, 0o600) }
}

func TestALoginWhoseLastStepFailsLeavesNothingNew(t *testing.T) {
	for way, with := range waysToLogIn {
		for mishap, m := range mishaps {
			for _, again := range []bool{false, true} {
				name := way + ", " + mishap
				if again {
					name += ", in place of another login"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel() // most of the time it waits
					h := newHousehold(t, with, again)
					before, ended := h.files(), h.ended()
					var mend func()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					code, _, stderr := h.run(ctx, func() { mend = m.strike(h, cancel) }, append(h.args, "--max-wait", "1s")...)
					if mend == nil {
						t.Fatalf("the vendor was not asked: %s", stderr)
					}
					mend()
					if code != m.code || !strings.Contains(stderr, m.says) || !strings.Contains(stderr, "\nhint: ") {
						t.Errorf("exit code %d\n%s", code, stderr)
					}
					if n := h.ended() - ended; n != 1 {
						t.Errorf("%d sessions were ended at the vendor\n%s", n, stderr)
					}
					for name, text := range h.files() {
						if text != before[name] {
							t.Errorf("%s was %q and is %q", name, before[name], text)
						}
						delete(before, name)
					}
					if len(before) > 0 {
						t.Errorf("gone: %v", before)
					}
					if again {
						if code, _, stderr := h.run(t.Context(), nil, "accounts", "list", "--profile", "team"); code != 0 {
							t.Errorf("the login before does not work: %s", stderr)
						}
					}
					h.box.Advance(time.Minute)
					if code, _, stderr := h.run(t.Context(), nil, h.args...); code != 0 {
						t.Errorf("afterwards: %s", stderr)
					}
					if code, _, stderr := h.run(t.Context(), nil, "accounts", "list", "--profile", "team"); code != 0 {
						t.Errorf("afterwards: %s", stderr)
					}
				})
			}
		}
	}
}

func TestALoginThatWorksEndsNothing(t *testing.T) {
	for way, with := range waysToLogIn {
		t.Run(way, func(t *testing.T) {
			h := newHousehold(t, with, false)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if code, _, stderr := h.run(ctx, cancel, h.args...); code != 0 || h.ended() != 0 { // Ctrl-C when it is too late
				t.Errorf("exit code %d, %d sessions ended\n%s", code, h.ended(), stderr)
			}
			if code, _, stderr := h.run(t.Context(), nil, "accounts", "list", "--profile", "team"); code != 0 {
				t.Error(stderr)
			}
		})
	}
}

func TestALoginThatRingCXRefusesEndsWhatRingCentralHasBegun(t *testing.T) {
	h := newHousehold(t, waysToLogIn["JWT"], false)
	p := &person{t, h.env, h.box}
	p.arm(`{"path":"/api/auth/login/rc/accesstoken","kind":"status","status":403}`)
	code, _, stderr := h.run(t.Context(), nil, h.args...)
	if code != 1 || h.ended() != 1 {
		t.Errorf("exit code %d, %d sessions ended\n%s", code, h.ended(), stderr)
	}
	for name, text := range h.files() {
		var record struct {
			RingCentral struct {
				AccessToken  string `json:"access_token"`
				RefreshToken string `json:"refresh_token"`
			} `json:"ringcentral"`
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil || record.RingCentral.RefreshToken != "" || len(record.RingCentral.AccessToken) > 8 {
			t.Errorf("%s holds %s, %v", name, text, err)
		}
	}

	p.arm(`{"path":"/api/auth/login/rc/accesstoken","kind":"status","status":403}`)
	p.arm(`{"path":"/restapi/oauth/revoke","kind":"status","status":500}`)
	if _, _, stderr = h.run(t.Context(), nil, h.args...); !strings.Contains(stderr, "The session that this login has begun could not be ended at the vendor, where it lives for 7 days: ") {
		t.Errorf("nothing is said of a session that lives on:\n%s", stderr)
	}
}

func TestALoginAgainSaysWhatBecomesOfTheSessionFromBefore(t *testing.T) {
	const ended, goesOn = "The session from before was ended at the vendor.", "The session from before goes on at the vendor, for 7 days: "
	for name, want := range map[string]string{"JWT": goesOn, "JWT, with a secret that signs": goesOn, "browser": goesOn, "user and password": ended} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t, waysToLogIn[name], true)
			code, _, stderr := h.run(t.Context(), nil, h.args...)
			if code != 0 || strings.Contains(stderr, "replaced") || (h.ended() == 1) != (want == ended) || !strings.Contains(stderr, want) {
				t.Errorf("exit code %d, %d sessions ended\n%s", code, h.ended(), stderr)
			}
			if code, _, stderr := h.run(t.Context(), nil, "token", "--validate", "--profile", "team"); code != 0 {
				t.Errorf("the new session: %s", stderr)
			}
		})
	}
}

func TestALoginThatReplacesAnotherUsersSaysSoAndEndsIt(t *testing.T) {
	h := newHousehold(t, waysToLogIn["JWT"], true)
	p := &person{t, h.env, h.box}
	first := h.files()["config.toml"]
	resp, err := h.box.Client().Post(h.box.URL+"/_sandbox/users", "application/json", strings.NewReader(`{"firstName":"Sam","lastName":"Other","ringcx":true}`))
	if err != nil {
		t.Fatal(err)
	}
	var other struct {
		UserID json.Number `json:"userId"`
	}
	err = errors.Join(json.NewDecoder(resp.Body).Decode(&other), resp.Body.Close())
	if err != nil {
		t.Fatal(err)
	}
	h.env["RC_USER_JWT"] = p.control("credentials", `{"user":"`+other.UserID.String()+`"}`)["jwt"]
	h.box.Advance(time.Minute)
	code, _, stderr := h.run(t.Context(), nil, h.args...)
	if code != 0 || h.ended() != 1 || h.files()["config.toml"] == first {
		t.Errorf("exit code %d, %d sessions ended", code, h.ended())
	}
	for _, want := range []string{"Profile team was the login of user ", ", which this one has replaced.", "The session of that login was ended at the vendor."} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in\n%s", want, stderr)
		}
	}
	if code, _, stderr := h.run(t.Context(), nil, "accounts", "list", "--profile", "team"); code != 0 {
		t.Error(stderr)
	}

	h.env["RC_USER_JWT"] = h.box.Demo().JWT
	h.box.Advance(time.Minute)
	p.arm(`{"path":"/restapi/oauth/revoke","kind":"status","status":500}`)
	if code, _, stderr := h.run(t.Context(), nil, h.args...); code != 0 || !strings.Contains(stderr, "The session of that login could not be ended at the vendor, where it lives for 7 days: ") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

func TestALoginThatIsInterruptedBetweenItsStepsEndsTheFirst(t *testing.T) {
	for name, way := range map[string]func(*household){"JWT": waysToLogIn["JWT"], "browser": waysToLogIn["browser"]} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t, way, false)
			(&person{t, h.env, h.box}).arm(`{"path":"/api/auth/login/rc/accesstoken","kind":"retry-after","retryAfter":"100"}`)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			code, _, stderr := h.run(ctx, cancel, h.args...)
			if code != 130 || h.ended() != 1 || h.files()["config.toml"]+h.files()["team.credentials.json"] != "" {
				t.Errorf("exit code %d, %d sessions ended, %v\n%s", code, h.ended(), h.files(), stderr)
			}
		})
	}
}
