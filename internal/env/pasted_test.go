package env_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/ringcx-go/ringcx/internal/env"
)

// wrapped are ways in which a value arrives when it is pasted, % being the value.
var wrapped = []string{
	"%", " % ", "\t%\r\n", "\ufeff%", "\u200b%\u200b", "\u2060%\u00ad", "\u00a0%\u202f", "\u3000%",
	`"%"`, `'%'`, "`%`", `""%""`, `'"%"'`, "“%”", "„%“", "‘%’", "«%»", "‹%›", "\u00a0“%”\u200b",
	"%,", "%;", `"%",`, `'%';`, "\"%\",\r\n",
	"RC_USER_JWT=%", "export RC_USER_JWT=%", "export RC_USER_JWT='%'", "RC_APP_CLIENT_ID = \"%\"", "  export  RC_JWT=%;",
	"Bearer %", "bearer   %", "Authorization: Bearer %", "X-Auth-Token: %", `"Bearer %"`,
}

func TestWhatIsPastedAroundAValueIsTakenAway(t *testing.T) {
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl-_x"
	for _, value := range []string{jwt, "h4xJ_k-9", "https://platform.ringcentral.com", "aws80:c2353445-1234", "ada@example.com", "a=b", "it's"} {
		for _, around := range wrapped {
			text := strings.Replace(around, "%", value, 1)
			if got := env.Pasted(text); got != value {
				t.Errorf("of %q is left %q", text, got)
			}
		}
	}
	for text, want := range map[string]string{"": "", " \ufeff\n": "", `"`: `"`, `""`: "", `"a`: `"a`, `a"`: `a"`, `"a'`: `"a'`, "a b": "a b", "OTHER=a": "OTHER=a", "Bearer": "Bearer"} {
		if got := env.Pasted(text); got != want {
			t.Errorf("of %q is left %q, want %q", text, got, want)
		}
	}
}

func TestLineBreaksOfAMailGoFromAJWT(t *testing.T) {
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl"
	for _, text := range []string{
		jwt[:20] + "\n" + jwt[20:], jwt[:9] + "\r\n  " + jwt[9:30] + "\r\n" + jwt[30:] + "\r\n", jwt[:20] + "\u200b" + jwt[20:], jwt[:5] + " " + jwt[5:], jwt[:5] + "\u00ad" + jwt[5:],
	} {
		if got := env.PastedJWT(text); got != jwt {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := env.PastedJWT("a.b“.c"); got != "a.b“.c" {
		t.Errorf("what has to be named was changed into %q", got)
	}
}

func FuzzWhatIsPastedIsTakenFromItsEdgesOnly(f *testing.F) {
	for _, around := range wrapped {
		f.Add(strings.Replace(around, "%", "a.b.c", 1))
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := env.Pasted(text)
		if !strings.Contains(text, got) || env.Pasted(got) != got || strings.TrimFunc(got, unicode.IsSpace) != got {
			t.Errorf("%q became %q", text, got)
		}
		if jwt := env.PastedJWT(text); env.PastedJWT(jwt) != jwt {
			t.Errorf("%q became %q, and then %q", text, jwt, env.PastedJWT(jwt))
		}
	})
}
