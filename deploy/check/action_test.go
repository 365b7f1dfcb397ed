//go:build linux

package check_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// action is what a composite action of GitHub may have; any other field is an error.
type action struct {
	Name, Description, Author string
	Branding                  struct{ Icon, Color string }
	Inputs                    map[string]struct {
		Description, Default string
		Required             bool
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []struct {
			Name, ID, If, Shell, Run, Uses string
			Env                            map[string]string
		}
	}
}

func readAction(t *testing.T, path string) *action {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	a := new(action)
	if err := yaml.UnmarshalStrict(text, a); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return a
}

// flaws are what an action may not have: steps without a shell, foreign code that is not pinned, and texts of a workflow in a script.
func (a *action) flaws() (found []string) {
	if a.Runs.Using != "composite" || a.Name == "" || a.Description == "" {
		found = append(found, "it is not a composite action with name and description")
	}
	for name, in := range a.Inputs {
		if in.Description == "" {
			found = append(found, "nothing says what "+name+" is")
		}
	}
	for _, s := range a.Runs.Steps {
		switch {
		case s.Uses != "" && !regexp.MustCompile(`@[0-9a-f]{40}$`).MatchString(s.Uses):
			found = append(found, s.Uses+" is not pinned")
		case s.Uses == "" && s.Shell == "":
			found = append(found, s.Name+" has no shell")
		}
		if strings.Contains(s.Run, "${{") {
			found = append(found, "an expression is in the script of "+s.Name)
		}
		for name, value := range s.Env {
			if m := expression.FindStringSubmatch(value); m == nil {
				found = append(found, name+" is no input")
			} else if _, ok := a.Inputs[m[1]]; !ok {
				found = append(found, "there is no input "+m[1])
			}
		}
	}
	return found
}

var expression = regexp.MustCompile(`^\$\{\{ inputs\.([\w-]+) \}\}$`)

func TestTheActionsHaveNoFlaw(t *testing.T) {
	for _, path := range []string{"action.yml", "action/verdicts/action.yml"} {
		for _, f := range readAction(t, path).flaws() {
			t.Errorf("%s: %s", path, f)
		}
	}
}

func TestAFlawOfAnActionIsFound(t *testing.T) {
	const head, sound = "name: n\ndescription: d\nruns:\n  using: composite\n  steps:\n", "name: n\ndescription: d\nruns: {using: composite}\n"
	for text, want := range map[string]string{
		sound: "", sound + "permissions: {}\n": "unknown field", "name: n\nruns: {using: node20}\n": "not a composite",
		sound + "inputs: {a: {default: b}}\n":                                          "nothing says what a is",
		head + "  - {name: s, run: x}\n":                                               "no shell",
		head + "  - {uses: actions/setup-go@v6}\n":                                     "not pinned",
		head + "  - {name: s, shell: bash, run: 'echo ${{ inputs.a }}'}\n":             "an expression",
		head + "  - {name: s, shell: bash, run: x, env: {A: '${{ inputs.a }}'}}\n":     "no input a",
		head + "  - {name: s, shell: bash, run: x, env: {A: '${{ github.token }}'}}\n": "is no input",
		head + "  - {name: s, shell: bash, run: x, with: {A: b}}\n":                    "unknown field",
	} {
		a, got := new(action), ""
		if err := yaml.UnmarshalStrict([]byte(text), a); err != nil {
			got = err.Error()
		} else {
			got = strings.Join(a.flaws(), "; ")
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

// withGo lets a job use what Go has built here before.
func (j *job) withGo() {
	j.t.Helper()
	out, err := exec.CommandContext(j.t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	values := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(values) != 3 {
		j.t.Fatal(err, values)
	}
	j.env["GOCACHE"], j.env["GOMODCACHE"], j.env["GOPROXY"] = values[0], values[1], values[2]
}

// builtWith is a setting that a program was built with, as it says itself.
func builtWith(t *testing.T, program, setting string) string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == setting {
			return s.Value
		}
	}
	return ""
}

const (
	install = "Install ringcx"
	verdict = "action/verdicts/action.yml"
)

func TestAJobHasCommandAndSandboxAndItsVerdictsAtTheEnd(t *testing.T) {
	j := newJob(t)
	j.withGo()
	write(t, filepath.Join(j.dir, ".config/go/env"), "GOFLAGS=-tags=mine\n", 0o600) // as 'go env -w' does
	if err := j.uses("action.yml", map[string]string{"port": "0"}); err != nil {
		t.Fatal(err)
	}
	if tags := builtWith(t, filepath.Join(j.env["RUNNER_TEMP"], "ringcx/bin/ringcx"), "-tags"); tags != "" {
		t.Errorf("the settings of the runner's Go are in the command: %s", tags)
	}
	if !strings.HasPrefix(j.path, j.env["RUNNER_TEMP"]) || !strings.HasPrefix(j.out["url"], "http://127.0.0.1:") || j.env["RC_SERVER_URL"] != j.out["url"] {
		t.Errorf("PATH=%s, outputs %q, RC_SERVER_URL=%s", j.path, j.out, j.env["RC_SERVER_URL"])
	}
	if text := j.read(j.out["log"]); !strings.Contains(text, "RingCX sandbox on "+j.out["url"]) {
		t.Errorf("the sandbox's log is %q", text)
	}
	for _, name := range []string{"RC_APP_CLIENT_SECRET", "RC_USER_JWT"} {
		if !slices.Contains(j.mask, j.env[name]) {
			t.Errorf("%s is not masked", name)
		}
		j.keeps(j.env[name])
	}
	if err := j.step("ringcx accounts list", nil); err != nil || !strings.Contains(j.log, "RingCX Demo Sales") {
		t.Errorf("%v: %s", err, j.log)
	}
	if err := j.uses(verdict, map[string]string{"fail": "true"}); err != nil || j.out["count"] != "0" {
		t.Errorf("a job without a verdict: %v, %q", err, j.out)
	}
	if err := j.step(`curl -s -o out "$RINGCX_SERVER_URL/voice/api/v1/admin/users?access_token=x"`, nil); err != nil {
		t.Fatal(err)
	}
	if err := j.uses(verdict, nil); err != nil || j.out["count"] != "1" {
		t.Errorf("a verdict fails who has not asked for that, or is not counted: %v, %q", err, j.out)
	}
	j.tells("1 x token in a URL, first T: GET /voice/api/v1/admin/users 401")
	if err := j.uses(verdict, map[string]string{"fail": "true"}); err == nil || !strings.Contains(err.Error(), "1 requests got a verdict") {
		t.Errorf("a verdict does not fail the job: %v", err)
	}
}

// tells fails the test unless the last action has told these lines and no other verdicts, in its output and in the summary of the job.
func (j *job) tells(lines ...string) {
	j.t.Helper()
	var found []string
	for _, m := range regexp.MustCompile(`(?m)^ *([0-9]+ x .*, first )[0-9T:.-]+Z(.*)$`).FindAllStringSubmatch(j.log, -1) {
		found = append(found, m[1]+"T"+m[2])
	}
	if want := slices.Concat(lines, lines); !slices.Equal(found, want) {
		j.t.Errorf("told are %q, not %q: %s", found, want, j.log)
	}
}

// onSandbox is a job that has started a sandbox with the script of the action.
func onSandbox(t *testing.T) *job {
	t.Helper()
	j := newJob(t)
	if err := j.uses("action.yml", map[string]string{"port": "0"}, install); err != nil {
		t.Fatal(err)
	}
	return j
}

const misuse = `curl -s -o out "$RINGCX_SERVER_URL/voice/api/v1/admin/users?access_token=x"`

func TestAVerdictFailsAJobWhoseTestsHaveResetTheSandbox(t *testing.T) {
	for _, objection := range []string{"", misuse + "\n"} {
		j := onSandbox(t)
		script := objection + `
			curl -fsS -o out -d '' "$RC_SERVER_URL/_sandbox/reset"
			curl -fsS "$RC_SERVER_URL/_sandbox/requests?verdicts=1" | grep -q '"requests":\[\]'`
		if err := j.step(script, nil); err != nil {
			t.Fatal(err)
		}
		if err := j.uses(verdict, map[string]string{"fail": "true"}); (err != nil) != (objection != "") {
			t.Errorf("after %q: %v", objection, err)
		}
		if objection != "" {
			j.tells("1 x token in a URL, first T: GET /voice/api/v1/admin/users 401")
		}
	}
}

func TestAVerdictFailsAJobThatSentMoreRequestsThanTheLogHolds(t *testing.T) {
	for _, objection := range []string{"", misuse + "\n"} {
		j := onSandbox(t)
		script := objection + `
			curl -fsS "$RC_SERVER_URL/restapi?n=[1-10000]" -o out
			curl -fsS "$RC_SERVER_URL/_sandbox/requests?verdicts=1" | grep -q '"requests":\[\]'`
		if err := j.step(script, nil); err != nil {
			t.Fatal(err)
		}
		if err := j.uses(verdict, map[string]string{"fail": "true"}); (err != nil) != (objection != "") {
			t.Errorf("after %q: %v", objection, err)
		}
	}
}

func TestVerdictsOfAJobAreTogetherWithThoseOfNamespaces(t *testing.T) {
	j := onSandbox(t)
	script := misuse + `
		curl -s -o out "$RC_SERVER_URL/_ns/nightly/restapi/oauth/token" -d client_secret=x
		` + misuse
	if err := j.step(script, nil); err != nil {
		t.Fatal(err)
	}
	if err := j.uses(verdict, nil); err != nil || j.out["count"] != "3" {
		t.Errorf("%v, %q", err, j.out)
	}
	j.tells("2 x token in a URL, first T: GET /voice/api/v1/admin/users 401",
		"1 x secret in the body, first T in namespace nightly: POST /restapi/oauth/token 400")
}
