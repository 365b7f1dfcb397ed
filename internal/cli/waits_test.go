package cli_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// stalls answers a path with the begin of an answer and nothing more, until the test ends.
func stalls(p *person, begin func(w http.ResponseWriter)) {
	done := make(chan struct{})
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/voice/slow" {
			return false
		}
		begin(w)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-done:
		case <-r.Context().Done():
		}
		return true
	})
	p.t.Cleanup(func() { close(done) })
}

func TestACallEndsWhereTheServerFallsSilent(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(http.ResponseWriter)
		want  string
	}{
		"in its answer": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "[") }, "did not send its whole answer in time, a limit of 300ms"},
		"at the header": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }, "did not send its whole answer in time, a limit of 300ms"},
	} {
		p := newPerson(t)
		stalls(p, c.begin)
		for _, args := range [][]string{{"api", "GET", "/voice/slow"}, {"api", "GET", "/voice/slow", "--paginate"}, {"api", "POST", "/voice/slow", "-f", "a=b"}} {
			out, errs := p.pipes(1, append(args, "--timeout", "300ms")...)
			hint := map[bool]string{true: "\nhint: it may have been done all the same: look before it is sent again", false: "\nhint: try again later"}[args[1] == "POST"]
			if out != "" || !strings.Contains(errs, "ringcx: "+args[1]+" /voice/slow: ") || !strings.Contains(errs, c.want) || !strings.Contains(errs, hint) || !strings.Contains(errs, "--timeout 10m") {
				t.Errorf("%s: %q: %q, %q", name, args, out, errs)
			}
		}
		p.pipes(0, "accounts", "list", "--timeout", "1m")
	}
}

func TestACallEndsWhereTheServerDoesNotAnswer(t *testing.T) {
	p := newPerson(t)
	p.arm(`{"path":"/voice/*","kind":"delay","delay":"30s","times":9}`)
	start := time.Now()
	for _, args := range [][]string{{"accounts", "list"}, {"whoami"}, {"api", "GET", "/voice/api/v1/admin/users"}} {
		if args[0] == "whoami" {
			p.arm(`{"path":"/api/auth/login","kind":"delay","delay":"30s"}`)
		}
		_, errs := p.pipes(1, append(args, "--timeout", "200ms")...)
		if !strings.Contains(errs, " did not answer in time, a limit of 200ms\nhint: ") {
			t.Errorf("%q: %q", args, errs)
		}
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestTheTimeoutIsForTokenRequestsToo(t *testing.T) {
	p := newPerson(t)
	p.box.Advance(6 * time.Minute)
	p.arm(`{"path":"/api/auth/*","kind":"delay","delay":"30s","times":9}`)
	start := time.Now()
	_, errs := p.pipes(1, "accounts", "list", "--timeout", "200ms", "--max-wait", "0s")
	if took := time.Since(start); took > 20*time.Second || !strings.Contains(errs, "did not answer in time") {
		t.Errorf("%s: %q", took, errs)
	}
}

func TestAPipeIsToldForWhomTheCommandWaitsAndUntilWhen(t *testing.T) {
	const until = ` until \d\d:\d\d:\d\d`
	p := newPerson(t)
	p.arm(`{"path":"/voice/*","kind":"delay","delay":"1300ms"}`)
	_, errs := p.pipes(0, "users", "list")
	match(t, errs, `^ringcx: waiting for 127\.0\.0\.1:\d+ to answer`+until+`\n$`)

	for _, path := range []string{"/api/auth/token/refresh", "/api/auth/login/rc/accesstoken"} {
		p.arm(`{"path":"` + path + `","kind":"retry-after","retryAfter":"1"}`)
	}
	p.box.Advance(6 * time.Minute)
	_, errs = p.pipes(0, "users", "list")
	match(t, errs, `^ringcx: waiting`+until+`, when the vendor may be asked again\n$`)

	if _, errs = p.pipes(0, "users", "list"); errs != "" {
		t.Errorf("nobody was waited for: %q", errs)
	}
}

func TestABusyVendorIsWaitedForNoLongerThanTheUserWants(t *testing.T) {
	for _, wait := range []string{"0s", "25s"} {
		p := newPerson(t)
		for _, path := range []string{"/api/auth/token/refresh", "/api/auth/login/rc/accesstoken"} {
			p.arm(`{"path":"` + path + `","kind":"retry-after","retryAfter":"30"}`)
		}
		p.box.Advance(6 * time.Minute)
		start := time.Now()
		for _, args := range [][]string{{"accounts", "list"}, {"token", "--validate"}, {"whoami"}} {
			_, errs := p.pipes(75, append(args, "--max-wait", wait)...)
			if !strings.Contains(errs, "retry after ") || !strings.Contains(errs, "\nhint: ") || strings.Contains(errs, "waiting") {
				t.Errorf("%q: %q", args, errs)
			}
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
	}
	p := newPerson(t)
	p.box.Advance(6 * time.Minute)
	p.pipes(0, "accounts", "list", "--max-wait", "0s") // nobody is busy
	p.pipes(0, "login", "--jwt", "--max-wait", "0s")
}

func TestAProcessThatHasTheSessionIsWaitedForNoLongerThanTheUserWants(t *testing.T) {
	p := newPerson(t)
	p.box.Advance(6 * time.Minute)
	locks, err := filepath.Glob(filepath.Join(p.env["XDG_STATE_HOME"], "ringcx", "sandbox.json.lock"))
	if err != nil || len(locks) != 1 {
		t.Fatal(locks, err)
	}
	lock := flock.New(locks[0])
	if got, err := lock.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	_, errs := p.pipes(75, "accounts", "list", "--max-wait", "0s")
	match(t, errs, `^ringcx: .*another process is at it, and was waited for .*\nhint: try again later.*\n$`)
	_, errs = p.pipes(75, "accounts", "list", "--max-wait", "2s")
	match(t, errs, `^ringcx: waiting for another process that uses the stored session until \d\d:\d\d:\d\d\nringcx: .*another process`)
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, errs = p.pipes(0, "accounts", "list", "--max-wait", "0s"); errs != "" {
		t.Errorf("%q", errs)
	}
}

func TestALoginWaitsNoLongerThanItsTimeoutForAServer(t *testing.T) {
	p := newPerson(t)
	p.arm(`{"path":"/restapi/oauth/token","kind":"delay","delay":"30s","times":9}`)
	start := time.Now()
	_, errs := p.pipes(1, "login", "--jwt", "--timeout", "200ms", "--max-wait", "0s")
	if took := time.Since(start); took > 20*time.Second || !strings.Contains(errs, "did not answer in time, a limit of 200ms") {
		t.Errorf("%s: %q", took, errs)
	}
}

func TestAnAnswerThatAsksForPatienceIsBusyAndOneThatFailsIsNot(t *testing.T) {
	for fault, code := range map[string]int{
		`"kind":"retry-after"`: 75, `"kind":"retry-after","retryAfter":"9"`: 75, `"kind":"status","status":503`: 1, `"kind":"status","status":500`: 1,
	} {
		p := newPerson(t)
		p.arm(`{"path":"/voice/*",` + fault + `}`)
		p.pipes(code, "api", "GET", "/voice/api/v1/admin/users")
		p.pipes(0, "api", "GET", "/voice/api/v1/admin/users")
	}
}

func TestConfigThatIsBeingChangedIsBusy(t *testing.T) {
	p := newPerson(t)
	path := filepath.Join(p.env["XDG_CONFIG_HOME"], "ringcx", "config.toml.lock")
	lock := flock.New(path)
	if got, err := lock.TryLock(); !got || err != nil {
		t.Fatal(got, err)
	}
	p.pipes(75, "profile", "use", "sandbox", "--max-wait", "0s")
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	p.pipes(0, "profile", "use", "sandbox", "--max-wait", "0s")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func match(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("%q is not like %s", text, pattern)
	}
}

// until ends a command when it says so.
type until struct {
	locked
	word string
	end  context.CancelFunc
}

func (u *until) Write(p []byte) (int, error) {
	n, err := u.locked.Write(p)
	if strings.Contains(u.String(), u.word) {
		u.end()
	}
	return n, err
}

func TestTheUserCanHaveTheCommandWaitLongerThanUsual(t *testing.T) {
	for wait, code := range map[string]int{"10m": 130, "1h": 130, "2m": 75} {
		for _, args := range [][]string{{"token", "--validate"}, {"accounts", "list"}, {"api", "GET", "/voice/api/v1/admin/users"}, {"whoami"}} {
			p := newPerson(t)
			for _, path := range []string{"/api/auth/token/refresh", "/api/auth/login/rc/accesstoken"} {
				p.arm(`{"path":"` + path + `","kind":"retry-after","retryAfter":"300"}`)
			}
			p.box.Advance(6 * time.Minute)
			ctx, cancel := context.WithCancel(t.Context())
			talk := &until{word: "waiting until ", end: cancel}
			got := cli.Main(&cli.Env{
				Args: append(args, "--max-wait", wait), Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: talk, Context: ctx,
				Getenv: func(name string) string { return p.env[name] },
			})
			cancel()
			if got != code {
				t.Errorf("%q --max-wait %s: exit code %d\n%s", args, wait, got, talk)
			}
		}
	}
}
