package callback_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/ringcx-go/ringcx/internal/callback"
)

var expected = callback.Expected{State: state, Issuer: issuer}

func TestAPastedAnswerMayBeTheAddressItsQueryOrTheCode(t *testing.T) {
	for _, text := range []string{
		"http://127.0.0.1:53682/callback?code=" + code + "&state=" + state,
		"  <http://127.0.0.1:53682/callback?state=" + state + "&code=" + code + "&expires_in=60>\r\n",
		`"https://app.example/cb?code=` + code + "&state=" + state + `#"`,
		"?code=" + code + "&state=" + state,
		"code=" + code + "&state=" + state,
		code,
		" " + code + "\n",
	} {
		if got, err := expected.ReadPasted(text); err != nil || got != code {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if got, err := expected.ReadPasted("YWJjZGVmZw=="); err != nil || got != "YWJjZGVmZw==" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAPastedAnswerThatIsNoneSaysWhatItIs(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "holds no code",
		"yes":                                    "holds no code",
		"a b":                                    "holds no code",
		"http://x":                               "holds no code",
		"http://127.0.0.1/callback?code=" + code: "does not belong to this login",
		"code=" + code + "&state=other":          "does not belong to this login",
		"http://127.0.0.1/callback?state=" + state + "&code=":                                             "holds no authorization code",
		"https://vendor.example/restapi/oauth/authorize?client_id=x&state=" + state + "&code_challenge=y": "address of the sign-in page",
		"http://127.0.0.1/callback?error=access_denied&state=" + state:                                    "answered access_denied",
		"http://127.0.0.1/callback#error=unauthorized_client&error_description=no&state=" + state:         "answered unauthorized_client: no",
		"http://127.0.0.1/callback?x=1#error=unauthorized_client&state=" + state:                          "answered unauthorized_client",
		"code=" + code + "&state=" + state + "&iss=https://attacker.example":                              "is from",
	} {
		if got, err := expected.ReadPasted(text); err == nil || !strings.Contains(err.Error(), want) || got != "" {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestNothingIsExpectedWithoutAState(t *testing.T) {
	if _, err := (callback.Expected{}).ReadPasted("code=" + code + "&state="); err == nil {
		t.Error("accepted")
	}
}

func TestWhatAPageSaysIsALineThatCanBeSeen(t *testing.T) {
	const evil = "not%20\u202e\u2066\u200e\u200f\u061c\u200b\ufeff%1B%5B2J%C2%9B%0D%0A\u2028now"
	for _, text := range []string{
		"error=access_denied&error_description=" + evil + "&state=" + state,
		"error=" + evil + "&state=" + state,
		"code=x&iss=" + evil + "&state=" + state,
	} {
		_, err := expected.ReadPasted(text)
		if err == nil || !strings.Contains(err.Error(), "not [2J now") {
			t.Errorf("%q", err)
		}
	}
	if _, err := expected.ReadPasted("error=x&error_description=Zugriff+für+Ö+und+שלום&state=" + state); err == nil || !strings.HasSuffix(err.Error(), ": Zugriff für Ö und שלום") {
		t.Errorf("%q", err)
	}
}

func FuzzReadPasted(f *testing.F) {
	for _, s := range []string{
		code, "http://127.0.0.1:1/callback?code=" + code + "&state=" + state, "#error=x&state=" + state, "?code=a;b&state=" + state, "%zz", "<>", "code=%00&state=" + state,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := expected.ReadPasted(text)
		if (err == nil) == (got == "") {
			t.Fatalf("%q, %v", got, err)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("no code: %q", got)
		}
		if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }) {
			t.Fatalf("more than a line that can be seen: %q", err)
		}
		if err == nil && strings.Contains(text, "state=") && !strings.Contains(text, "%") && !strings.Contains(text, state) {
			t.Fatalf("the code of another login: %q", text)
		}
	})
}
