package examples_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testprograms"
)

// Requests as the vendor logs them.
const (
	login     = "200 POST /restapi/oauth/token"
	exchange  = "200 POST /api/auth/login/rc/accesstoken"
	accounts  = "200 GET /voice/api/v1/admin/accounts"
	users     = "200 GET /voice/api/v1/admin/users"
	expired   = "401 GET /voice/api/v1/admin/accounts"
	refreshed = "200 POST /api/auth/token/refresh"
	refused   = "401 POST /api/auth/token/refresh"
)

func TestTheFirstRunLogsInAndTheSecondOnlyCalls(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		first := b.succeeds(login, exchange, accounts, users)
		const want = `Main account: RingCX Demo (46517000)
Sub-accounts:
  46517001  RingCX Demo Sales
  46517002  RingCX Demo Support
Users:
  49419  Ada Reyes  ada.reyes@example.com
  62593  Ben Okafor  ben.okafor@example.com
  33665  Carla Lind  carla.lind@example.com
  942228  Dana Whitfield  dana.whitfield@example.com
`
		if got := strings.ReplaceAll(first.stdout, "\r\n", "\n"); got != want {
			t.Errorf("printed\n%s\nwant\n%s", got, want)
		}
		before := b.saved()
		second := b.succeeds(accounts, users)
		if second.stdout != first.stdout || second.stderr != "" {
			t.Errorf("the second run shows %q and says %q", second.stdout, second.stderr)
		}
		if b.saved() != before && !b.isSDK() {
			t.Error("a run that renewed nothing has changed the state")
		}
	})
}

func TestEveryRequestNamesTheProgram(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		want := "ringcx-example-" + b.program.Name + "/1.0"
		for agent := range b.agents {
			if name, _, _ := strings.Cut(agent, " "); name != want {
				t.Errorf("User-Agent %q, want %q", agent, want)
			}
		}
	})
}

func TestTheStateIsReadableByItsUserAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	each(t, programs, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		info, err := os.Stat(b.state)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("the state has mode %v", info.Mode())
		}
		left, err := filepath.Glob(filepath.Dir(b.state) + "/*")
		left = slices.DeleteFunc(left, func(name string) bool { return name == b.state || name == b.state+".lock" })
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
}

func TestAnExpiredTokenIsRefreshedOnceAndTheCallMadeAgain(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		before := b.saved()
		b.vendor.Advance(6 * time.Minute)
		b.succeeds(expired, refreshed, accounts, users)
		if b.saved() == before {
			t.Error("the new tokens were not saved")
		}
		b.vendor.Advance(4 * time.Minute)
		b.succeeds(accounts, users)
		if !b.isSDK() {
			_, refresh := b.tokens()
			if refresh == "" || strings.Contains(before, refresh) {
				t.Error("the refresh token was not replaced")
			}
		}
	})
}

func TestARefusedRefreshTokenLeadsToALogin(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		b.vendor.Advance(8 * 24 * time.Hour)
		again := b.run()
		b.noVerdicts()
		b.vendor.Reset()
		b.vendor.Advance(6 * time.Minute)
		afterReset := b.run()
		for _, e := range []ended{again, afterReset} {
			if e.code != 0 || !slices.Contains(e.requests, refused) {
				t.Fatalf("exit %d after %q: %s", e.code, e.requests, e.stderr)
			}
			if want := []string{login, exchange, accounts, users}; !slices.Equal(e.requests[len(e.requests)-4:], want) {
				t.Errorf("sent %q, which should end in %q", e.requests, want)
			}
			if !b.isSDK() && len(e.requests) != 6 {
				t.Errorf("sent %q, more than the six needed", e.requests)
			}
		}
	})
}

func TestAMissingVariableIsNamedInOneLine(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		for _, name := range []string{"RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"} {
			value := b.env[name]
			delete(b.env, name)
			e := b.fails(2, name)
			if strings.Count(e.stderr, "\n") != 1 || len(e.requests) > 0 {
				t.Errorf("without %s it says %q and sends %q", name, e.stderr, e.requests)
			}
			b.env[name] = value
		}
	})
}

func TestAWrongSecretShowsTheVendorsCodeAndNothingStored(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		b.env["RC_APP_CLIENT_SECRET"] = "not the secret & not =form+safe"
		b.secrets[b.env["RC_APP_CLIENT_SECRET"]] = true
		b.fails(1, "OAU-146", "Invalid client credentials")
		if !b.isSDK() && b.saved() != "" {
			t.Error("a failed login left tokens")
		}
	})
}

func TestAVendorThatPutsARefreshOffChangesNothingStored(t *testing.T) {
	t.Parallel()
	each(t, testprograms.ByHand, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		before := b.saved()
		b.vendor.Advance(6 * time.Minute)
		for _, status := range []string{"503", "408"} {
			b.fault(`{"path":"/api/auth/token/refresh","kind":"status","status":` + status + `}`)
			e := b.run()
			if e.code != 1 || len(e.requests) != 2 || b.saved() != before {
				t.Errorf("%s: exit %d after %q: %s", status, e.code, e.requests, e.stderr)
			}
		}
		b.succeeds(expired, refreshed, accounts, users)
	})
}

func TestARefreshTokenOfUnknownFateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	each(t, testprograms.ByHand, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		for fault, word := range map[string]string{
			`"kind":"status","status":500`: "500", `"kind":"html"`: "", `"kind":"reset"`: "refresh the RingCX token",
			`"kind":"drop-answer"`: "refresh the RingCX token",
		} {
			b.vendor.Advance(6 * time.Minute)
			b.fault(`{"path":"/api/auth/token/refresh",` + fault + `}`)
			if e := b.fails(1, word); len(e.requests) != 2 {
				t.Errorf("%s: sent %q", fault, e.requests)
			}
			b.succeeds(expired, login, exchange, accounts, users)
		}
	})
}

func TestTheSDKExampleRidesOverAFailingRefresh(t *testing.T) {
	t.Parallel()
	b := newBench(t, sdk)
	b.succeeds(login, exchange, accounts, users)
	b.vendor.Advance(6 * time.Minute)
	b.fault(`{"path":"/api/auth/token/refresh","kind":"status"}`)
	b.succeeds(expired, "503 POST /api/auth/token/refresh", exchange, accounts, users)
}

func TestALimitIsToldAndEndsTheRun(t *testing.T) {
	t.Parallel()
	each(t, testprograms.ByHand, func(t *testing.T, b *bench) {
		b.fault(`{"path":"/restapi/oauth/token","kind":"retry-after","retryAfter":"61"}`)
		e := b.fails(1, "429", "CMN-301", "Retry-After: 61")
		if len(e.requests) != 1 {
			t.Errorf("sent %q after the limit", e.requests)
		}
		b.wantQuiet(61 * time.Second)
		if e := b.fails(1, "no requests for tokens for 6"); len(e.requests) != 0 {
			t.Errorf("sent %q although the vendor wants to be left alone", e.requests)
		}
		b.quietIsOver()
		b.succeeds(login, exchange, accounts, users)
		_, before := b.tokens()
		b.vendor.Advance(6 * time.Minute)
		b.fault(`{"path":"/api/auth/token/refresh","kind":"retry-after","retryAfter":"17"}`)
		e = b.fails(1, "429", "Retry-After: 17")
		if _, refresh := b.tokens(); len(e.requests) != 2 || refresh != before {
			t.Errorf("sent %q after the limit, or lost the refresh token", e.requests)
		}
		b.wantQuiet(17 * time.Second)
		b.quietIsOver()
		b.succeeds(expired, refreshed, accounts, users)
		b.fault(`{"path":"/voice/api/v1/admin/accounts","kind":"retry-after"}`)
		b.fails(1, "429", "Retry-After: not given")
	})
}

func TestAStrangeRetryAfterIsObeyedWithReason(t *testing.T) {
	t.Parallel()
	each(t, testprograms.ByHand, func(_ *testing.T, b *bench) {
		for told, want := range map[string]time.Duration{
			"": time.Minute, "soon": time.Minute, "-5": 0, "999999999999": time.Hour, "7200": time.Hour,
			time.Now().Add(10 * time.Minute).UTC().Format(http.TimeFormat): 10 * time.Minute,
		} {
			if b.program.Name == testprograms.Shell.Name && (want == 0 || want == 10*time.Minute) {
				want = time.Minute // it understands numbers only
			}
			b.fault(`{"path":"/restapi/oauth/token","kind":"retry-after","retryAfter":"` + told + `"}`)
			b.fails(1, "429")
			if want > 0 {
				b.wantQuiet(want)
			}
			b.quietIsOver()
		}
		b.succeeds(login, exchange, accounts, users)
	})
}

func TestPrintTokenPrintsTheTokenAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		e := b.run("--print-token")
		token := strings.TrimSpace(e.stdout)
		if e.code != 0 || !strings.HasPrefix(token, "eyJ") || strings.ContainsAny(token, " \n") || !strings.Contains(b.saved(), token) {
			t.Errorf("exit %d, printed %d characters, said %q", e.code, len(e.stdout), e.stderr)
		}
		if b.leaks(e.stdout) == "" {
			t.Error("the search for secrets, which all tests rely on, does not find a token that is there")
		}
		if e := b.run("--no-such-flag"); e.code != 2 || !strings.Contains(e.stderr, "usage:") || len(e.requests) > 0 {
			t.Errorf("an unknown flag: exit %d, %q", e.code, e.stderr)
		}
	})
}

func TestTokensOfOneServerAreNotSentToAnother(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		b.succeeds(login, exchange, accounts, users)
		other := newBench(t, b.program)
		b.env["RC_SERVER_URL"], b.env["RINGCX_SERVER_URL"] = other.url, other.url
		if e := b.run(); e.code != 0 || len(e.requests) > 0 {
			t.Fatalf("exit %d, the first server got %q: %s", e.code, e.requests, e.stderr)
		}
		if got := other.vendor.Paths(); len(got) != 4 || got[0] != "POST /restapi/oauth/token" {
			t.Errorf("the other server got %q", got)
		}
	})
}

func TestOneProgramGoesOnWhereAnotherStopped(t *testing.T) {
	t.Parallel()
	b := newBench(t, testprograms.ByHand[1])
	b.succeeds(login, exchange, accounts, users)
	for _, p := range testprograms.ByHand {
		t.Run(p.Name, func(t *testing.T) {
			b.t, b.program, b.start = t, p, p.Command(t, ".", built)
			b.vendor.Advance(6 * time.Minute)
			b.succeeds(expired, refreshed, accounts, users)
		})
	}
	b.t = t
}

func TestServersThatAreNotTheVendorGetNothingAndShowNothing(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		var reached atomic.Bool
		trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
		defer trap.Close()
		untrusted := httptest.NewUnstartedServer(trap.Config.Handler)
		untrusted.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up are what is wanted
		untrusted.StartTLS()
		defer untrusted.Close()
		found := httptest.NewServer(http.RedirectHandler(trap.URL, http.StatusFound))
		defer found.Close()
		again := httptest.NewServer(http.RedirectHandler(trap.URL, http.StatusTemporaryRedirect))
		defer again.Close()
		echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"errors":[{"errorCode":"OAU-999","message":"no such assertion: \u001b[31m` + r.PostFormValue("assertion") + `"}]}`))
		}))
		defer echo.Close()
		for name, url := range map[string]string{
			"untrusted certificate": untrusted.URL, "redirect as GET": found.URL, "redirect as POST": again.URL,
			"echo": echo.URL, "plain http": "http://192.0.2.1",
		} {
			b.env["RC_SERVER_URL"] = url
			e := b.run()
			if e.code == 0 || e.stdout != "" || reached.Load() || strings.Contains(e.stderr, "\x1b") {
				t.Errorf("%s: exit %d, %q", name, e.code, e.stderr)
			}
			if name == "echo" && !strings.Contains(e.stderr, "OAU-999") {
				t.Errorf("the error hides the vendor's code: %q", e.stderr)
			}
		}
	})
}

func TestARedirectDoesNotTakeTheTokenAlong(t *testing.T) {
	t.Parallel()
	each(t, programs, func(t *testing.T, b *bench) {
		var taken atomic.Bool
		trap := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			taken.Store(taken.Load() || r.Header.Get("Authorization") != "")
			_, _ = w.Write([]byte("not a list"))
		}))
		defer trap.Close()
		moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/voice/") {
				http.Redirect(w, r, trap.URL, http.StatusFound)
				return
			}
			b.vendor.ServeHTTP(w, r)
		}))
		defer moved.Close()
		b.env["RINGCX_SERVER_URL"] = moved.URL
		b.fails(1)
		if taken.Load() {
			t.Error("the token went to where the redirect pointed")
		}
	})
}

func TestTheShellExampleShowsNoSecretToPs(t *testing.T) {
	t.Parallel()
	b := newBench(t, testprograms.Shell)
	shims := t.TempDir()
	seen := filepath.Join(shims, "seen")
	for _, tool := range []string{"curl", "sed", "awk", "grep", "cat", "tr", "cut", "mv", "sync", "mktemp", "sha256sum"} {
		shim := "#!/bin/bash\nprintf '%s\\n' \"$0 $*\" >>'" + seen + "'\nPATH=${PATH#*:}\nexec " + tool + " \"$@\"\n"
		if err := os.WriteFile(filepath.Join(shims, tool), []byte(shim), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	b.env["PATH"] = shims + string(os.PathListSeparator) + b.env["PATH"]
	b.succeeds(login, exchange, accounts, users)
	b.vendor.Advance(6 * time.Minute)
	b.succeeds(expired, refreshed, accounts, users)
	text, err := os.ReadFile(seen)
	if err != nil || !strings.Contains(string(text), "curl -q --config -") {
		t.Fatalf("the arguments were not seen: %v", err)
	}
	for secret := range b.secrets {
		if strings.Contains(string(text), secret) {
			t.Error("a secret is an argument of a program")
		}
	}
}
