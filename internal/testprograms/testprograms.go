// Package testprograms knows how the example programs are started. Only tests import it.
package testprograms

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/conform"
)

// Program is one of the examples.
type Program struct {
	Name   string   // of its directory
	Script string   // what its interpreter runs, "" for the ones that are compiled
	Probe  []string // prints the path of the interpreter, and fails if something that the example needs is missing
	Debian string   // the packages that bring what it needs
}

// Shell is the example for a shell.
var Shell = Program{
	Name: "curl", Script: "curl/ringcx.sh", Debian: "bash and curl", Probe: []string{"bash", "-c", "curl --version >&2 && echo $BASH"},
}

// ByHand are the examples that do by hand what package ringcx does for others.
var ByHand = []Program{
	Shell,
	{Name: "go"},
	{Name: "javascript", Script: "javascript/ringcx.mjs", Debian: "nodejs", Probe: []string{"node", "-p", "process.execPath"}},
	{Name: "php", Script: "php/ringcx.php", Debian: "php-cli and php-curl", Probe: []string{"php", "-r", "curl_version(); echo PHP_BINARY;"}},
	{Name: "python", Script: "python/ringcx.py", Debian: "python3", Probe: []string{"python3", "-c", "import sys; print(sys.executable)"}},
}

// Python is a probe for an interpreter that has a module: the first one of the path, or the system's, whose packages scripts/need.sh
// installs.
func Python(module string) []string {
	ask := " -c 'import sys, " + module + "; print(sys.executable)'"
	return []string{"sh", "-c", "python3" + ask + " 2>/dev/null || /usr/bin/python3" + ask}
}

// Build compiles packages of examples, given as go build takes them, into a new directory, which the caller removes.
func Build(examples string, packages ...string) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "ringcx-examples-*"); err != nil {
		return "", err
	}
	build := exec.Command("go", append([]string{"build", "-o", dir + string(filepath.Separator)}, packages...)...) //nolint:noctx,gosec // of the examples
	build.Dir = examples
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("build the Go examples: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return dir, nil
}

// Command is how the program is started; the examples are in one directory, and what of them is compiled in another. The test is
// skipped if this machine cannot.
func (p Program) Command(t testing.TB, examples, built string) []string {
	t.Helper()
	if p.Script == "" {
		return []string{filepath.Join(built, p.Name)}
	}
	out, err := exec.CommandContext(t.Context(), p.Probe[0], p.Probe[1:]...).Output() //nolint:gosec // written here
	if err != nil {
		reason := fmt.Sprintf("the %s example cannot run here (%v): install %s", p.Name, err, p.Debian)
		if os.Getenv("RINGCX_TEST_REQUIRE") == "1" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	return []string{strings.TrimSpace(string(out)), filepath.Join(examples, p.Script)}
}

// Survives runs every scenario of package conform with a program.
func Survives(t *testing.T, command []string) {
	t.Helper()
	results, err := conform.Run(t.Context(), &conform.Options{Command: command, Environ: os.Environ(), Jobs: 4, Timeout: 3 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Status != conform.Pass {
			t.Errorf("%s: %s %+v", r.Name, r.Status, r.Problems)
		}
	}
}
