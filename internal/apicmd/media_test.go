package apicmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// with is a call with headers and an input.
func with(c *apicmd.Call, input string, headers ...string) *apicmd.Call {
	c.Headers = headers
	if input != "" {
		c.Input, c.InputGiven, c.Stdin = "-", true, strings.NewReader(input)
	}
	return c
}

func TestAMediaTypeIsTheSameWithParametersAndInAnyCase(t *testing.T) {
	for _, spelling := range []string{"%s", "%s; charset=utf-8", "%s;charset=UTF-8", " %s ; charset=\"utf-8\"", "%s;"} {
		for _, upper := range []bool{false, true} {
			of := func(kind string) string {
				if upper {
					kind = strings.ToUpper(kind)
				}
				return "Content-Type: " + fmt.Sprintf(spelling, kind)
			}
			r := newRecorder(t)
			if _, err := r.run(t, with(call("loginAgent", "username=ada", "password=p"), "", of("application/x-www-form-urlencoded"))); err != nil || r.bodies[0] != "password=p&username=ada" {
				t.Errorf("%s: a form is sent as %q, %v", of("form"), r.bodies, err)
			}
			if _, err := r.run(t, with(call("POST "+dialGroups), `{"dialGroupNam":"x"}`, of("application/json"))); err == nil || !strings.Contains(err.Error(), "no field") {
				t.Errorf("%s: JSON is not checked: %v", of("json"), err)
			}
			if _, err := r.run(t, with(call("POST /voice/new"), `{"a":`, of("application/merge-patch+json"))); err == nil {
				t.Errorf("%s: JSON that is none is sent", of("+json"))
			}
		}
	}
	r := newRecorder(t)
	if _, err := r.run(t, with(call("POST /voice/new"), "{}\n{}\n", "Content-Type: application/x-ndjson")); err != nil {
		t.Errorf("lines of JSON are not sent: %v", err)
	}
	if _, err := r.run(t, with(call("loginAgent", "username=ada", "password=p"), "", "Content-Type: application/json")); err == nil || len(r.seen) != 1 {
		t.Errorf("fields of a form are dropped: %v", err)
	}
}

func TestNothingIsSaidToHavePartsThatHasNone(t *testing.T) {
	r := newRecorder(t)
	const raw, parts = "a,b\n", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na\r\n--x--\r\n"
	for _, kind := range []string{"multipart/form-data", "multipart/form-data; boundary=x", "Multipart/Form-Data;boundary=x", "multipart/mixed"} {
		for _, what := range []string{"uploadAudioFile", "POST /voice/new"} {
			c := call(what, "accountId=1")
			if what != "uploadAudioFile" {
				c.Fields = nil
			}
			if _, err := r.run(t, with(c, raw, "Content-Type: "+kind)); err == nil || len(r.seen) > 0 {
				t.Errorf("%s as %s: %v", what, kind, err)
			}
		}
	}
	if _, err := r.run(t, with(call("POST /voice/new"), parts, "Content-Type: multipart/form-data; boundary=x")); err != nil || r.bodies[0] != parts {
		t.Errorf("the control: %q, %v", r.bodies, err)
	}
}

func TestNoBodyIsSentThatReadersReadDifferently(t *testing.T) {
	r := newRecorder(t)
	for _, body := range []string{
		`{"dialGroupName":"a","dialGroupName":"b"}`, `{"dialGroupName":"a","dialGroupN\u0061me":"b"}`, `{"dialGroupName":"a","campaigns":[{"campaignName":"b","campaignName":"b"}]}`,
		`{"dialGroupName":"\ud800"}`, `{"dialGroupName":"\udc00\ud800"}`, `{"dialGroupName":"\ud800x"}`, `{"\ud800":1}`,
	} {
		for _, c := range []*apicmd.Call{call("POST " + dialGroups), call("POST /voice/new")} {
			if _, err := r.run(t, with(c, body)); err == nil {
				t.Errorf("%s is sent", body)
			}
		}
	}
	for _, body := range []string{`{"dialGroupName":"\ud83d\ude00 \\ud800","campaigns":[{"campaignName":"b"},{"campaignName":"b"}]}`, " { \"dialGroupName\" : \"\\\"\" } "} {
		if _, err := r.run(t, with(call("POST "+dialGroups), body)); err != nil || r.bodies[len(r.bodies)-1] != body {
			t.Errorf("the control: %v, %q", err, r.bodies)
		}
	}
}

const hidden = "hunter2"

// shownOf is what a call shows of itself.
func shownOf(t *testing.T, c *apicmd.Call) string {
	t.Helper()
	c.PageSize = 100
	if err := c.Prepare(); err != nil {
		t.Fatalf("%q: %v", c.Args, err)
	}
	var b bytes.Buffer
	if err := c.Show(t.Context(), "https://h", "", &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestADryRunShowsNoSecretWhereverItIs(t *testing.T) {
	var names []string
	for _, s := range apispec.Default().Schemas() {
		for _, f := range s.Fields {
			if f.Secret {
				names = append(names, f.Name)
			}
		}
	}
	for _, op := range apispec.Default().Operations {
		for _, p := range op.Params {
			if p.Secret {
				names = append(names, p.Name)
			}
		}
	}
	if len(names) < 50 {
		t.Fatalf("%d secrets are known", len(names))
	}
	names = append(names, "access_token", "refresh_token", "client_secret", "clientSecret", "client-secret", "apiToken", "jwt", "authorization", "password")
	for _, name := range names {
		for _, spelt := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
			quoted, _ := json.Marshal(spelt)
			escaped := fmt.Sprintf(`"\u%04x%s"`, spelt[0], spelt[1:])
			for _, c := range []*apicmd.Call{
				with(call("POST /voice/new"), `{"a":[{`+string(quoted)+`:"`+hidden+`"}]}`),
				with(call("PUT "+dialGroups+"/1/none"), `{`+escaped+` : { "x" : ["`+hidden+`"] } }`),
				with(call("POST /voice/new"), `{`+string(quoted)+`:"`+hidden+`"}`, "Content-Type: application/vnd.x+json"),
				with(call("POST /voice/new"), `{`+string(quoted)+`:"`+hidden+`"}`, "Content-Type: text/plain"),
				with(call("POST /voice/new"), `{`+string(quoted)+`:"`+hidden+`"`, "Content-Type: text/plain"),
				with(call("POST /voice/new"), "{}\n{"+escaped+`:"`+hidden+`"}`, "Content-Type: application/x-ndjson"),
				with(call("POST /voice/new"), "name,"+spelt+"\nada,"+hidden+"\n", "Content-Type: text/csv"),
				with(call("POST /voice/new"), "b=1&"+url.QueryEscape(spelt)+"="+hidden+"&a=2", "Content-Type: application/x-www-form-urlencoded; charset=utf-8"),
				with(call("GET /voice/new"), "", "X-"+spelt+": "+hidden), with(call("GET /voice/new"), "", "X-Api-Key: "+hidden),
				call("POST /voice/new", spelt+"="+hidden), call("GET /voice/new", spelt+"="+hidden), call("GET /voice/new?x=1&" + url.QueryEscape(spelt) + "=" + hidden),
			} {
				if got := shownOf(t, c); strings.Contains(got, hidden) {
					t.Errorf("%s is shown in\n%s", spelt, got)
				}
			}
		}
	}
}

func TestADryRunShowsNoSecretOfJSONWithinATextAndSaysHowLargeTheBodyIs(t *testing.T) {
	inner, _ := json.Marshal(`{"a":[{"client_secret":"` + hidden + `"}]}`)
	deeper, _ := json.Marshal(string(inner))
	for _, text := range []string{string(inner), string(deeper), `[{"b":` + string(inner) + `}]`} {
		body := `{"note":` + text + `}`
		if got := shownOf(t, with(call("POST /voice/new"), body)); strings.Contains(got, hidden) || !strings.Contains(got, fmt.Sprintf("(a body of %d bytes, which may have secrets in it)", len(body))) {
			t.Errorf("%s is shown as\n%s", body, got)
		}
	}
	form := url.QueryEscape(`{"jwt":"` + hidden + `"}`)
	for _, c := range []*apicmd.Call{with(call("POST /voice/new"), "a="+form, "Content-Type: application/x-www-form-urlencoded"), call("GET /voice/new?a=" + form)} {
		if got := shownOf(t, c); strings.Contains(got, hidden) || !strings.Contains(got, "a=***") {
			t.Errorf("a text in a form or a query is shown as\n%s", got)
		}
	}
	for _, body := range []string{`{"note":"{\"a\":1}"}`, `{"note":"the password is {secret}"}`, `{"note":"{\"jwt\":null}"}`} { // the controls
		if got := shownOf(t, with(call("POST /voice/new"), body)); !strings.HasSuffix(got, "\n\n"+body+"\n") {
			t.Errorf("%s is shown as\n%s", body, got)
		}
	}
}

func TestADryRunShowsTheSecretsOfPathsOfAnyMethodAndNoOthers(t *testing.T) {
	n := 0
	for _, op := range apispec.Default().Operations {
		for _, p := range op.Params {
			if !p.Secret || p.Place != apispec.InPath {
				continue
			}
			n++
			path := strings.ReplaceAll(strings.Replace(op.Path, "{"+p.Name+"}", hidden, 1), "{", "")
			path = strings.ReplaceAll(path, "}", "")
			for _, method := range []string{"GET", "PUT", "DELETE", "PATCH"} {
				c := call(method + " " + path)
				c.Unchecked = true
				got := shownOf(t, c)
				if strings.Contains(got, hidden) || !strings.Contains(got, strings.Replace(path, hidden, "***", 1)) {
					t.Errorf("%s %s shows\n%s", method, path, got)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no path has a secret")
	}
}

func TestADryRunShowsBytesAsTheyAreSent(t *testing.T) {
	for body, want := range map[string]string{
		"{ \"z\" : 1.50 ,\n \"a\" : \"\\u00e9<\" , \"password\" : \"" + hidden + "\" , \"b\":null }": "{ \"z\" : 1.50 ,\n \"a\" : \"\\u00e9<\" , \"password\" : \"***\" , \"b\":null }",
		`{"a":1,"password":null}`: `{"a":1,"password":null}`,
		`[1 , 2]`:                 `[1 , 2]`,
	} {
		if got := shownOf(t, with(call("POST /voice/new"), body)); !strings.HasSuffix(got, "\n\n"+want+"\n") {
			t.Errorf("%s is shown as\n%s", body, got)
		}
	}
	got := shownOf(t, with(call("POST /voice/new"), "z=1&password=x&a=%20", "Content-Type: application/x-www-form-urlencoded"))
	if !strings.HasSuffix(got, "\n\nz=1&password=***&a=%20\n") {
		t.Errorf("a form is shown as\n%s", got)
	}
}

func TestADryRunShowsTheTokenWhereItIsSent(t *testing.T) {
	n := 0
	for _, op := range apispec.Default().Operations {
		c, _, args := exampleOf(t, op)
		for _, a := range args {
			name, value, _ := strings.Cut(a, "=")
			for _, p := range op.Params {
				if kebab(p.Name) == strings.TrimPrefix(name, "--") {
					c.Fields = append(c.Fields, p.Name+"="+value)
				}
			}
		}
		c.Unchecked = true
		got := shownOf(t, c)
		inCookie := strings.Contains(got, "\nCookie: access_token=***\n")
		if n += map[bool]int{true: 1}[inCookie]; inCookie != (op.Auth == apispec.Cookie) || inCookie == strings.Contains(got, "\nAuthorization: ") {
			t.Errorf("%s shows\n%s", op.ID, got)
		}
	}
	if n != 2 {
		t.Errorf("%d operations take the token in a cookie", n)
	}
}

func TestTheByteOrderMarkOfAFileIsNoPartOfItsText(t *testing.T) {
	r := newRecorder(t)
	file := filepath.Join(t.TempDir(), "name")
	if err := os.WriteFile(file, []byte("\xef\xbb\xbfSales\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.run(t, call("POST "+dialGroups, ":dialGroupName=@"+file)); err != nil || r.bodies[0] != `{"dialGroupName":"Sales"}` {
		t.Errorf("%q, %v", r.bodies, err)
	}
}
