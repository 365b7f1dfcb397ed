package ringcx_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

func jwtOf(payload string) string {
	return "eyJhbGciOiJFUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestALifetimeComesFromTheTokenThenFromTheAnswerThenFromTheDocumentation(t *testing.T) {
	for name, c := range map[string]struct {
		token     string
		expiresIn float64
		want      time.Duration
	}{
		"exp − iat, whatever the clock": {jwtOf(`{"iat":1000,"exp":1120}`), 3600, 2 * time.Minute},
		"fractions":                     {jwtOf(`{"iat":1000.5,"exp":1002}`), 0, 1500 * time.Millisecond},
		"no iat":                        {jwtOf(`{"exp":1120}`), 60, time.Minute},
		"ends before it begins":         {jwtOf(`{"iat":1000,"exp":900}`), 60, time.Minute},
		"a thousand years":              {jwtOf(`{"iat":1,"exp":99999999999}`), 60, time.Minute},
		"exp is text":                   {jwtOf(`{"iat":1,"exp":"soon"}`), 60, time.Minute},
		"padded":                        {"h." + base64.URLEncoding.EncodeToString([]byte(`{"iat":10,"exp":20}`)) + ".s", 0, 10 * time.Second},
		"not base64":                    {"a.!.c", 60, time.Minute},
		"opaque":                        {"U0JYMDFQMDE", 60, time.Minute},
		"nothing said":                  {"U0JYMDFQMDE", 0, 5 * time.Minute},
		"a negative answer":             {"U0JYMDFQMDE", -1, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ringcx.Lifetime(c.token, c.expiresIn); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestMarginsAreSharesOfTheLifetimeWithACap(t *testing.T) {
	born := time.Now()
	for _, c := range []struct{ life, renew, end time.Duration }{
		{2 * time.Second, 400 * time.Millisecond, 100 * time.Millisecond},
		{5 * time.Minute, time.Minute, 5 * time.Second},
		{time.Hour, time.Minute, 5 * time.Second},
	} {
		token := &ringcx.Token{Obtained: born, Expiry: born.Add(c.life)}
		if r, e := token.Expiry.Sub(token.RenewAt()), token.Expiry.Sub(token.EndAt()); r != c.renew || e != c.end {
			t.Errorf("%s: renewed %s and ended %s before its expiry", c.life, r, e)
		}
	}
}

func TestRetryAfterIsReadAsSecondsAndAsADate(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		" 1.5 ":                         1500 * time.Millisecond,
		"1":                             time.Second,
		"0.25":                          250 * time.Millisecond,
		"0":                             0,
		"-3":                            0,
		"NaN":                           0,
		"soon":                          0,
		"999999999999":                  time.Hour,
		"Mon, 23 Nov 2026 12:00:09 GMT": 9 * time.Second,
		"Mon, 23 Nov 2026 11:00:00 GMT": 0,
		"Mon, 23 Nov 2099 11:00:00 GMT": time.Hour,
	} {
		if got := ringcx.ParseRetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	// A date is meant on the server's clock, which may be another one than ours.
	h := http.Header{"Retry-After": {"Mon, 23 Nov 2026 15:00:09 GMT"}, "Date": {"Mon, 23 Nov 2026 15:00:00 GMT"}}
	if got := ringcx.ParseRetryAfter(h, now); got != 9*time.Second {
		t.Errorf("%s on the server's clock", got)
	}
}

func TestATokenThatIsOverWhenItArrivesIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t, shortTokens(time.Second))
		for range 12 {
			fault(t, v, exchangePath, "delay", `"delay":"3s"`)
			fault(t, v, refreshPath, "delay", `"delay":"3s"`)
		}
		_, err := v.Session(nil).Token(t.Context())
		var e *ringcx.Error
		if !errors.As(err, &e) {
			t.Errorf("error: %v", err)
		}
		wantNoVerdicts(t, v)
	})
}

func FuzzLifetimesArePositiveAndBounded(f *testing.F) {
	f.Add(jwtOf(`{"iat":1,"exp":2}`), 5.0)
	f.Add("a.b.c", -1.0)
	f.Add("..", 1e300)
	f.Fuzz(func(t *testing.T, token string, expiresIn float64) {
		if d := ringcx.Lifetime(token, expiresIn); d < 0 || d > 11*365*24*time.Hour {
			t.Errorf("%s", d)
		}
	})
}

func FuzzRetryAfterIsNeverNegativeNorLongerThanAnHour(f *testing.F) {
	f.Add("7", "")
	f.Add("Mon, 23 Nov 2026 12:00:09 GMT", "Mon, 23 Nov 2026 12:00:00 GMT")
	f.Fuzz(func(t *testing.T, value, date string) {
		h := http.Header{"Retry-After": {value}, "Date": {date}}
		if d := ringcx.ParseRetryAfter(h, time.Now()); d < 0 || d > time.Hour {
			t.Errorf("%s", d)
		}
	})
}

// canned answers every request with one body.
type canned struct{ body []byte }

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(c.body)),
	}, nil
}

// bearer is the grammar of RFC 6750, section 2.1.
var bearer = regexp.MustCompile(`^[A-Za-z0-9\-._~+/]+=*$`)

func FuzzAnAnswerIsATokenOrAnError(f *testing.F) {
	f.Add([]byte(`{"accessToken":"a.b.c","refreshToken":"r","mainAccountId":21000,"expires_in":1e3,"agentDetails":[{}]}`))
	f.Add([]byte(`{"access_token":"a","refresh_token":"r","expires_in":3600,"refresh_token_expires_in":604800,"owner_id":1}`))
	f.Add([]byte(`{"accessToken":null,"refreshToken":{}}`))
	f.Add([]byte("{\"accessToken\":\"a b\",\"access_token\":\"a=b\",\"x\":\"\u202e\x7f\U000e0041\xff\"}"))
	f.Add([]byte("{\"accessToken\":\"a\",\"access_token\":\"a\",\"scope\":\"\u2066\",\"x\":\"\u202e\x7f\U000e0041\xff\"}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &ringcx.Config{ClientID: "client", HTTPClient: &http.Client{Transport: canned{body}}}
		cx, cxErr := c.Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
		rc, rcErr := c.JWT("a.b.c").Renew(t.Context(), nil)
		for _, got := range []struct {
			token *ringcx.Token
			err   error
		}{{cx, cxErr}, {rc, rcErr}} {
			if (got.token == nil) == (got.err == nil) {
				t.Fatalf("%v and %v", got.token, got.err)
			}
			if got.token != nil && (got.token.AccessToken == "" || !got.token.Expiry.After(got.token.Obtained)) {
				t.Errorf("a token that is none: %v", got.token)
			}
			if got.token == nil {
				continue
			}
			if got.token.Details != nil && !json.Valid(got.token.Details) {
				t.Errorf("details %s", got.token.Details)
			}
			if !bearer.MatchString(got.token.AccessToken) || strings.ContainsFunc(got.token.RefreshToken, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("tokens %q and %q", got.token.AccessToken, got.token.RefreshToken)
			}
			wantVisible(t, "what came along", got.token.Scope+got.token.OwnerID+got.token.MainAccountID+got.token.TokenType+string(got.token.Details))
		}
	})
}

func FuzzAnErrorIsOneLineAndKeepsSecrets(f *testing.F) {
	f.Add(400, "application/json", []byte(`{"error":"x","errors":[{"errorCode":"OAU-1","message":"canary-secret"}]}`))
	f.Add(401, "text/plain", []byte("Jwt is expired"))
	f.Add(500, "text/html", []byte("<html>\x1b]0;title\x07"))
	f.Add(400, "", []byte(`{"errorCode":{},"errors":[null]}`))
	f.Add(400, "", []byte("{\"error\":\"\u202e\xff\u2028\"}"))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
		err := ringcx.AnswerError("do", resp, body, time.Now(), []string{"canary-secret"})
		wantVisible(t, "an error", err.Error()+err.Message+err.Code+err.RequestID)
		if len(err.Message) > 600 {
			t.Errorf("%d bytes", len(err.Message))
		}
	})
}

func FuzzALedgerIsReadOrWaitedOut(f *testing.F) {
	f.Add([]byte(`{"sent":["2026-11-23T12:00:00Z"],"quiet_until":"2026-11-23T12:00:00Z","failures":3}`))
	f.Add([]byte(`{"sent":`))
	f.Fuzz(func(t *testing.T, value []byte) {
		now := time.Now()
		if l, _ := ringcx.DecodeLedger(value, now); !json.Valid(value) && !l.QuietUntil.After(now) {
			t.Errorf("requests are allowed at once after %q", value)
		}
	})
}

func FuzzARecordIsReadOrRefusedAsItIs(f *testing.F) {
	f.Add([]byte(`{"version":1,"ringcx":{"access_token":"a","expiry":"2026-11-23T12:00:00Z"},"ledgers":{"ringcx":{"sent":["2026-11-23T12:00:00Z"]}}}`))
	f.Add([]byte(`{"version":1,"attempt":{"step":"refresh RingCX"},"failure":{"final":true,"until":"2999-01-01T00:00:00Z"}}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := ringcx.DecodeRecord(value)
		if err != nil {
			return
		}
		r.Recover()
		now := time.Now()
		n := ringcx.NewNeed(time.Second, "x", true, true)
		switch a, _ := ringcx.Plan(r, now, n); a {
		case ringcx.Login, ringcx.Exchange, ringcx.Refresh, ringcx.RefreshLogin:
			r.Begin(a, now)
			r.Fail(a, &ringcx.Error{Op: "x", StatusCode: 401}, &n, now, now)
		}
		if _, err := r.Encode(); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
