package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// box is the sandbox of the command, a process of its own.
type box struct {
	t         *testing.T
	url       string
	env       []string // what leads a program there
	variables map[string]string
}

func startBox(t *testing.T, ringcx string) *box {
	t.Helper()
	home := "HOME=" + t.TempDir()
	serve := exec.CommandContext(t.Context(), ringcx, "sandbox", "--listen", "127.0.0.1:0")
	serve.Env = []string{home}
	said, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	serve.Stderr = serve.Stdout
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Wait() }) // it ended with the context
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	_, rest, _ := strings.Cut(line, " on ")
	address, _, _ := strings.Cut(rest, ",")
	b := &box{t: t, url: address}
	ask := exec.CommandContext(t.Context(), ringcx, "sandbox", "env", "--format", "json", "--listen", strings.TrimPrefix(address, "http://"))
	ask.Env, ask.Stderr = []string{home}, os.Stderr
	out, err := ask.Output()
	if err != nil {
		t.Fatalf("the sandbox says %q: %v", line, err)
	}
	if err := json.Unmarshal(out, &b.variables); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(b.variables)) {
		b.env = append(b.env, name+"="+b.variables[name])
	}
	return b
}

// send sends a request and reads an object from the answer, if it is one.
func (b *box) send(want int, r *http.Request) map[string]any {
	b.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		b.t.Fatalf("%s %s: %s, not %d: %s, %v", r.Method, r.URL.Path, resp.Status, want, text, err)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object) // a list, or a text, is not asked for
	return object
}

func (b *box) request(method, path, body, kind string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return r
}

func (b *box) control(what, body string) map[string]any {
	b.t.Helper()
	return b.send(http.StatusOK, b.request(http.MethodPost, "/_sandbox/"+what, body, "application/json"))
}

// answered are the statuses of the requests for a path.
func (b *box) answered(path string) (all []int) {
	b.t.Helper()
	requests, _ := b.send(http.StatusOK, b.request(http.MethodGet, "/_sandbox/requests", "", ""))["requests"].([]any)
	for _, r := range requests {
		if r, _ := r.(map[string]any); str(r, "path") == path {
			status, _ := r["status"].(float64)
			all = append(all, int(status))
		}
	}
	return all
}

// clock moves the sandbox's clock to a time of one day in the past.
func (b *box) clock(at string) {
	b.t.Helper()
	to, err := time.Parse(time.DateTime, "2026-11-23 "+at)
	if err != nil {
		b.t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339, str(b.send(http.StatusOK, b.request(http.MethodGet, "/_sandbox/state", "", "")), "now"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.control("clock", `{"advance":"`+to.Sub(now).String()+`"}`)
}

// program calls the API as a user of its own, and renews its token by itself.
type program struct {
	*box
	jwt, access, next string
}

func (b *box) program(first, last string) *program {
	b.t.Helper()
	user := b.control("users", `{"firstName":"`+first+`","lastName":"`+last+`","role":"Super Admin","ringcx":true}`)
	id, _ := json.Marshal(user["userId"])
	return &program{box: b, jwt: str(b.control("credentials", `{"user":`+string(id)+`}`), "jwt")}
}

func (p *program) post(path string, form url.Values, basic bool) map[string]any {
	p.t.Helper()
	r := p.request(http.MethodPost, path, form.Encode(), "application/x-www-form-urlencoded")
	if basic {
		r.SetBasicAuth(p.variables["RC_APP_CLIENT_ID"], p.variables["RC_APP_CLIENT_SECRET"])
	}
	return p.send(http.StatusOK, r)
}

func (p *program) login() {
	p.t.Helper()
	rc := p.post(tokenPath, url.Values{"grant_type": {jwtGrant}, "assertion": {p.jwt}}, true)
	p.got(p.post(exchangePath+"?includeRefresh=true", url.Values{"rcAccessToken": {str(rc, "access_token")}, "rcTokenType": {"Bearer"}}, false))
}

func (p *program) refresh() {
	p.t.Helper()
	p.got(p.post(refreshPath, url.Values{"refresh_token": {p.next}}, false))
}

func (p *program) got(cx map[string]any) {
	p.access, p.next = str(cx, "accessToken"), str(cx, "refreshToken")
}

func (p *program) call(want int) {
	p.t.Helper()
	r := p.request(http.MethodGet, usersPath, "", "")
	r.Header.Set("Authorization", "Bearer "+p.access)
	p.send(want, r)
}
