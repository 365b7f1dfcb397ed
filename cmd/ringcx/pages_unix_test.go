//go:build unix

package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// What the pages say in place of something of the reader's, and what stands for it here.
var stands = strings.NewReplacer(
	"https://ringcx.ringcentral.com/", "$RINGCX_SERVER_URL/",
	"/run/secrets/", "$PWD/secrets/",
	"RC_APP_CLIENT_ID=…", "RC_APP_CLIENT_ID=$DEMO_ID", "RC_APP_CLIENT_SECRET=…", "RC_APP_CLIENT_SECRET=$DEMO_SECRET", "RC_USER_JWT=…", "RC_USER_JWT=$DEMO_JWT",
	"ringcx conform --j", "ringcx conform --only fresh-start --j", "ringcx conform -- ", "ringcx conform --only fresh-start,second-run -- ",
	"ringcx demo", "ringcx help", // it has a test of its own, and takes a while
)

var (
	// builds are lines that build the command, which the tests have built.
	builds = regexp.MustCompile(`(?m)^.*\b(?:go install|git clone|make build)\b.*\n?`)
	starts = regexp.MustCompile(`^(.*)\b(ringcx sandbox)((?: --.*?)?)( >\S+ 2>&1)?( &)?(\s*#.*)?$`)
	asks   = regexp.MustCompile(`ringcx sandbox env`)
)

// port is one of this machine that nobody uses.
func port(t *testing.T) string {
	t.Helper()
	return "127.0.0.1:" + testservers.FreePort(t)
}

// prepared is a block of a page as it can be run here: each sandbox has a port of its own, runs in the background, and is asked there.
// What asks for one that the block did not start asks the one at place.
func prepared(t *testing.T, block, place string) string {
	t.Helper()
	block = strings.NewReplacer("go run ./cmd/ringcx-demo", "ringcx demo", "go run ./cmd/ringcx", "ringcx").Replace(block)
	var lines []string
	for _, line := range strings.Split(stands.Replace(builds.ReplaceAllString(block, "")), "\n") {
		m := starts.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[3], "--listen") || asks.MatchString(line) {
			lines = append(lines, asks.ReplaceAllString(line, "ringcx sandbox env --listen "+place))
			continue
		}
		place = port(t)
		// A slow machine needs more than the five seconds that are waited for one that is starting.
		up := "for n in 1 2 3 4 5 6; do ringcx sandbox env --listen " + place + " && break; done >started.env"
		lines = append(lines, m[1]+m[2]+" --listen "+place+m[3]+m[4]+" &", up)
	}
	return strings.Join(lines, "\n")
}

// readers is a directory with what a reader of the pages has, and the environment of somebody who works with the sandbox.
func readers(t *testing.T, box *ringcxtest.Server) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	demo := box.Demo()
	account := fmt.Sprintf("RC_APP_CLIENT_ID=%s\nRC_APP_CLIENT_SECRET=%s\nRC_USER_JWT=%s\nRC_SERVER_URL=%s\nRINGCX_SERVER_URL=%s\n",
		demo.ClientID, demo.ClientSecret, demo.JWT, box.URL, box.URL)
	program := "#!/bin/sh\nexec python3 '" + repository + "/examples/python/ringcx.py'\n"
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"myprogram": program, "my-tests": "#!/bin/sh\nringcx accounts list\n", "secrets/jwt": demo.JWT, "secrets/ringcx.env": account,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil { //nolint:gosec // programs
			t.Fatal(err)
		}
	}
	for name, at := range map[string]string{
		"examples": "examples", "myprogram.py": "examples/python/ringcx.py", "report.mjs": "examples/javascript/ringcx.mjs", ".ringcx": "",
	} {
		if err := os.Symlink(filepath.Join(repository, at), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "PYTHONDONTWRITEBYTECODE=1", "CI_JOB_ID=7", "HTTPS_PROXY=http://127.0.0.1:1", // nothing reaches production from here
		"RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL, "DEMO_ID=" + demo.ClientID, "DEMO_SECRET=" + demo.ClientSecret, "DEMO_JWT=" + demo.JWT,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
}

// runPiece runs lines of a page in a shell that stops at the first that fails.
func runPiece(t *testing.T, piece string) string {
	t.Helper()
	out, err := tryPiece(t, piece)
	if err != nil {
		t.Errorf("%s\n%v: %s", piece, err, out)
	}
	return out
}

// tryPiece runs such lines, and ends what they left in the background.
func tryPiece(t *testing.T, piece string) (string, error) {
	t.Helper()
	for _, needs := range []string{"bash", "curl", "python3", "node", "php"} {
		if _, err := exec.LookPath(needs); err != nil && strings.Contains(piece+" bash", needs) {
			lacks(t, err.Error())
		}
	}
	box := ringcxtest.NewServer(t, nil)
	dir, env := readers(t, box)
	if strings.Contains(piece, "--namespace") { // it has a port of its own where the sandbox is a program
		piece = "ringcx sandbox &\n" + piece
	}
	script := prepared(t, piece, strings.TrimPrefix(box.URL, "http://"))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-ec", "trap 'kill $(jobs -p) 2>/dev/null || :; wait || :' EXIT\n"+script)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestALineOfAPageThatFailsIsFound(t *testing.T) {
	for piece, fails := range map[string]bool{
		"ringcx tokens\ntrue": true, "ringcx sandbox env --prot 1\n": true, "false &&\ntrue": true, "ringcx sandbox\nringcx token | grep -q eyJ": false,
	} {
		if out, err := tryPiece(t, piece); (err != nil) != fails {
			t.Errorf("%s: %v: %s", piece, err, out)
		}
	}
}

var shellBlock = regexp.MustCompile("(?m)((?:^.*\n)?)^```(?:sh|bash|console)\n((?s:.*?))^```$")

var notRun = regexp.MustCompile(`^<!-- not run: \S.{8,} -->\n$`)

func TestTheShellLinesOfThePagesRun(t *testing.T) {
	pages := []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "AGENTS.md", "examples/README.md"}
	more, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(more) < 10 {
		t.Fatal(err, more)
	}
	for _, p := range more {
		pages = append(pages, "docs/"+filepath.Base(p))
	}
	ran := 0
	for _, page := range pages {
		text, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			if notRun.MatchString(m[1]) {
				continue
			}
			ran++
			t.Run(fmt.Sprintf("%s/%d", page, i), func(t *testing.T) {
				t.Parallel()
				runPiece(t, m[2])
			})
		}
	}
	if ran < 15 {
		t.Errorf("only %d blocks were run", ran)
	}
}

func TestABlockThatIsNotRunSaysWhy(t *testing.T) {
	for text, want := range map[string]int{
		"text\n```sh\ntrue\n```\n": 1, "```sh\ntrue\n```\n": 1, "<!-- not run: -->\n```sh\ntrue\n```\n": 1,
		"<!-- not run: it changes the system -->\n```sh\ntrue\n```\n": 0, "<!-- not run: it changes the system -->\n\n```sh\ntrue\n```\n": 1,
	} {
		ran := 0
		for _, m := range shellBlock.FindAllStringSubmatch(text, -1) {
			if !notRun.MatchString(m[1]) {
				ran++
			}
		}
		if ran != want {
			t.Errorf("of %q %d are run, want %d", text, ran, want)
		}
	}
}

// step is a line of a workflow, and a command of it.
var step = regexp.MustCompile(`(?m)^\s+- (?:run: )?((?:ringcx|eval|\./|\(?cd |git ).*)$`)

func TestTheWorkflowsOfTheCIPageRun(t *testing.T) {
	for i, workflow := range blocks(t, "docs/ci.md", "yaml") {
		var lines []string
		for _, m := range step.FindAllStringSubmatch(workflow, -1) {
			lines = append(lines, m[1])
		}
		prints := "RingCX Demo Sales"
		switch {
		case strings.Contains(workflow, "ringcx sandbox >"):
			lines = append(lines, "grep -q '<testsuite ' conform.xml", "test -s sandbox.log")
		case strings.Contains(workflow, "schedule:"):
			lines = append(lines, "cat users.json")
			prints = "ada.reyes@example.com"
		default:
			continue // it differs in where the sandbox is, which the scripts on containers try
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if out := runPiece(t, strings.Join(lines, "\n")); !strings.Contains(out, prints) {
				t.Errorf("of %q came %s", lines, out)
			}
		})
	}
}

func TestTheUnitsOfTheOperatorsPageAreUnderstood(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd here: ", err)
	}
	dir := t.TempDir()
	var names []string
	for _, unit := range blocks(t, "docs/operators.md", "ini") {
		name := regexp.MustCompile(`^# /etc/systemd/system/(\S+)\n`).FindStringSubmatch(unit)
		if name == nil {
			t.Fatalf("no unit: %s", unit)
		}
		names = append(names, filepath.Join(dir, name[1]))
		if err := os.WriteFile(names[len(names)-1], []byte(strings.ReplaceAll(unit, "/usr/local/bin/ringcx", "/bin/true")), 0o600); err != nil {
			t.Fatal(err)
		}
		// What systemd starts is understood by the command.
		for _, m := range regexp.MustCompile(`(?m)^ExecStart=\S+ (.*)$`).FindAllStringSubmatch(unit, -1) {
			line := strings.NewReplacer("${CREDENTIALS_DIRECTORY}", "secrets", "/var/lib/ringcx/", "").Replace(m[1])
			runPiece(t, "ringcx "+line+"\ngrep -q ada.reyes users.json")
		}
	}
	if out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify"}, names...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	broken := filepath.Join(dir, "broken.service")
	if err := os.WriteFile(broken, []byte("[Service]\nExecStart=/bin/true\nNoNewPrivilege=yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _ := exec.CommandContext(t.Context(), "systemd-analyze", "verify", broken).CombinedOutput(); !slices.Contains(strings.Fields(string(out)), "Unknown") {
		t.Errorf("a unit that is broken is none: %s", out)
	}
}
