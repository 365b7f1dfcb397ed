package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// blockOf is the first block of README.md in a language (a pattern) that holds a text.
func blockOf(t *testing.T, language, text string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		if strings.Contains(m[1], text) {
			return m[1]
		}
	}
	t.Fatalf("README.md has no block of %q with %q", language, text)
	return ""
}

func TestTheGoCodeOfTheFirstScreenReachesTheSandbox(t *testing.T) {
	dir := t.TempDir()
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if err := os.Mkdir(program, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(repository, filepath.Join(dir, "ringcx")); err != nil {
		if runtime.GOOS != "windows" {
			t.Fatal(err)
		}
		t.Skip("this machine lets nobody make links: ", err)
	}
	code := "package main\n\nimport (\n\"fmt\"\n\"os\"\n\n\"github.com/ringcx-go/ringcx\"\n)\n\nfunc main() {\n" +
		blockOf(t, "go", "cfg.NewSession(") + "\nif err != nil { fmt.Println(err); os.Exit(1) }\nfmt.Println(resp.Status)\n}\n"
	for name, text := range map[string]string{"main.go": code, "go.mod": "module program\n\ngo 1.26\n\n" + blockOf(t, `go\.mod`, "replace ")} {
		if err := os.WriteFile(filepath.Join(program, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	box := ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	for _, args := range [][]string{{"mod", "tidy"}, {"run", "."}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = program
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GONOSUMDB=*", "GOWORK=off", "RC_SERVER_URL="+box.URL, "RINGCX_SERVER_URL="+box.URL,
			"RC_APP_CLIENT_ID="+demo.ClientID, "RC_APP_CLIENT_SECRET="+demo.ClientSecret, "RC_USER_JWT="+demo.JWT)
		out, err := cmd.CombinedOutput()
		if err != nil || args[0] == "run" && string(out) != "200 OK\n" {
			t.Fatalf("go %q: %v\n%s", args, err, out)
		}
	}
	if n := len(box.Paths()); n != 3 {
		t.Errorf("the sandbox got %q", box.Paths())
	}
}

func TestTheLinesOfTheFirstScreenWorkAndStopTheSandbox(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("RINGCX_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no bash: ", err)
	}
	block := blockOf(t, "sh", "ringcx sandbox &")
	if strings.Contains(block, "make ") || strings.Contains(block, "sudo") {
		t.Errorf("it changes more than it says:\n%s", block)
	}
	address, home := "127.0.0.1:"+testservers.FreePort(t), t.TempDir()
	// The command is built already, and the usual port is that of others on this machine.
	block = regexp.MustCompile(`(?m)^go .*\n`).ReplaceAllString(block, "")
	block = strings.NewReplacer("ringcx sandbox &", "ringcx sandbox --listen "+address+" &", "ringcx sandbox env", "ringcx sandbox env --listen "+address).Replace(block)
	cmd := exec.CommandContext(t.Context(), bash, "-ec", block+"\nwait\n")
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/c", "XDG_STATE_HOME="+home+"/s", "RINGCX_STORE=", "RINGCX_PROFILE=")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "RingCX Demo Sales") || !strings.Contains(string(out), "\neyJ") {
		t.Fatalf("%v\n%s\n%s", err, block, out)
	}
	if conn, err := net.Dial("tcp", address); err == nil { //nolint:noctx // at once
		_ = conn.Close()
		t.Error("the sandbox goes on")
	}
}
