package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/ringcx-go/ringcx/sandbox"
)

// trouble is a text that turns what follows it around, hides, and speaks to terminals.
const trouble = "\u202etrouble\u2066\u200f\x1b[31m\u2028\u0085\ufeff"

// wantSeen wants a page of which every character can be seen, or only joins or separates others.
func wantSeen(t *testing.T, what, page string) {
	t.Helper()
	for _, r := range page {
		if r != '\n' && r != '\t' && r != '\u200d' && r != '\u200c' && !unicode.IsGraphic(r) {
			t.Errorf("%s: the page holds %U", what, r)
			return
		}
	}
}

// troubled is a developer at a sandbox in which everything that can be named has a name that means harm.
func troubled(t *testing.T) (d *developer, paths []string) {
	t.Helper()
	d = newDeveloper(t, sandbox.Options{NoLimits: true})
	field := func(path, body string, values ...any) map[string]any {
		t.Helper()
		for i, v := range values {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			values[i] = string(raw)
		}
		return d.v.control(path, fmt.Sprintf(body, values...))
	}
	account := field("accounts", `{"name":%s,"production":true,"ringcx":true}`, trouble)
	user := field("users", `{"firstName":%s,"lastName":%s,"email":"odd@example.com","account":%s,"ringcx":true}`, trouble, trouble, account["accountId"])
	app := field("apps", `{"name":%s,"auth":"code","kind":"browser","redirectUris":["http://127.0.0.1/"],"account":%s}`,
		trouble, account["accountId"])
	jwt := field("apps", `{"name":%s,"auth":"jwt","account":%s}`, trouble, account["accountId"])
	cred := field("credentials", `{"user":%s,"clientIds":[%s]}`, user["userId"], jwt["clientId"])
	field("faults", `{"path":%s,"method":%s,"kind":"retry-after","retryAfter":%s}`, "/api/"+trouble, trouble, trouble)
	r := d.v.formAs(str(jwt, "clientId"), str(jwt, "clientSecret"), tokenPath, "grant_type", jwtGrant, "assertion", str(cred, "jwt")).want(http.StatusOK)
	d.v.exchangeToken(str(r.json(), "access_token"))
	odd := httptest.NewRequest(http.MethodGet, "/restapi/x", nil)
	odd.Method, odd.URL.Path, odd.URL.RawPath, odd.URL.RawQuery = "GET"+trouble, "/restapi/"+trouble, "/restapi/"+trouble, "q="+trouble
	odd.Header.Set("User-Agent", trouble)
	odd.Header.Set("Authorization", trouble+" x")
	d.v.sendBare(odd)
	return d, append([]string{"apps/" + str(app, "clientId"), "apps/" + str(jwt, "clientId"), "credentials/" + fmt.Sprint(cred["id"])}, consolePages...)
}

func TestTextFromOutsideDoesNoHarmOnAnyPageOfTheConsole(t *testing.T) {
	d, paths := troubled(t)
	told := 0
	for _, path := range paths {
		page := d.open(path).want(http.StatusOK).body
		wantSeen(t, path, page)
		told += strings.Count(page, `\u202etrouble`)
	}
	if told < 10 {
		t.Errorf("the trouble is told %d times", told)
	}
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"` + "\u202e" + `trouble"}`))
	for path, fields := range map[string][]string{
		"apps/new":          appFields("name", trouble, "auth", "code", "redirects", trouble),
		"credentials/new":   {"label", trouble, "user", trouble, "reach", trouble, "expires", trouble},
		"accounts":          {"name", "x", "ringcx", trouble, "production", trouble},
		"users":             {"firstName", trouble, "lastName", trouble, "email", trouble, "role", trouble, "account", trouble},
		"controls/clock":    {"advance", trouble},
		"controls/faults":   {"kind", trouble, "path", trouble, "method", trouble, "times", trouble, "delay", trouble},
		"controls/hostile":  {"share", trouble, "seed", trouble, "hostile-path", trouble, "max-delay", trouble},
		"contract":          {"setting", "ringcxTokenTTL", "ringcxTokenTTL", trouble},
		"namespaces":        {"name", trouble},
		"inspector":         {"value", claims + "." + claims + ".x"},
		"guide":             {"step", trouble},
		"sessions/revoke":   {"kind", trouble, "handle", trouble},
		"controls/limits":   {"change", trouble},
		"users/" + "nobody": {"change", trouble},
	} {
		wantSeen(t, path, d.submit("apps/new", path, fields...).body)
	}
	wantSeen(t, "a path", d.open("nowhere%E2%80%AE").want(http.StatusNotFound).body)
	wantSeen(t, "a query", d.open("contract?show=%E2%80%AE&done=%E2%80%AE").body)
}

func TestTextFromOutsideDoesNoHarmOnThePagesOfTheSignIn(t *testing.T) {
	v := codeVendor(t)
	raw, _ := json.Marshal(trouble)
	made := v.control("apps", fmt.Sprintf(`{"name":%s,"auth":"code","kind":"browser","redirectUris":["http://127.0.0.1/"]}`, raw))
	v.control("users", fmt.Sprintf(`{"firstName":%s,"lastName":"x","email":"odd@example.com"}`, raw))
	p := v.person()
	ask := v.nativeRequest("client_id", str(made, "clientId"), "redirect_uri", "http://127.0.0.1/")
	page := p.open(ask).wantPage("Sign in")
	wantSeen(t, "sign-in", page.body)
	wantText(t, page.body, `<strong>\u202etrouble`)
	wantSeen(t, "sign-in again", p.submit(page, "username", trouble, "password", "x").body)
	consent := p.submit(p.open(ask), "as", "demo").wantPage("Allow")
	wantSeen(t, "consent", consent.body)
	wantText(t, consent.body, `<h1>Allow \u202etrouble`)
	wantSeen(t, "refusal", p.open(v.nativeRequest("client_id", trouble)).body)
}

func TestTextThatCanBeReadStaysAsItIs(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for _, path := range consolePages {
		wantNoText(t, mainPart(d.open(path).body), `\u`)
	}
	const names = "שלום مرحبا می\u200cخواهم 👩\u200d💻 Zoë — “x” \\u202e"
	page := d.do("apps/new", "apps/new", appFields("name", names)...)
	wantText(t, page, names)
	wantText(t, d.page("apps"), names)
}

func TestNoPageIsMadeInAnyOtherWay(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.go", "internal/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name != "internal/markup/markup.go" && !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), ".Execute") {
			t.Errorf("%s executes a template itself", name)
		}
	}
	for _, style := range []string{"internal/platform/pages/style.css", "internal/console/pages/console.css"} {
		if text, err := os.ReadFile(style); err != nil || !strings.Contains(string(text), "\n* { box-sizing: border-box; unicode-bidi: isolate; }") {
			t.Errorf("%s isolates nothing (%v)", style, err)
		}
	}
}
