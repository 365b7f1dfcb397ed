//go:build linux

package check_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// command is the file of the command, as images and packages have it: nothing of the system is linked.
var command string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "ringcx-check-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		command = filepath.Join(dir, "ringcx")
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", command, "./cmd/ringcx")
		build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		if out, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %s", err, out))
		}
		return m.Run()
	}())
}

// need ends the test if a program is missing: skipped, unless the machine has to have it.
func need(t *testing.T, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	switch {
	case err != nil && os.Getenv("RINGCX_TEST_REQUIRE") != "":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
}

// login is a file of variables for a login at a vendor, which is called by that host.
func login(t *testing.T, box *ringcxtest.Server, host string, more ...string) string {
	t.Helper()
	demo, at := box.Demo(), strings.Replace(box.URL, "127.0.0.1", host, 1)
	return strings.Join(append([]string{
		"RC_SERVER_URL=" + at, "RINGCX_SERVER_URL=" + at,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}, more...), "\n") + "\n"
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
