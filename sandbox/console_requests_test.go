package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheRequestsPageShowsCommandsWithoutSecrets(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	demo := d.v.Demo()
	cx := d.v.exchange()
	d.v.get(usersPath+"?page=2&access_token="+str(cx, "accessToken"), str(cx, "accessToken"))
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(cx, "refreshToken"), "")
	d.v.get("/restapi/it's$(here)", "")
	page := d.page("requests")
	wantText(t, page,
		`curl -sS -K - "$RC_SERVER_URL"/restapi/oauth/token`, `user = "${RC_APP_CLIENT_ID}:${RC_APP_CLIENT_SECRET}"`,
		"--data-urlencode grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", `data-urlencode = "assertion=${RC_USER_JWT}"`,
		`data-urlencode = "rcAccessToken=${RC_ACCESS_TOKEN}"`, `header = "Authorization: Bearer ${RINGCX_ACCESS_TOKEN}"`,
		`?access_token=${RINGCX_ACCESS_TOKEN}&page=2"`, "token in a URL", "-X DELETE", `/api/auth/logout/${RINGCX_REFRESH_TOKEN}"`,
		`'/restapi/it'\''s$(here)'`)
	wantNoText(t, page, demo.JWT, demo.ClientSecret, str(cx, "accessToken"), str(cx, "refreshToken"))
	only := d.page("requests?verdicts=1")
	wantText(t, only, "token in a URL")
	wantNoText(t, only, `<span class="path">/api/auth/login`)
}

func TestALegacyTokenAndTheWrongSchemeAreWrittenDownToo(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for name, value := range map[string]string{
		"X-Auth-Token": "legacy-secret", "Authorization": "Digest digest-secret", "Cookie": "access_token=cookie-secret",
	} {
		r := httptest.NewRequest(http.MethodGet, usersPath, nil)
		r.Header.Set(name, value)
		d.v.send(r)
	}
	page := d.page("requests")
	wantText(t, page, `header = "X-Auth-Token: ${X_AUTH_TOKEN}"`, `header = "Cookie: access_token=${RINGCX_ACCESS_TOKEN}"`, "of another scheme, was not kept")
	wantNoText(t, page, "legacy-secret", "digest-secret", "cookie-secret")
}

// commands are those of a page of the log, by the numbers of their requests.
func commands(page string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)<pre id="curl-(\d+)"[^>]*>(.*?)</pre>`).FindAllStringSubmatch(page, -1) {
		out[m[1]] = m[2]
	}
	return out
}

func TestEveryCommandRunsAfterTheEnvironmentFileOrSaysWhatFillsIt(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("needs curl")
	}
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	demo := d.v.Demo()
	web := httptest.NewServer(d.v)
	defer web.Close()
	rc := d.v.login()
	cx := d.v.exchangeToken(str(rc, "access_token")).want(http.StatusOK).json()
	d.v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	d.v.refresh(str(rc, "refresh_token")).want(http.StatusOK)
	d.v.get(accountsPath, str(cx, "accessToken")).want(http.StatusOK)
	d.v.get("/restapi/v1.0/account/~", str(d.v.login(), "access_token")).want(http.StatusOK)
	d.v.call(http.MethodDelete, "/api/auth/logout/"+str(d.v.exchange(), "refreshToken"), "").want(http.StatusOK)
	d.v.form("/voice/api/v1/auth/login", "username", demo.AdminUsername, "password", demo.AdminPassword).want(http.StatusOK)
	d.v.get(accountsPath+"?access_token="+str(cx, "accessToken")+"&page=1", str(cx, "accessToken")).want(http.StatusOK)
	d.v.get("/restapi/v1.0/[odd]/../{x}?perPage=1&page=2", "").want(http.StatusNotFound)
	d.v.call(http.MethodHead, "/restapi", "")
	want := d.v.Requests()
	all := commands(d.page("requests"))
	if len(all) != len(want) {
		t.Fatalf("%d commands for %d requests", len(all), len(want))
	}
	for _, r := range want {
		text := all[fmt.Sprint(r.Number)]
		cmd := exec.Command(shell, "-uc", text)
		cmd.Env = append(cmd.Environ(), "RC_SERVER_URL="+web.URL, "RINGCX_SERVER_URL="+web.URL, "RC_APP_CLIENT_ID="+demo.ClientID,
			"RC_APP_CLIENT_SECRET="+demo.ClientSecret, "RC_USER_JWT="+demo.JWT)
		out, err := cmd.CombinedOutput()
		got := d.v.last()
		if err != nil || got.Method != r.Method || got.Path != r.Path || got.Status != r.Status {
			t.Errorf("%s\nsays %s (%v) and asks %s %s: %d, where %s %s was %d", text, out, err, got.Method, got.Path, got.Status, r.Method, r.Path, r.Status)
		}
		for line := range strings.Lines(text) {
			for part := range strings.SplitSeq(line, "|") {
				if strings.Contains(part, "curl ") && regexp.MustCompile(`[$][{]?(RC_USER_JWT|RC_APP_CLIENT_SECRET|[A-Z_]*TOKEN|[A-Z_]*PASSWORD)`).MatchString(part) {
					t.Errorf("a secret is an argument of curl: %s", part)
				}
			}
		}
	}
}

func TestACommandThatNobodyCanFillSaysSo(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell")
	}
	d := newDeveloper(t, sandbox.Options{})
	d.v.demoForm(tokenPath, "grant_type", "authorization_code", "code", "spent", "9$`odd\"", "x")
	text := commands(d.page("requests"))["1"]
	out, err := exec.Command(shell, "-c", text).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "read -r ") || strings.Contains(string(out), "curl") {
		t.Errorf("%s\nsays %s (%v)", text, out, err)
	}
}

func TestARefusedRequestTellsWhyAndWhatHelps(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	cx := d.v.exchange()
	d.v.Advance(5*time.Minute + 12*time.Second)
	d.v.get(usersPath, str(cx, "accessToken")).want(http.StatusUnauthorized)
	refused := d.v.last()
	d.v.get(usersPath, "").want(http.StatusUnauthorized)
	page := d.page("requests")
	wantText(t, page, "the token ended 12s before", "Ada Reyes", refused.Token, "<code>"+refused.Answer+"</code>")
	wantText(t, d.page("requests?of="+refused.Token), `id="request-3"`)
	wantNoText(t, d.page("requests?of="+refused.Token), `id="request-4"`, `id="request-1"`)
	wantText(t, d.submit("inspector", "inspector", "value", str(cx, "accessToken")).want(http.StatusOK).body, refused.Token)
	d.v.exchange()
	wantNoText(t, d.page("sessions"), refused.Token)
}

func TestTheConsoleSaysAboutVerdictsWhatTheDocumentationSays(t *testing.T) {
	text, err := os.ReadFile("../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	page := newDeveloper(t, sandbox.Options{}).page("requests")
	_, part, _ := strings.Cut(string(text), "## Verdicts")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(part, -1)
	if len(rows) < 20 {
		t.Fatalf("%d verdicts are documented", len(rows))
	}
	for _, row := range rows {
		plain := func(s string) string { return strings.ReplaceAll(s, "`", "") }
		wantText(t, page, `<span class="verdict">`+row[1]+`</span></dt><dd>`+plain(row[2])+".<br>What helps: "+plain(row[3])+".")
	}
}

func TestRequestsAreFilteredAndPagedBackThroughAllThatIsKept(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	d.v.login()
	for n := range 250 {
		d.v.get(fmt.Sprint("/restapi/", n), "")
	}
	d.v.get(usersPath, "nonsense")
	d.v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi/Odd", nil))
	older := regexp.MustCompile(`id="older" href="/console/([^"]+)"`)
	numbers := func(page string) (out []string) {
		for _, m := range regexp.MustCompile(`<li id="request-(\d+)"`).FindAllStringSubmatch(page, -1) {
			out = append(out, m[1])
		}
		return out
	}
	walk := func(path string) (all []string) {
		for range 10 {
			page := d.page(path)
			all = append(all, numbers(page)...)
			m := older.FindStringSubmatch(page)
			if m == nil {
				return all
			}
			path = m[1]
		}
		t.Fatal("the pages never end")
		return nil
	}
	if all := walk("requests"); len(all) != 253 || all[0] != "253" || all[252] != "1" {
		t.Errorf("%d entries are found: %v", len(all), all)
	}
	for query, want := range map[string]string{
		"path=oauth": "1", "path=ODD": "253", "status=401": "252", "status=2xx": "1", "status=2": "1", "caller=ada": "1", "caller=nobody": "",
		"verdict=missing+User-Agent": "253", "verdicts=1": "253", "path=/restapi/17&status=404": "181 180 179 178 177 176 175 174 173 172 19",
		"verdict=nonsense": "", "status=x1": "", "status=cut": "", "before=2": "1", "before=nonsense&path=oauth": "1",
	} {
		if got := strings.Join(walk("requests?"+query), " "); got != want {
			t.Errorf("%s finds %q, not %q", query, got, want)
		}
	}
	if all := walk("requests?status=404"); len(all) != 251 {
		t.Errorf("%d entries were answered 404", len(all))
	}
}

// listen opens the live log and gives its lines.
func (d *developer) listen(base, query, last string) *bufio.Scanner {
	d.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/console/requests/stream"+query, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	u, _ := url.Parse(base)
	r.AddCookie(&http.Cookie{Name: "ringcx_console_" + u.Port(), Value: d.cookie["ringcx_console_"+u.Port()]})
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		stop()
		resp.Body.Close()
	})
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		d.t.Fatalf("content type %s", got)
	}
	return bufio.NewScanner(resp.Body)
}

func until(t *testing.T, s *bufio.Scanner, want string) {
	t.Helper()
	for s.Scan() {
		if strings.Contains(s.Text(), want) {
			return
		}
	}
	t.Fatalf("the stream ended without %s", want)
}

func TestRequestsArriveInTheLiveLogAsTheyHappen(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	web := httptest.NewServer(d.v)
	t.Cleanup(web.Close)
	d.host = strings.TrimPrefix(web.URL, "http://")
	d.page("requests")
	d.v.get("/restapi", "")
	live := d.listen(web.URL, "?after=1", "")
	until(t, live, "retry:")
	d.v.login()
	until(t, live, "id: 2")
	wantText(t, d.page("requests/rows?after=1"), "/restapi/oauth/token")
	wantNoText(t, d.page("requests/rows?after=2"), "<li")
	d.v.Reset()
	d.v.get("/restapi/v1.0", "")
	until(t, live, "id: 3")

	d.v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi", nil))
	until(t, live, "id: 4")
	until(t, d.listen(web.URL, "", "3"), "id: 4")
	wantText(t, d.page("requests/rows?after=3&verdicts=1"), "missing User-Agent")
	wantNoText(t, d.page("requests/rows?after=2&verdicts=1"), "request-3")
}

func TestTheLiveLogIsForWhoHasSeenItsPage(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.open("requests/stream").want(http.StatusSeeOther)
	d.page("requests")
	d.open("requests/stream?after=x").want(http.StatusBadRequest)
	d.open("requests/rows?after=x").want(http.StatusBadRequest)
}
