package ringcx_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx"
)

// spoiled are ways in which a value is spoiled on its way into a program, % being the value, and what is said of it.
var spoiled = map[string]string{
	"% ":                "ends with a space",
	" %":                "begins with a space",
	"%\n":               "holds a line break (U+000A) as its character ",
	"\t%":               "holds a tab (U+0009) as its character 1",
	"\ufeff%":           "holds a byte order mark (U+FEFF) as its character 1",
	"%\u200b":           "holds a zero-width space (U+200B) as its character ",
	"\u00a0%":           "holds a no-break space (U+00A0) as its character 1",
	"\u2060%":           "holds a character that cannot be seen (U+2060) as its character 1",
	`"%"`:               "begins with a quotation mark",
	`%'`:                "ends with a quotation mark",
	"“%”":               "holds a typographic quotation mark (U+201C) as its character 1",
	"–%":                "holds a typographic dash (U+2013) as its character 1",
	"ü%":                "holds a character that is not ASCII (U+00FC) as its character 1",
	"%\xff":             "is not UTF-8 at its character ",
	"<%>":               "is a placeholder",
	"${RC_CANARY}":      "is a placeholder",
	"$RC_APP_CLIENT_ID": "is a placeholder",
	"***":               "is a placeholder",
}

// sent is what a program calls with a value that may be spoiled.
type sent struct {
	name string
	call func(c *ringcx.Config, value string) error
}

func calls(t *testing.T) []sent {
	t.Helper()
	ctx := t.Context()
	renew := func(g ringcx.Grant) error {
		_, err := g.Renew(ctx, nil)
		return err
	}
	return []sent{
		{"client ID", func(c *ringcx.Config, v string) error { c.ClientID = v; return renew(c.JWT(jwtValue)) }},
		{"client secret", func(c *ringcx.Config, v string) error { c.ClientSecret = v; return renew(c.JWT(jwtValue)) }},
		{"JWT", func(c *ringcx.Config, v string) error { return renew(c.JWT(v)) }},
		{"authorization code", func(c *ringcx.Config, v string) error {
			return renew(c.AuthorizationCode(v, "http://127.0.0.1:1/callback", "v"))
		}},
		{"redirect URI", func(c *ringcx.Config, v string) error { return renew(c.AuthorizationCode("code", v, "v")) }},
		{"platform ID", func(c *ringcx.Config, v string) error { return renew(c.RingCXPassword("ada", "x", v)) }},
		{"API token", func(_ *ringcx.Config, v string) error { _, err := ringcx.APIToken(v).Token(ctx); return err }},
	}
}

func TestAValueThatWasSpoiledOnItsWayIsNamedAndNotSent(t *testing.T) {
	var asked atomic.Int64
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"access_token":"a","accessToken":"b","expires_in":3600}`)
	})
	for _, s := range calls(t) {
		trims := s.name == "JWT" || s.name == "authorization code" // what is a blank at an edge is taken away
		for around, problem := range spoiled {
			value := strings.Replace(around, "%", "a.CANARY.c", 1)
			if trims && strings.TrimSpace(value) == "a.CANARY.c" {
				continue
			}
			own := *c
			err := s.call(&own, value)
			if err == nil || !strings.Contains(err.Error(), "the "+s.name+" "+problem) || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("the %s %q: %v, want %q", s.name, value, err, problem)
			}
			var e *ringcx.Error
			if hinted := (interface{ Hint() string })(nil); errors.As(err, &e) && (!errors.As(err, &hinted) || hinted.Hint() == "" || strings.Contains(hinted.Hint(), "network")) {
				t.Errorf("the %s %q has no hint that helps: %v", s.name, value, err)
			}
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err != nil || asked.Load() != 1 {
		t.Errorf("a value as it should be is not sent, so this test shows nothing: %v", err)
	}
}

func TestWhatMayBelongToAPasswordOrANameIsSent(t *testing.T) {
	var asked atomic.Int64
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"accessToken":"b"}`)
	})
	n := int64(0)
	for _, password := range []string{` "a b" `, "'", "pass word\u00a0", "ä漢🙂", "👩\u200d🚀❤\ufe0f", "<secret>", "$HOME", "***", "a;"} {
		if _, err := c.RingCXPassword("Ada Lovelace <ada@example.com>", password, "").Renew(t.Context(), nil); err != nil {
			t.Errorf("%q: %v", password, err)
		}
		n++
	}
	if got := asked.Load(); got != n {
		t.Errorf("%d of %d were sent", got, n)
	}
	for password, problem := range map[string]string{
		"canary\n": "the password holds a line break (U+000A) as its character 7", "\ufeffcanary": "the password holds a byte order mark (U+FEFF) as its character 1",
		"can\u200bary": "the password holds a zero-width space (U+200B) as its character 4", "can\u200dary": "cannot be seen (U+200D) as its character 4", "\x00": "U+0000",
	} {
		if _, err := c.RingCXPassword("ada", password, "").Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v", password, err)
		}
	}
	if _, err := c.LegacyPassword("ada\u200b", "x", false).Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "the user name holds a zero-width space (U+200B) as its character 4") {
		t.Errorf("%v", err)
	}
	if got := asked.Load(); got != n {
		t.Errorf("%d requests more were sent", got-n)
	}
}

func TestWhatIsNoJWTIsNamedForWhatItIs(t *testing.T) {
	c := answering(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	for text, want := range map[string]string{
		"your-jwt-here":            "the JWT is a placeholder",
		"<your JWT>":               "the JWT is a placeholder",
		"JWT":                      "the JWT is a placeholder",
		"xxxxxxxx":                 "the JWT is a placeholder",
		"%RC_USER_JWT%":            "the JWT is a placeholder",
		"U0pDMDFQMDlQQVMwMnxBQUJz": "the JWT is not of the form header.payload.signature: it has no dots, so it is another token or secret, or a piece",
		"a.b":                      "header.payload.signature: its end is missing",
		"a.b.":                     "header.payload.signature: its end is missing",
		".b.c":                     "header.payload.signature: its beginning is missing",
		"a.b.c.d.e":                "header.payload.signature: it has 5 parts",
		"a.b.c,":                   `the JWT holds "," as its character 6`,
		"a.b c.d":                  "the JWT holds a space as its character 4",
		"aws80:c2353445":           "it has no dots",
		"a.b\nc.d":                 "the JWT holds a line break (U+000A) as its character 4",
		"aws80:c2353445.a.b":       `the JWT holds ":" as its character 6`,
	} {
		_, err := c.JWT(text).Renew(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "JWT") != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTokensOfAProgramsOwnAreNotSentWithWhatNoTokenHas(t *testing.T) {
	c := answering(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	for _, value := range []string{"canary\n", "\ufeffcanary", "canary\u200b", "“canary”"} {
		token := &ringcx.Token{AccessToken: value, RefreshToken: value}
		_, exchanged := c.Exchange(t.Context(), token)
		_, refreshed := c.Refresh(t.Context(), token)
		_, renewed := c.JWT(jwtValue).Renew(t.Context(), token)
		for what, err := range map[string]error{"exchange": exchanged, "refresh": refreshed, "log in anew": renewed, "revoke": c.Revoke(t.Context(), token)} {
			if err == nil || !strings.Contains(err.Error(), " as its character ") || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s with %q: %v", what, value, err)
			}
		}
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	var asked atomic.Int64
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"accessToken":"b","refreshToken":"c"}`)
	})
	for name, token := range map[string]*ringcx.Token{"no token": nil, "an empty token": {}} {
		_, exchanged := c.Exchange(t.Context(), token)
		_, refreshed := c.Refresh(t.Context(), token)
		for want, err := range map[string]error{
			"exchange the RingCentral token: there is no RingCentral token": exchanged, "refresh the RingCX token: there is no RingCX refresh token": refreshed,
			"revoke the RingCentral session: there is no RingCentral token": c.Revoke(t.Context(), token),
		} {
			if err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	if _, err := c.Refresh(t.Context(), &ringcx.Token{RefreshToken: "a"}); err != nil || asked.Load() != 1 {
		t.Errorf("a refresh token is not sent either, so this test shows nothing: %v", err)
	}
}

func TestAUserAgentThatNoHeaderCanHoldIsNotBlamedOnTheNetwork(t *testing.T) {
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600}`)
	})
	for agent, want := range map[string]string{
		"MyApp/1.0\n": "the UserAgent holds a line break (U+000A) as its character 10", "a\r\nX: y": "the UserAgent holds a line break (U+000D) as its character 2",
		"a\x00": "the UserAgent holds a character that cannot be seen (U+0000) as its character 2",
	} {
		own := *c
		own.UserAgent = agent
		_, err := own.NewSession(own.JWT(jwtValue), &ringcx.SessionOptions{MaxWait: -1}).Token(t.Context())
		if told := own.Validate(); told == nil || told.Error() != want || err == nil || err.Error() != want {
			t.Errorf("%q: Validate tells %v, and the first call %v", agent, told, err)
		}
	}
	c.UserAgent = "MyApp/1.0 (ünï; a\tb)"
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err != nil {
		t.Errorf("%q: %v", c.UserAgent, err)
	}
}

func TestAServersAddressIsNamedByWhatIsWrongInIt(t *testing.T) {
	for host, want := range map[string]string{
		"https://platform\u200b.example": "the RingCentral server URL holds a zero-width space (U+200B) as its character 17",
		" https://platform.example":      "the RingCentral server URL holds a space as its character 1",
		"https://platform.example\n":     "the RingCentral server URL holds a line break (U+000A) as its character 25",
		`"https://platform.example"`:     "the RingCentral server URL begins with a quotation mark",
	} {
		if err := (ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: host}}).Validate(); err == nil || err.Error() != want {
			t.Errorf("%q: %v", host, err)
		}
	}
}
