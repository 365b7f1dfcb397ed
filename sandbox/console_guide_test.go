package sandbox_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// take makes a step of the guide and gives the page after it.
func (d *developer) take(step string) string {
	d.t.Helper()
	target := d.submit("guide", "guide", "step", step).want(http.StatusSeeOther).header.Get("Location")
	if !strings.HasPrefix(target, "/console/guide") {
		d.t.Fatalf("the step leads to %s", target)
	}
	return d.page("guide")
}

func TestTheGuideWalksThroughTheLifeOfAToken(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	demo := d.v.Demo()
	wantText(t, d.page("guide"), `aria-current="step"`, demo.ClientSecret, demo.JWT)
	for i, want := range []string{`"access_token"`, `"refreshToken"`, "RingCX Demo Sales", "Jwt is expired", `"accessToken"`, "RingCX Demo Sales"} {
		page := d.take(fmt.Sprint(i + 1))
		wantText(t, page, want, "User-Agent: ringcx-console/1.0", fmt.Sprintf(`id="step-%d"`, i+1))
		if n := strings.Count(page, ">done<"); n != i+1 {
			t.Fatalf("after step %d, %d are done", i+1, n)
		}
	}
	var statuses []int
	for _, r := range d.v.Requests() {
		statuses = append(statuses, r.Status)
		if len(r.Verdicts) > 0 {
			t.Errorf("%s got %q", r.Path, r.Verdicts)
		}
	}
	if got := fmt.Sprint(statuses); got != "[200 200 200 401 200 200]" {
		t.Errorf("the requests were answered %s", got)
	}
	wantNoText(t, d.take("7"), `id="next"`)
	wantText(t, d.take("restart"), `id="next" name="step" value="1"`)
	wantText(t, d.take("4"), `id="next" name="step" value="1"`) // not the next step
	d.take("1")
	d.v.Reset()
	wantText(t, d.page("guide"), `id="next" name="step" value="1"`)
}

func TestAStepOfTheGuideThatFailsCanBeTriedAgain(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for fault, want := range map[string]string{
		"status": "503", "drop-answer": "The connection was cut.", "reset": "The connection was cut.", "retry-after": "The limit was reached", "html": "Please wait",
	} {
		d.v.control("faults", `{"path":"/restapi/oauth/token","kind":"`+fault+`","status":`+map[bool]string{true: "203", false: "0"}[fault == "html"]+`}`)
		wantText(t, d.take("1"), want, "Try again", "That was not the answer")
	}
	d.v.Advance(120e9)
	wantNoText(t, d.take("1"), "Try again")
}

var (
	snippetOf = regexp.MustCompile(`(?s)<pre id="snippet-(\d)-(\d)" tabindex="0">(.*?)</pre>`)
	programs  = []struct {
		file    string
		command []string
	}{
		{"try.sh", []string{"sh"}},
		{"main.go", []string{"go", "run"}},
		{"try.mjs", []string{"node"}},
		{"try.py", []string{"python3"}},
		{"try.php", []string{"php"}},
	}
)

func TestTheSnippetsOfTheGuideDoWhatTheStepDoes(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	web := httptest.NewServer(d.v)
	defer web.Close()
	d.host = strings.TrimPrefix(web.URL, "http://")
	d.take("1")
	d.take("2")
	page := d.open("guide").want(http.StatusOK).body // with the snippets of three steps
	dir := t.TempDir()
	ran := 0
	all := snippetOf.FindAllStringSubmatch(page, -1)
	for _, m := range slices.Backward(all) { // more logins end the session that the later steps live on
		p := programs[m[2][0]-'0']
		if _, err := exec.LookPath(p.command[0]); err != nil {
			if os.Getenv("RINGCX_TEST_REQUIRE") == "1" {
				t.Errorf("there is no %s here", p.command[0])
			}
			continue
		}
		file := filepath.Join(dir, p.file)
		if err := os.WriteFile(file, []byte(html.UnescapeString(m[3])), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(p.command[0], append(p.command[1:], file)...)
		out, err := cmd.CombinedOutput()
		want := map[string]string{"1": `"access_token"`, "2": `"accessToken"`, "3": "RingCX Demo Sales"}[m[1]]
		if err != nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), "200") {
			t.Errorf("%s of step %s: %v: %s\n%s", p.file, m[1], err, out, html.UnescapeString(m[3]))
		}
		ran++
	}
	if ran == 0 {
		t.Skip("none of the languages is on this machine")
	}
	for _, r := range d.v.Requests() {
		if len(r.Verdicts) > 0 {
			t.Errorf("%s %s got %q", r.Method, r.Path, r.Verdicts)
		}
	}
}
