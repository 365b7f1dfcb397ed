package ringcx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// Every way in but the JWT, which has its tests elsewhere.

const (
	directPath = "POST /api/auth/login/admin"
	legacyPath = "POST /api/v1/auth/login"
	callback   = "http://127.0.0.1:4711/callback"
)

// nativeApp is the configuration of the sandbox's app for programs on a desk.
func nativeApp(v *ringcxtest.Server) *ringcx.Config {
	c := v.Config()
	c.ClientID, c.ClientSecret = v.Demo().NativeClientID, ""
	return c
}

// signIn has the demo user sign in, and returns the code.
func signIn(t *testing.T, v *ringcxtest.Server, c *ringcx.Config, redirect, verifier string) string {
	t.Helper()
	answer, err := v.SignIn(t.Context(), c.AuthCodeURL(redirect, "state-4711", verifier))
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Query().Get("state"); got != "state-4711" || !strings.HasPrefix(answer.String(), redirect) {
		t.Fatalf("the browser was sent to %s", answer)
	}
	return answer.Query().Get("code")
}

func TestAPersonsLoginLivesOnItsRefreshTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, verifier, store := nativeApp(v), ringcx.GenerateVerifier(), new(ringcx.Memory)
		code := signIn(t, v, c, callback, verifier)
		s := c.NewSession(c.AuthorizationCode(code, callback, verifier), &ringcx.SessionOptions{Store: store, Key: "ada"})
		mustToken(t, s)
		for range 200 { // more than three hours: RingCX refreshes, and none is needed of RingCentral
			time.Sleep(time.Minute)
			if token := mustToken(t, s); !works(t, v, token) {
				t.Fatal("a token does not work")
			}
		}
		later := c.NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "ada"})
		mustToken(t, later)
		fault(t, v, refreshPath, "status", `"status":401`)
		time.Sleep(6 * time.Minute)
		if token := mustToken(t, later); !works(t, v, token) { // through the refresh token of RingCentral
			t.Fatal("a token does not work")
		}
		if n := strings.Count(strings.Join(v.Paths(), " "), loginPath); n != 2 {
			t.Errorf("%d requests to the platform's token endpoint, want the code and one refresh", n)
		}
		wantNoVerdicts(t, v)
	})
}

func TestACodeIsSpentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, verifier := nativeApp(v), ringcx.GenerateVerifier()
		s := c.NewSession(c.AuthorizationCode(signIn(t, v, c, callback, verifier), callback, verifier), nil)
		fault(t, v, loginPath, "drop-answer", "")
		if _, err := s.Token(t.Context()); err == nil {
			t.Fatal("a token came out of an answer that was lost")
		}
		before := len(v.Requests())
		if _, err := s.Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("a code whose answer was lost: %v", err)
		}
		if n := len(v.Requests()) - before; n != 0 {
			t.Errorf("the code was sent again, %d requests", n)
		}
		wantNoVerdicts(t, v)
	})
}

func TestWhatIsWrongWithACodeReachesTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, verifier := nativeApp(v), ringcx.GenerateVerifier()
		for name, grant := range map[string]func(code string) ringcx.Grant{
			"the verifier of another login": func(code string) ringcx.Grant {
				return c.AuthorizationCode(code, callback, ringcx.GenerateVerifier())
			},
			"another redirect URI": func(code string) ringcx.Grant {
				return c.AuthorizationCode(code, "http://127.0.0.1:4712/callback", verifier)
			},
			"no code": func(string) ringcx.Grant { return c.AuthorizationCode(" ", callback, verifier) },
		} {
			code := signIn(t, v, c, callback, verifier)
			_, err := c.NewSession(grant(code), nil).Token(t.Context())
			var e *ringcx.Error
			if errors.As(err, &e) && (e.Hint() == "" || strings.Contains(e.Hint(), "JWT")) {
				t.Errorf("%s: the hint is %q", name, e.Hint())
			}
			if err == nil || strings.Contains(fmt.Sprintf("%+v %#v", err, err), code) || strings.Contains(err.Error(), verifier) {
				t.Errorf("%s: %v", name, err)
			}
			time.Sleep(time.Minute)
		}
		code := signIn(t, v, c, callback, verifier)
		time.Sleep(2 * time.Minute)
		var e *ringcx.Error
		if _, err := c.NewSession(c.AuthorizationCode(code, callback, verifier), nil).Token(t.Context()); !errors.As(err, &e) || !errors.Is(err, ringcx.ErrLoginRequired) || strings.Contains(e.Hint(), "JWT") {
			t.Errorf("a code that is two minutes old: %v", err)
		}
	})
}

func TestAPersonsLoginGoesOnWhenTheExchangeFailsForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, store := nativeApp(v), new(ringcx.Memory)
		var asked []string
		for _, before := range []string{"nothing", "a login"} {
			v.Reset()
			fault(t, v, exchangePath, "status", `"status":503,"times":2`)
			verifier := ringcx.GenerateVerifier()
			code := signIn(t, v, c, callback, verifier)
			s := c.NewSession(c.AuthorizationCode(code, callback, verifier), &ringcx.SessionOptions{Store: store, Key: "ada"})
			if err := s.Login(t.Context()); err != nil {
				t.Fatalf("with %s stored: %v", before, err)
			}
			mustToken(t, s)
			for _, p := range v.Paths() {
				if strings.Contains(p, "/token") {
					asked = append(asked, p)
				}
			}
			time.Sleep(2 * time.Minute)
		}
		if strings.Count(strings.Join(asked, "\n"), "/restapi/oauth/token") != 2 {
			t.Errorf("a code was sent twice: %q", asked)
		}
	})
}

func TestAnAppForServersLogsPeopleInWithItsSecretOrByIt(t *testing.T) {
	for _, signed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			c, demo, verifier := v.Config(), v.Demo(), ringcx.GenerateVerifier()
			c.ClientID, c.ClientSecret, c.SecretJWT = demo.WebClientID, demo.WebClientSecret, signed
			s := c.NewSession(c.AuthorizationCode(signIn(t, v, c, demo.WebRedirectURI, verifier), demo.WebRedirectURI, verifier), nil)
			if token := mustToken(t, s); !works(t, v, token) {
				t.Error("the token does not work")
			}
			if err := s.Logout(t.Context()); err != nil {
				t.Error(err)
			}
			wantNoVerdicts(t, v)
		})
	}
}

// direct is a session of the sandbox's administrator without a RingCentral login.
func direct(v *ringcxtest.Server, opts *ringcx.SessionOptions) *ringcx.Session {
	c, demo := v.Config(), v.Demo()
	c.ClientID, c.ClientSecret = "", ""
	return c.NewSession(c.RingCXPassword(demo.AdminUsername, demo.AdminPassword, demo.PlatformID), opts)
}

func TestADirectLoginRefreshesLikeAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := direct(v, &ringcx.SessionOptions{Store: store, Key: "dana"})
		for range 20 {
			if token := mustToken(t, s); !works(t, v, token) {
				t.Fatal("the token does not work")
			}
			time.Sleep(time.Minute)
		}
		st, err := s.Status(t.Context())
		if err != nil || len(st.Ladder) != 3 || st.Ladder[2].Step != "log in to RingCX" {
			t.Errorf("status %+v: %v", st, err)
		}
		fault(t, v, refreshPath, "status", `"status":401`)
		time.Sleep(6 * time.Minute)
		mustToken(t, s) // the refresh is refused, and the password is at hand
		if n := strings.Count(strings.Join(v.Paths(), " "), directPath); n != 2 {
			t.Errorf("%d logins, want 2: %v", n, v.Paths())
		}
		if err := s.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAWrongPasswordIsALoginThatAPersonMustMend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, demo := v.Config(), v.Demo()
		const wrong = "canary-wrong-password"
		s := c.NewSession(c.RingCXPassword(demo.AdminUsername, wrong, demo.PlatformID), nil)
		for range 5 {
			var e *ringcx.Error
			_, err := s.Token(t.Context())
			if !errors.Is(err, ringcx.ErrLoginRequired) || !errors.As(err, &e) || e.StatusCode != http.StatusUnauthorized || e.Hint() == "" || strings.Contains(err.Error(), wrong) {
				t.Fatalf("%v", err)
			}
		}
		if n := len(v.Requests()); n != 1 {
			t.Errorf("a wrong password was sent %d times", n)
		}
		if _, err := c.NewSession(c.RingCXPassword("", "", ""), nil).Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("no user name: %v", err)
		}
	})
}

// legacy is a session at a deployment from before RingCX.
func legacy(v *ringcxtest.Server, stay bool, opts *ringcx.SessionOptions) *ringcx.Session {
	c, demo := v.Config(), v.Demo()
	c.ClientID, c.ClientSecret = "", ""
	return c.NewSession(c.LegacyPassword(demo.AdminUsername, demo.AdminPassword, stay), opts)
}

// get asks for a path and returns the status.
func get(t *testing.T, client *http.Client, address string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestALegacyTokenLivesAsLongAsItIsUsed(t *testing.T) {
	for _, c := range []struct {
		stay        bool
		pause, idle time.Duration
		inline      bool
	}{{false, 50 * time.Minute, 61 * time.Minute, false}, {true, 13 * 24 * time.Hour, 15 * 24 * time.Hour, true}} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			store := new(ringcx.Memory)
			opts := &ringcx.SessionOptions{Store: store, Key: "k", Inline: c.inline}
			s := legacy(v, c.stay, opts)
			address := v.URL + "/voice/api/v1/admin/accounts?x=/voice/api/"
			for range 5 {
				if got := get(t, s.Client(), address); got != http.StatusOK {
					t.Fatalf("status %d", got)
				}
				time.Sleep(c.pause)
			}
			synctest.Wait()
			another := legacy(v, c.stay, opts) // learns from the store how long the token lives
			if got := get(t, another.Client(), address); got != http.StatusOK {
				t.Fatalf("status %d", got)
			}
			if n := strings.Count(strings.Join(v.Paths(), " "), legacyPath); n != 1 {
				t.Errorf("%d logins while the token was in use", n)
			}
			time.Sleep(c.idle)
			if got := get(t, another.Client(), address); got != http.StatusOK {
				t.Errorf("status %d after a long pause", got)
			}
			if n := strings.Count(strings.Join(v.Paths(), " "), legacyPath); n != 2 {
				t.Errorf("%d logins, want a second after a long pause", n)
			}
			for _, r := range v.Requests() {
				if r.Status != http.StatusOK || strings.HasPrefix(r.Path, "/voice") {
					t.Errorf("%s %s: %d, at a deployment whose paths begin with /api", r.Method, r.Path, r.Status)
				}
			}
			wantNoVerdicts(t, v)
		})
	}
}

func TestATokenThatWasUsedIsHandedOutWithItsNewEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := legacy(v, false, nil)
		address := v.URL + "/voice/api/v1/admin/accounts"
		get(t, s.Client(), address)
		time.Sleep(30 * time.Minute)
		get(t, s.Client(), address)
		if token := mustToken(t, s); time.Until(token.Expiry) != time.Hour || token != s.Hot() {
			t.Errorf("it ends in %s", time.Until(token.Expiry))
		}
		synctest.Wait() // until it is stored
	})
}

func TestAPermanentTokenOpensTheAPI(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	s := v.Session(nil)
	resp, err := s.Client().Post(v.URL+"/voice/api/v1/admin/token", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	token := ringcx.APIToken(body)
	client := v.Config().Client(token)
	if got := get(t, client, v.URL+"/voice/api/v1/admin/accounts"); got != http.StatusOK {
		t.Errorf("status %d", got)
	}
	if got := get(t, v.Config().Client(ringcx.APIToken("aws80:none")), v.URL+"/voice/api/v1/admin/accounts"); got != http.StatusUnauthorized {
		t.Errorf("a token that is none: status %d", got)
	}
	if _, err := ringcx.APIToken("").Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
		t.Errorf("no token: %v", err)
	}
	if printed := fmt.Sprintf("%v %+v %#v %s %q %x", token, token, token, token, token, token); strings.Contains(printed, string(body)) || strings.Contains(printed, fmt.Sprintf("%x", body)) {
		t.Errorf("printing shows the token: %s", printed)
	}
	wantNoVerdicts(t, v)
}

func TestTheSummariesGetTheirTokenInACookie(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	client := v.Session(nil).Client()
	var accounts []string
	for _, kind := range []string{"agent", "auto"} {
		got := get(t, client, v.URL+"/voice/api/v1/summary/accounts/1/segments/none/"+kind)
		accounts = append(accounts, fmt.Sprint(kind, " ", got != http.StatusUnauthorized))
	}
	if diff := cmp.Diff([]string{"agent true", "auto true"}, accounts); diff != "" {
		t.Error(diff)
	}
	wantNoVerdicts(t, v)
}

func TestTheSignInPageIsAskedForACodeWithAHashOfTheVerifier(t *testing.T) {
	c := &ringcx.Config{ClientID: "client"}
	verifier := ringcx.GenerateVerifier()
	page, err := url.Parse(c.AuthCodeURL("http://127.0.0.1/cb?x=1", "s&1", verifier))
	if err != nil {
		t.Fatal(err)
	}
	q := page.Query()
	if page.Host != "platform.ringcentral.com" || q.Get("redirect_uri") != "http://127.0.0.1/cb?x=1" || q.Get("state") != "s&1" || q.Get("code_challenge_method") != "S256" {
		t.Errorf("%s", page)
	}
	if len(verifier) != 43 || strings.Contains(page.String(), verifier) || len(q.Get("code_challenge")) != 43 || ringcx.GenerateVerifier() == verifier {
		t.Errorf("verifier of %d characters in %s", len(verifier), page)
	}
	// The example of RFC 7636, appendix B.
	page, _ = url.Parse(c.AuthCodeURL("x", "y", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
	if got := page.Query().Get("code_challenge"); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("the challenge of the RFC's example is %s", got)
	}
}

// unsigned is a source of tokens that has none.
type unsigned struct{}

func (unsigned) Token(context.Context) (*ringcx.Token, error) { return nil, errBroken }

func TestACodeWhoseRequestCouldNotBeSignedIsNotSpent(t *testing.T) {
	sent := 0
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		sent++
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600}`)
	})
	signing := &ringcx.Transport{Source: unsigned{}, Host: c.Endpoint.RingCentral}
	c.HTTPClient = &http.Client{Transport: signing}
	grant := c.AuthorizationCode("code", callback, "verifier") // asked without a session
	for range 2 {
		if _, err := grant.Renew(t.Context(), nil); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
	}
	signing.Source = ringcx.APIToken("gateway")
	if token, err := grant.Renew(t.Context(), nil); err != nil || sent != 1 {
		t.Errorf("%v, %v, %d requests", token, err, sent)
	}
}
