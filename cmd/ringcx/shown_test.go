package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// shell runs a line in a shell whose curl tells its arguments, for an account of a sandbox, which stands for production.
func shell(t *testing.T, box *ringcxtest.Server, dir, line string) (output, arguments string) {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		if os.Getenv("RINGCX_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no curl: ", err)
	}
	told := filepath.Join(dir, "arguments")
	shim := "#!/bin/sh\nprintf '%s\\n' \"$@\" >>'" + told + "'\nexec '" + curl + "' -sS \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(shim), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	demo := box.Demo()
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", "umask 022\n"+strings.ReplaceAll(line, "https://ringcx.ringcentral.com", box.URL))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir+"/c", "XDG_STATE_HOME="+dir+"/s", "RINGCX_STORE=",
		"RC_SERVER_URL="+box.URL, "RINGCX_SERVER_URL="+box.URL, "RC_APP_CLIENT_ID="+demo.ClientID, "RC_APP_CLIENT_SECRET="+demo.ClientSecret, "RC_USER_JWT="+demo.JWT)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	text, err := os.ReadFile(told) //nolint:gosec // our own
	if err != nil {
		t.Fatalf("%s: curl was not called", line)
	}
	return string(out), string(text)
}

// tokens is what a token looks like: a JWT, or a permanent API token.
var tokens = regexp.MustCompile(`eyJ[\w-]+\.|[a-z]+\d+:[0-9a-f]{8}-`)

func TestTheLinesForCurlWorkAndKeepTokensOutOfArguments(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^.*ringcx token.*curl .*$`).FindString(string(readme))
	box, dir := ringcxtest.NewServer(t, nil), t.TempDir()
	if out, arguments := shell(t, box, dir, line); !strings.Contains(out, `"userName"`) || tokens.MatchString(arguments) {
		t.Errorf("%s\nprinted %s\nwith the arguments %s", line, out, arguments)
	}
	help, err := exec.CommandContext(t.Context(), "ringcx", "help", "apitoken", "create").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(help), "Examples:\n")
	shown, _, _ = strings.Cut(shown, "\n\n")
	shown = strings.Replace(shown, "--token-file token.txt", "--token-file token.txt --yes", 1) // nobody is asked here
	out, arguments := shell(t, box, t.TempDir(), shown)
	if !strings.Contains(out, "mainAccountId") || !strings.Contains(out, "Deleted the API token") || tokens.MatchString(arguments) || tokens.MatchString(out) {
		t.Errorf("%s\nprinted %s\nwith the arguments %s", shown, out, arguments)
	}
	if _, arguments := shell(t, box, dir, `curl -H "Authorization: Bearer $(ringcx token)" https://ringcx.ringcentral.com/voice/api/v1/admin/users`); !tokens.MatchString(arguments) {
		t.Errorf("a token among %s is not found", arguments)
	}
}
