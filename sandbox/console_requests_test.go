package sandbox_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"

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
		`curl -sS "$RC_SERVER_URL"/restapi/oauth/token`, `-u "$RC_APP_CLIENT_ID:$RC_APP_CLIENT_SECRET"`,
		"--data-urlencode grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", `--data-urlencode assertion="$RC_USER_JWT"`,
		`--data-urlencode rcAccessToken="$RC_ACCESS_TOKEN"`, `-H "Authorization: Bearer $RINGCX_ACCESS_TOKEN"`,
		"page=2", "token in a URL", "-X DELETE", "/api/auth/logout/***", `'/restapi/it'\''s$(here)'`)
	wantNoText(t, page, demo.JWT, demo.ClientSecret, str(cx, "accessToken"), str(cx, "refreshToken"))
	only := d.page("requests?verdicts=1")
	wantText(t, only, "token in a URL")
	wantNoText(t, only, "rcAccessToken")
}

func TestALegacyTokenAndTheWrongSchemeAreWrittenDownToo(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	r := httptest.NewRequest(http.MethodGet, usersPath, nil)
	r.Header.Set("X-Auth-Token", "legacy-secret")
	d.v.send(r)
	r = httptest.NewRequest(http.MethodGet, usersPath, nil)
	r.Header.Set("Authorization", "Digest digest-secret")
	d.v.send(r)
	page := d.page("requests")
	wantText(t, page, `-H "X-Auth-Token: $X_AUTH_TOKEN"`)
	wantNoText(t, page, "legacy-secret", "digest-secret")
}

func TestACommandOfTheRequestsPageDoesWhatTheRequestDid(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("needs curl")
	}
	d := newDeveloper(t, sandbox.Options{})
	demo := d.v.Demo()
	web := httptest.NewServer(d.v)
	defer web.Close()
	d.v.login()
	_, rest, _ := strings.Cut(d.page("requests"), `id="curl-1" tabindex="0">`)
	command, _, _ := strings.Cut(rest, "</pre>")
	cmd := exec.Command(shell, "-c", command)
	cmd.Env = append(cmd.Environ(), "RC_SERVER_URL="+web.URL, "RC_APP_CLIENT_ID="+demo.ClientID,
		"RC_APP_CLIENT_SECRET="+demo.ClientSecret, "RC_USER_JWT="+demo.JWT)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"access_token"`) {
		t.Fatalf("%s: %v, %s", command, err, out)
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
	until(t, live, "/restapi/oauth/token")
	d.v.Reset()
	d.v.get("/restapi/v1.0", "")
	until(t, live, "id: 3")

	d.v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi", nil))
	flawed := d.listen(web.URL, "?verdicts=1", "")
	until(t, flawed, "id: 4")
	until(t, flawed, "missing User-Agent")
	until(t, d.listen(web.URL, "", "3"), "id: 4")
}

func TestTheLiveLogIsForWhoHasSeenItsPage(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.open("requests/stream").want(http.StatusSeeOther)
	d.page("requests")
	d.open("requests/stream?after=x").want(http.StatusBadRequest)
}
