package cli_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// programFor finds a program that a test needs. One that scripts/need.sh installs is required where all are.
func programFor(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("RINGCX_TEST_REQUIRE") != "":
		t.Fatal(err)
	}
	t.Skip("it is not installed: ", err)
	return ""
}

func TestAFailureStopsTheShellThatWasMeant(t *testing.T) {
	const thrown = "throw 'no variables of a sandbox'\n"
	for line, want := range map[string]string{
		"": "false\n", "--format sh": "false\n", "--format=fish": "false\n", "--format powershell": thrown, "--format=pwsh": thrown, "--format powershel": thrown,
		"--format dotenv": "", "--format json": "", "--format=github": "", "--format jsn": "", "--format": "false\n", "--format=": "false\n", "--format tcsh": "false\n",
		"--format json --format sh": "false\n",
	} {
		if got := cli.Stop(strings.Fields("sandbox env " + line)...); got != want {
			t.Errorf("%q: %q", line, got)
		}
	}
	for _, shell := range []string{"sh", "bash"} {
		out, err := exec.CommandContext(t.Context(), programFor(t, shell), "-c", `eval "`+cli.Stop()+`" && echo went on`).CombinedOutput()
		if err == nil || len(out) > 0 {
			t.Errorf("%s: %v, %s", shell, err, out)
		}
	}
}

func TestFishStopsAfterAFailure(t *testing.T) {
	fish := programFor(t, "fish")
	for stop, want := range map[string]string{cli.Stop("--format", "fish"): "", "set -gx A 1\n": "went on\n"} {
		cmd := exec.CommandContext(t.Context(), fish, "-c", "printf %s '"+stop+"' | source; and echo went on")
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		if out, _ := cmd.CombinedOutput(); string(out) != want {
			t.Errorf("%q: %q", stop, out)
		}
	}
}
