package ringcx_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestTheLadderIsClimbedDownToTheCheapestStepThatIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		wait    time.Duration
		prepare func(*testing.T, *ringcxtest.Server)
		want    []string
	}{
		"refresh": {6 * time.Minute, nil, []string{refreshPath}},
		"refresh refused": {6 * time.Minute, func(t *testing.T, v *ringcxtest.Server) {
			fault(t, v, refreshPath, "status", `"status":401`)
		}, []string{refreshPath, exchangePath}},
		"refresh token ended, RingCentral token too": {8 * 24 * time.Hour, nil, []string{refreshPath, loginPath, exchangePath}},
		"refresh refused, RingCentral token ended": {2 * time.Hour, func(t *testing.T, v *ringcxtest.Server) {
			fault(t, v, refreshPath, "status", `"status":401`)
		}, []string{refreshPath, loginPath, exchangePath}},
		"everything unknown to the vendor": {6 * time.Minute, func(_ *testing.T, v *ringcxtest.Server) {
			v.Reset()
		}, []string{refreshPath, exchangePath, loginPath, loginPath, exchangePath}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				s := v.Session(nil)
				mustToken(t, s)
				time.Sleep(c.wait)
				if c.prepare != nil {
					c.prepare(t, v)
				}
				n := len(v.Paths())
				if !works(t, v, mustToken(t, s)) {
					t.Error("the token does not work")
				}
				wantAsked(t, v, n, append(c.want, usersPath)...)
				for _, verdict := range v.Verdicts() {
					t.Errorf("the vendor would object: %s", verdict)
				}
			})
		})
	}
}

func TestALostAnswerToARefreshIsNotAskedForAgain(t *testing.T) {
	for _, kind := range []string{"drop-answer", "truncate", "large", "html", "status"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				s := v.Session(nil)
				mustToken(t, s)
				time.Sleep(6 * time.Minute)
				more := ""
				if kind == "status" {
					more = `"status":502`
				}
				fault(t, v, refreshPath, kind, more)
				n := len(v.Paths())
				token, err := s.Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !works(t, v, token) {
					t.Error("the token does not work")
				}
				wantAsked(t, v, n, refreshPath, exchangePath, usersPath)
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestALostAnswerToARingCentralRefreshIsRepeatedWithinTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		time.Sleep(2 * time.Hour)
		fault(t, v, refreshPath, "status", `"status":401`)
		fault(t, v, loginPath, "drop-answer", "")
		n := len(v.Paths())
		if !works(t, v, mustToken(t, s)) {
			t.Error("the token does not work")
		}
		wantAsked(t, v, n, refreshPath, loginPath, loginPath, exchangePath, usersPath)
		wantNoVerdicts(t, v)
	})
}

func TestTheNextProcessGoesOnAfterACrashAnywhere(t *testing.T) {
	for at := range 20 {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			store := &crashStore{Memory: new(ringcx.Memory), at: -1}
			mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
			time.Sleep(6 * time.Minute)
			if at >= 4 {
				fault(t, v, refreshPath, "status", `"status":401`) // a longer way: refresh, exchange
			}
			if at < 4 {
				store.restart(at)
			} else {
				store.restart(at - 4)
			}
			_, err := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}).Token(t.Context())
			store.restart(-1)
			token, again := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}).Token(t.Context())
			if again != nil {
				t.Fatalf("crash at save %d (%v): the next process fails: %v", at, err, again)
			}
			if !works(t, v, token) {
				t.Errorf("crash at save %d: the token does not work", at)
			}
			wantNoVerdicts(t, v)
		})
	}
}

// crashStore loses its process at the save number at: half of the numbers before the value is durable, half after.
type crashStore struct {
	*ringcx.Memory
	at, n int
	dead  bool
}

var errCrash = errors.New("the process died")

func TestAnAnswerThatCouldNotBeSavedIsSavedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := &moodyStore{Memory: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		store.fail = map[int]bool{2: true, 3: true} // after the request, and at the next attempt
		for range 2 {
			if token, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
				t.Errorf("a token that is not saved was handed out: %v %v", token, err)
			}
		}
		n := len(v.Paths())
		if !works(t, v, mustToken(t, s)) {
			t.Error("the token does not work")
		}
		wantAsked(t, v, n, usersPath)
		if !strings.Contains(storedToken(t, store, "k", "ringcx", "access_token"), mustToken(t, s).AccessToken) {
			t.Error("the answer is not stored")
		}
		// When others went on meanwhile, only the vendor's wish to be left alone is remembered.
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "retry-after", `"status":429,"retryAfter":"30"`)
		store.fail, store.saves = map[int]bool{2: true}, 0
		if _, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error: %v", err)
		}
		begin := time.Now()
		if mustToken(t, s); time.Since(begin) < 30*time.Second {
			t.Errorf("after %s the vendor was asked again", time.Since(begin))
		}
		wantNoVerdicts(t, v)
	})
}

func TestARenewalThatWasTakenOverBeginsAnew(t *testing.T) {
	for lost := 1; lost <= 2; lost++ {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			store := &moodyStore{Memory: new(ringcx.Memory), err: fmt.Errorf("save: %w", ringcx.ErrTakenOver)}
			s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
			mustToken(t, s)
			time.Sleep(6 * time.Minute)
			store.fail = map[int]bool{lost: true}
			if !works(t, v, mustToken(t, s)) {
				t.Error("the token does not work")
			}
			wantNoVerdicts(t, v)
		})
	}
}

func TestWithoutTheIntentWrittenDownACrashSpendsARefreshTokenTwice(t *testing.T) {
	// The negative control: a store that loses the intent makes the engine send the spent token again.
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := &forgetfulStore{Memory: new(ringcx.Memory)}
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		time.Sleep(6 * time.Minute)
		store.forget = true
		_, _ = v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}).Token(t.Context())
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store.Memory, Key: "k"})) // as another process, which saw none of it
		if got := v.Verdicts(); len(got) != 1 || got[0] != "refresh token replayed" {
			t.Errorf("verdicts: %v", got)
		}
	})
}

func Test429IsObeyedToTheSecond(t *testing.T) {
	for name, c := range map[string]struct {
		more string
		wait time.Duration
	}{
		"seconds":      {`"retryAfter":"7"`, 7 * time.Second},
		"missing":      {``, time.Minute},
		"in the past":  {`"retryAfter":"-5"`, time.Minute},
		"not a number": {`"retryAfter":"soon"`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				s := v.Session(nil)
				mustToken(t, s)
				time.Sleep(6 * time.Minute)
				more := `"status":429`
				if c.more != "" {
					more += "," + c.more
				}
				fault(t, v, refreshPath, "retry-after", more)
				begin := time.Now()
				mustToken(t, s)
				if waited := time.Since(begin); waited < c.wait || waited > c.wait+time.Second {
					t.Errorf("waited %s, want %s", waited, c.wait)
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestACallerThatCannotWaitIsToldUntilWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "retry-after", `"status":429,"retryAfter":"3600"`)
		begin := time.Now()
		_, err := s.Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) || e.RetryAfter < 3599*time.Second || e.StatusCode != 429 || time.Since(begin) > time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		n := len(v.Paths())
		if _, err := s.Token(t.Context()); !errors.As(err, &e) || e.RetryAfter == 0 {
			t.Errorf("the second caller: %v", err)
		}
		wantAsked(t, v, n)
	})
}

func TestNeverASixthLoginOrExchangeInAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		for range 12 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		wantNoVerdicts(t, v)
		if n := len(v.Paths()); n != 24 {
			t.Errorf("%d requests, want 24", n)
		}
	})
}

func TestAFailingServerIsTriedThreeTimesAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "status", `"status":500`)
		fault(t, v, exchangePath, "status", `"status":503,"times":2`)
		n := len(v.Paths())
		_, err := s.Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) || e.StatusCode != 503 || e.Hint() == "" {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, n, refreshPath, exchangePath, exchangePath)
		if storedToken(t, store, "k", "ringcentral", "refresh_token") == "" {
			t.Error("the RingCentral refresh token was lost")
		}
		time.Sleep(time.Hour)
		mustToken(t, s)
		wantNoVerdicts(t, v)
	})
}

func TestWithoutAGrantTheStoreIsEnoughUntilItIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		s := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
		for _, wait := range []time.Duration{0, 6 * time.Minute, 2 * time.Hour} {
			time.Sleep(wait)
			mustToken(t, s)
		}
		v.Reset()
		time.Sleep(2 * time.Hour)
		_, err := s.Token(t.Context())
		var e *ringcx.Error
		if !errors.Is(err, ringcx.ErrLoginRequired) || !errors.As(err, &e) || e.Code != "OAU-213" {
			t.Errorf("error: %v", err)
		}
		if _, err := v.Config().NewSession(nil, nil).Token(t.Context()); !errors.Is(err, ringcx.ErrLoginRequired) {
			t.Errorf("an empty store: %v", err)
		}
	})
}

func TestAServerErrorWithNoOtherWayInDoesNotEndTheLineage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
		s := v.Config().NewSession(nil, &ringcx.SessionOptions{Store: store, Key: "k"})
		time.Sleep(2 * time.Hour)
		rc := &ringcx.Token{AccessToken: storedToken(t, store, "k", "ringcentral", "access_token"), RefreshToken: storedToken(t, store, "k", "ringcentral", "refresh_token")}
		if err := v.Config().Revoke(t.Context(), rc); err != nil {
			t.Fatal(err)
		}
		fault(t, v, refreshPath, "status", `"status":500`)
		n := len(v.Paths())
		mustToken(t, s)
		wantAsked(t, v, n, refreshPath, loginPath, refreshPath)
	})
}

func TestTheVendorsRefusalsReachTheCaller(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *ringcxtest.Server, *ringcx.Config) (jwt string)
		code   string
		login  bool
	}{
		"unknown app": {func(_ *testing.T, v *ringcxtest.Server, c *ringcx.Config) string {
			c.ClientID = "no-such-app-0123456789"
			return v.Demo().JWT
		}, "OAU-153", false},
		"wrong secret": {func(_ *testing.T, v *ringcxtest.Server, c *ringcx.Config) string {
			c.ClientSecret = "wrong-secret"
			return v.Demo().JWT
		}, "OAU-146", false},
		"no client ID": {func(_ *testing.T, v *ringcxtest.Server, c *ringcx.Config) string {
			c.ClientID = ""
			return v.Demo().JWT
		}, "OAU-123", false},
		"a JWT that is none": {func(*testing.T, *ringcxtest.Server, *ringcx.Config) string { return "not-a-jwt" }, "", true},
		"a JWT that is unknown": {func(_ *testing.T, v *ringcxtest.Server, _ *ringcx.Config) string {
			return v.Demo().JWT[:len(v.Demo().JWT)-6] + "AAAAAA"
		}, "OAU-213", true},
		"no JWT": {func(*testing.T, *ringcxtest.Server, *ringcx.Config) string { return "" }, "", true},
		"an app of another flow": {func(t *testing.T, v *ringcxtest.Server, c *ringcx.Config) string {
			app := control(t, v, "apps", `{"name":"browser app","auth":"code","scopes":["ReadAccounts"],"private":true}`)
			c.ClientID, c.ClientSecret = app["clientId"].(string), app["clientSecret"].(string)
			return v.Demo().JWT
		}, "OAU-251", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				config := v.Config()
				jwt := c.change(t, v, config)
				s := config.NewSession(config.JWT(jwt), nil)
				_, err := s.Token(t.Context())
				var e *ringcx.Error
				if err == nil || errors.As(err, &e) && (e.Code != c.code || e.Hint() == "") {
					t.Errorf("error %v, hint %q", err, e.Hint())
				}
				if errors.Is(err, ringcx.ErrLoginRequired) != c.login {
					t.Errorf("login required is %v in %v", !c.login, err)
				}
				if jwt != "" && strings.Contains(err.Error(), jwt) || strings.Contains(err.Error(), "wrong-secret") {
					t.Errorf("a secret is in the error: %v", err)
				}
				n := len(v.Paths())
				if _, err2 := s.Token(t.Context()); err2 == nil || !strings.HasPrefix(err2.Error(), err.Error()) {
					t.Errorf("the next caller learns something else: %v", err2)
				}
				wantAsked(t, v, n)
			})
		})
	}
}

func TestAnAppWithoutRefreshTokensWorksByLoggingInAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		app := control(t, v, "apps", `{"name":"plain app","auth":"jwt","refreshTokens":false,"scopes":["ReadAccounts"],"private":true}`)
		c := v.Config()
		c.ClientID, c.ClientSecret = app["clientId"].(string), app["clientSecret"].(string)
		s := c.NewSession(c.JWT(v.Demo().JWT), nil)
		for range 48 {
			if !works(t, v, mustToken(t, s)) {
				t.Fatal("the token does not work")
			}
			time.Sleep(7 * time.Minute)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAStoredRecordThatIsDamagedIsReportedAndLeftAlone(t *testing.T) {
	for name, value := range map[string]string{
		"cut off":         `{"version":1,"ringcx":{"access_tok`,
		"not JSON":        "\x00\x01",
		"another type":    `{"version":1,"ringcx":"no"}`,
		"another version": `{"version":99}`,
	} {
		t.Run(name, func(t *testing.T) {
			v := ringcxtest.NewServer(t, nil)
			store := new(ringcx.Memory)
			err := store.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
			if err != nil {
				t.Fatal(err)
			}
			s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
			_, err = s.Token(t.Context())
			var hinted interface{ Hint() string }
			if !errors.As(err, &hinted) || hinted.Hint() == "" {
				t.Errorf("error: %v", err)
			}
			if now, _ := store.Load(t.Context(), "k"); string(now) != value {
				t.Errorf("the damaged record was changed to %s", now)
			}
			if len(v.Paths()) > 0 {
				t.Error("requests were sent")
			}
			if err := s.Login(t.Context()); err != nil {
				t.Errorf("a new login does not mend it: %v", err)
			}
			mustToken(t, s)
		})
	}
}

func TestARefusedExchangeIsReportedWithWhatToCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		account := control(t, v, "accounts", `{"name":"portal only","production":false,"ringcx":false}`)
		user := account["userId"]
		app := control(t, v, "apps", `{"name":"an app","auth":"jwt","refreshTokens":true,"scopes":["ReadAccounts"],"private":true,"account":`+id(account["accountId"])+`}`)
		jwt := control(t, v, "credentials", `{"user":`+id(user)+`}`)["jwt"].(string)
		c := v.Config()
		c.ClientID, c.ClientSecret = app["clientId"].(string), app["clientSecret"].(string)
		_, err := c.NewSession(c.JWT(jwt), nil).Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) || e.StatusCode != http.StatusForbidden || !strings.Contains(e.Hint(), "production account") {
			t.Errorf("error %v, hint %q", err, e.Hint())
		}
	})
}
