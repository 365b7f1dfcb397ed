//go:build unix

package main_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// What the files of docs/containers.md start, as processes: there is no Docker where the tests run.
func TestTheCommandsOfTheContainersPageRun(t *testing.T) {
	dockerfile := blocks(t, "docs/containers.md", "dockerfile")[0]
	words := func(text, pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(text)
		var list []string
		if m == nil || json.Unmarshal([]byte(m[1]), &list) != nil {
			t.Fatalf("no list of words is at %s in %s", pattern, text)
		}
		return strings.Join(list, " ")
	}
	entry, sandbox := words(dockerfile, `(?m)^ENTRYPOINT (.*)$`), words(dockerfile, `(?m)^CMD (.*)$`)
	if !strings.Contains(sandbox, "--listen 0.0.0.0:8787 ") {
		t.Errorf("nobody outside reaches %s", sandbox)
	}
	box := entry + " " + strings.Replace(sandbox, " --listen 0.0.0.0:8787", "", 1) + " &\n"
	compose := blocks(t, "docs/containers.md", "yaml")
	tests := regexp.MustCompile(`(?m)^    command: (sh -c .*)$`).FindStringSubmatch(compose[0])
	if tests == nil || !strings.Contains(tests[1], "$$(ringcx sandbox env --listen sandbox:8787)") {
		t.Fatalf("no command: %s", compose[0])
	}
	mine := strings.Replace(strings.ReplaceAll(tests[1], "$$", "$"), " --listen sandbox:8787", "", 1)
	if out := runPiece(t, box+mine); !strings.Contains(out, "RingCX Demo Sales") {
		t.Errorf("the tests print %s", out)
	}
	health := strings.TrimPrefix(words(compose[0], `(?m)^      test: (.*)$`), "CMD ")
	if out := runPiece(t, box+health); !strings.Contains(out, "export RC_SERVER_URL=") {
		t.Errorf("the look at the health prints %s", out)
	}
	if out, err := tryPiece(t, "ringcx sandbox env --listen 127.0.0.1:1"); err == nil {
		t.Errorf("a sandbox that is not there is healthy: %s", out)
	}
	if out := runPiece(t, entry+" "+words(compose[1], `(?m)^    command: (.*)$`)); !strings.Contains(out, "ada.reyes@example.com") {
		t.Errorf("the report prints %s", out)
	}
	var devcontainer struct{ PostStartCommand string }
	if err := json.Unmarshal([]byte(blocks(t, "docs/containers.md", "json")[0]), &devcontainer); err != nil {
		t.Fatal(err)
	}
	start := strings.ReplaceAll(devcontainer.PostStartCommand, "/tmp/", "./")
	if out := runPiece(t, start+"\neval \"$(ringcx sandbox env)\"\nringcx accounts list\ntest -s ringcx-box.db"); !strings.Contains(out, "RingCX Demo Sales") {
		t.Errorf("the container of the developer prints %s", out)
	}
}

func TestTheLineForCronRuns(t *testing.T) {
	line := strings.TrimSpace(blocks(t, "docs/php.md", "crontab")[0])
	m := regexp.MustCompile(`^(?:\S+ ){5}(.*)$`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("no line of a crontab: %s", line)
	}
	runPiece(t, strings.NewReplacer("/home/ada/", "$HOME/", "/usr/local/bin/ringcx", "ringcx").Replace(m[1])+"\ngrep -q ada.reyes users.json\ntest -d .ringcx-cron/store")
}
