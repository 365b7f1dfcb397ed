package main_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// into runs the command with a standard output of its own, and returns its exit code and what it says on stderr.
func into(t *testing.T, stdout *os.File, env []string, args ...string) (code int, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "ringcx", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), stdout, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), errs.String()
}

// allHelp are the command lines that ask for the help of every command.
func allHelp() (all [][]string) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		all = append(all, append([]string{"help"}, path...), append(path[:len(path):len(path)], "--help"), append(path[:len(path):len(path)], "-h"))
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	return all
}

// loggedIn is a sandbox, a home that is logged in there with the variables that lead to both, and where output goes that
// nobody reads.
func loggedIn(t *testing.T) (box *ringcxtest.Server, home string, env []string, null *os.File) {
	t.Helper()
	box = ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	home = t.TempDir()
	env = []string{
		"HOME=" + home, "XDG_CONFIG_HOME=" + home + "/c", "XDG_STATE_HOME=" + home + "/s", "RINGCX_STORE=", "RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	if code, errs := into(t, null, env, "login", "--jwt"); code != 0 {
		t.Fatal(errs)
	}
	return box, home, env, null
}

func TestNoCommandSucceedsThatCouldNotWriteItsOutput(t *testing.T) {
	t.Parallel()
	box, _, env, null := loggedIn(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = full.Close() })
	lines := append(allHelp(), []string{})
	for _, line := range []string{
		"help help", "help --help", "version", "version --json", "--version", "-V", "demo", "completion bash", "completion zsh", "completion fish",
		"completion powershell", "__complete accounts l", "status", "status --json", "token", "token --json", "token --claims", "whoami", "whoami --json",
		"accounts", "accounts list", "accounts list --json", "users list", "api /voice/api/v1/admin/users", "api getAgentGroupList -f accountId=46517001 --paginate",
		"api -i /voice/api/v1/admin/users", "api /voice/nothing", "profile list", "profile list --json", "doctor", "doctor --json", "conform --list",
		"conform --only fresh-start -- true", "conform --only fresh-start --json - -- true", "sandbox contract", "sandbox contract --json",
		"sandbox env --listen " + strings.TrimPrefix(box.URL, "http://"),
	} {
		lines = append(lines, strings.Fields(line))
	}
	for _, args := range lines {
		wrong, errs := into(t, null, env, args...)
		if wrong == 2 {
			t.Errorf("ringcx %q is no command: %s", args, errs)
		}
		code, errs := into(t, full, env, args...)
		if code != 1 || !strings.Contains(errs, "ringcx: ") || strings.Contains(errs, "goroutine") || wrong == 0 && !strings.Contains(errs, "no space left on device") {
			t.Errorf("ringcx %q: exit code %d, %q", args, code, errs)
		}
	}
}
