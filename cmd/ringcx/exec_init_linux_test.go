package main_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asFirst is a command as the first process of a PID namespace of its own, as in a container, with files that it inherits.
func asFirst(t *testing.T, files []*os.File, args ...string) *exec.Cmd {
	t.Helper()
	namespace := []string{"-pf", "--mount-proc", "--kill-child"}
	if os.Geteuid() != 0 {
		namespace = append(namespace, "-Ur")
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", append(namespace, "true")...).CombinedOutput(); err != nil { //nolint:gosec // of a test
		lacks(t, "no PID namespace: "+err.Error()+" "+string(out))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "unshare", append(namespace, args...)...) //nolint:gosec // of a test
	cmd.Env, cmd.ExtraFiles, cmd.WaitDelay = user(t), files, time.Second      // what hangs in the namespace may hold the output
	return cmd
}

// waitsForAll is a program that waits until it has no child.
const waitsForAll = "import os\nwhile True:\n  try: os.wait()\n  except ChildProcessError: break\nprint('none')"

func TestInAContainerABrokerIsNoChildOfItsProgramEither(t *testing.T) {
	needCurl(t)
	if _, err := exec.LookPath("python3"); err != nil {
		lacks(t, err.Error())
	}
	if out, err := asFirst(t, nil, "ringcx", "exec", "--", "python3", "-c", waitsForAll).CombinedOutput(); err != nil || string(out) != "none\n" {
		t.Errorf("as the first process: %v: %s", err, out)
	}
	// One that has asked for all that is below it has what it had before, and not the broker.
	const reaper = `import ctypes, os, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
os.execvp("ringcx", ["ringcx", "exec", "--", "python3", "-c", """` + waitsForAll + `
import ctypes
asked = ctypes.c_int()
ctypes.CDLL(None).prctl(37, ctypes.byref(asked), 0, 0, 0)
print(asked.value)"""])`
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "python3", "-c", reaper)
	cmd.Env = user(t)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "none\n1\n" {
		t.Errorf("one that reaps: %v: %s", err, out)
	}
}

func TestAFirstProcessPassesOnWhatItsProgramWouldGet(t *testing.T) {
	needCurl(t)
	for script, want := range map[string]string{
		ask + "exit 7":              "status 200\n7",
		"kill -TERM $$":             "143",
		"true":                      "0",
		"kill -KILL $$":             "137",
		"read line; echo \"$line\"": "word\n0",
		// Each signal comes once, the first process has no zombie of what others left, and the program leads its group.
		`n=0; trap 'n=$((n+1))' TERM USR1; (true & exec sleep 1); kill -TERM 1; while [ $n -lt 1 ]; do sleep 0.1; done
		kill -USR1 1; while [ $n -lt 2 ]; do sleep 0.1; done; while grep -q "^State:.*zombie" /proc/[0-9]*/status; do :; done; echo "$n signals"
		read -r _ _ _ _ group _ </proc/$$/stat; [ $group = $$ ] && echo leads`: "2 signals\nleads\n0",
	} {
		cmd := asFirst(t, nil, "setsid", "ringcx", "exec", "--", "sh", "-c", script)
		cmd.Stdin = strings.NewReader("word\n")
		out, err := cmd.CombinedOutput()
		code := cmd.ProcessState.String()
		if err == nil {
			code = "exit status 0"
		}
		if got := string(out) + strings.TrimPrefix(code, "exit status "); got != want {
			t.Errorf("%s\n%q, want %q", script, got, want)
		}
	}
	if err := asFirst(t, nil, "ringcx", "exec", "--", os.TempDir()).Run(); err == nil || err.Error() != "exit status 126" {
		t.Errorf("what cannot be run: %v", err)
	}
}

func TestAnIgnoredInterruptStaysSoInAContainer(t *testing.T) {
	for before, want := range map[string]string{"trap '' INT; exec ": "2", "exec ": "0"} {
		const ask = `ringcx exec -- sh -c 'echo $((0x$(grep SigIgn /proc/self/status | cut -f 2) & 2))'`
		cmd := asFirst(t, nil, "env", "--default-signal=INT", "sh", "-c", before+ask)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != want+"\n" {
			t.Errorf("%s: %v: %s, want %s", before, err, out, want)
		}
	}
}

func TestAFirstProcessHoldsNothingOfItsProgram(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(r.Close(), w.Close()) }()
	const held = `held() { for f in /proc/1/fd/*; do [ "$(readlink "$f")" = "$mine" ] && return; done; return 1; }
		mine=$(readlink /proc/$$/fd/3); while held; do sleep 0.1; done
		mine=$(readlink /proc/$$/fd/1); while held; do sleep 0.1; done; echo let go`
	if out, err := asFirst(t, []*os.File{w}, "ringcx", "exec", "--", "sh", "-c", held).Output(); err != nil || string(out) != "let go\n" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestCtrlCReachesTheProgramOfAContainerOnceAndCtrlZDoesNotStopItForEver(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes a PID namespace with its own terminal")
	}
	const script = `n=0; trap 'n=$((n+1))' INT; test -t 0 && echo up
		while [ $n -lt 1 ]; do sleep 0.1; done; echo "$n after one"; read line; echo "read: $line"; echo "$n at the end"; exit 5`
	// One that shares its group with processes outside, as in a script with unshare, goes on after Ctrl-C as well.
	shared := programAtTerminal(t, user(t), "sh", "-c", `trap '' INT; unshare -pf env --default-signal=INT ringcx exec -- sh -c "$1"; exit $?`, "sh", script)
	shared.reads("up")
	shared.types("\x03")
	shared.reads("1 after one")
	shared.types("word\n")
	if screen := shared.ends(5); !strings.Contains(screen, "1 at the end") {
		t.Errorf("%s", screen)
	}
	c := seated(t, syscall.CLONE_NEWPID, user(t), "ringcx", "exec", "--", "sh", "-c", script)
	c.reads("up")
	c.types("\x03")
	c.reads("1 after one")
	c.types("\x1a")
	c.types("word\n")
	c.reads("read: word")
	if screen := c.ends(5); !strings.Contains(screen, "1 at the end") {
		t.Errorf("%s", screen)
	}
}
