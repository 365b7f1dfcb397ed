package main_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// user is the environment of somebody who works with a sandbox of the test's own.
func user(t *testing.T) []string {
	t.Helper()
	box := ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	logs := t.TempDir()
	t.Cleanup(func() {
		if err := raced(logs); err != nil {
			t.Error(err)
		}
	})
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GORACE=" + raceOptions(logs), "GOGC=1", "PS1=ready: ",
		"RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL, "RC_APP_CLIENT_ID=" + demo.ClientID,
		"RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
}

// ask is a line of a shell that asks the broker, and shows with what status it answers.
const ask = `curl -sS -o /dev/null -w 'status %{http_code}\n' "$RINGCX_SERVER_URL/voice/api/v1/admin/users"; `

func needCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		lacks(t, err.Error())
	}
}

func TestEachCtrlCReachesAProgramOnceAndItsBrokerNot(t *testing.T) {
	needCurl(t)
	c := atTerminal(t, user(t), "exec", "--", "sh", "-c", `n=0; trap 'n=$((n+1))' INT; test -t 0 && test -t 1 && test -t 2 && echo up
		while [ $n -lt 1 ]; do sleep 0.1; done; `+ask+`echo "$n after one"
		while [ $n -lt 2 ]; do sleep 0.1; done; `+ask+`echo "$n after two"; exit 5`)
	c.reads("up")
	c.types("\x03")
	c.reads("1 after one")
	c.types("\x03") // a second one would end a broker that the first has warned
	if screen := c.ends(5); !strings.Contains(screen, "2 after two") || strings.Count(screen, "status 200") != 2 {
		t.Errorf("%s", screen)
	}
}

func TestCtrlCEndsAProgramThatDoesNotMind(t *testing.T) {
	c := atTerminal(t, user(t), "exec", "--", "sh", "-c", `echo up; read line`)
	c.reads("up")
	c.types("\x03")
	_ = c.cmd.Wait()
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v\n%s", c.cmd.ProcessState, c.screen())
	}
}

func TestAProgramIsAJobOfItsShell(t *testing.T) {
	needCurl(t)
	if _, err := exec.LookPath("bash"); err != nil {
		lacks(t, err.Error())
	}
	script := filepath.Join(t.TempDir(), "job.sh")
	if err := os.WriteFile(script, []byte(`echo "up: $$"; read line; echo "read: $line"; `+ask+`exit 6`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := programAtTerminal(t, user(t), "bash", "--norc", "--noprofile", "-i")
	c.reads("ready: ")
	c.types("ringcx exec -- sh " + script + "\n")
	c.reads("\nup: ")
	c.types("\x1a")
	c.reads("Stopped")
	c.types("fg\n")
	c.types("word\n")
	c.reads("read: word")
	c.reads("status 200")
	c.types(`echo "code $?"` + "\n")
	c.reads("\r\ncode 6")
	c.types("ringcx exec -- echo piped | sed s/p/tr/\n")
	c.reads("\r\ntriped")
	c.types("exit 0\n")
	c.ends(0)
}

func TestNoOtherUserComesThroughThePortOfAProgram(t *testing.T) {
	needCurl(t)
	if os.Geteuid() != 0 {
		t.Skip("only root is several users")
	}
	in, out, cmd := beside(t, nil, `echo "$RINGCX_SERVER_URL"; echo "$RINGCX_BROKER_KEY"; read line`)
	at, key := line(t, out), line(t, out)
	curl := func(uid uint32, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), "curl", append(args, "-sS", "-o", "/dev/null", "-w", "%{http_code}", at+"/voice/api/v1/admin/users")...) //nolint:gosec // of a test
		c.Dir, c.Env = "/", []string{"PATH=" + os.Getenv("PATH")}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		got, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, got)
		}
		return string(got)
	}
	if got := curl(nobody); got != "403" {
		t.Errorf("another user: %s", got)
	}
	if got := curl(nobody-1, "-H", "Authorization: Bearer "+key); got != "403" {
		t.Errorf("another user with the key: %s", got)
	}
	if got := curl(0); got != "200" {
		t.Errorf("this user: %s", got)
	}
	_ = in.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("the shell read a line that nobody wrote")
	}
}

// beside starts a shell beside a broker, with files that it inherits.
func beside(t *testing.T, files []*os.File, script string) (io.WriteCloser, *bufio.Reader, *exec.Cmd) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ringcx", "exec", "--", "sh", "-c", script)
	cmd.Env, cmd.ExtraFiles, cmd.Stderr = user(t), files, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return in, bufio.NewReader(out), cmd
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(text, "\n")
}

// A broker that kept what the program inherited would keep locks, and ends of pipes that somebody waits for.
func TestABrokerHoldsNothingOfItsProgram(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, out, cmd := beside(t, []*os.File{w, w, w, w}, `echo word >&6; exec 3>&- 4>&- 5>&- 6>&-; echo closed; read line; echo "$line"`)
	_ = w.Close()
	if got := line(t, out); got != "closed" {
		t.Fatal(got)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "word\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := io.WriteString(in, "still there\n"); err != nil {
		t.Fatal(err)
	}
	if got := line(t, out); got != "still there" {
		t.Error(got)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestABrokerEndsWithItsProgram(t *testing.T) {
	needCurl(t)
	in, out, cmd := beside(t, nil, `for n in 1 2 3 4 5 6 7 8; do `+ask+`done >&2; for p in /proc/[0-9]*; do `+
		`tr '\0' ' ' <$p/cmdline 2>&1 | grep -q "ringcx exec --beside serve,$$," && echo "$p"; done; read line`)
	broker := line(t, out)
	if err := syscall.Kill(cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	_ = in.Close()
	until, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		text, err := os.ReadFile(filepath.Join(broker, "stat")) //nolint:gosec // of a process
		if err != nil || strings.Contains(string(text), ") Z ") {
			return
		}
		if until.Err() != nil {
			t.Fatal("it goes on")
		}
	}
}

// A program that waits for all its children until there are none would wait for its broker for ever, if that were one.
func TestABrokerIsNoChildOfItsProgram(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		lacks(t, err.Error())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ringcx", "exec", "--", "python3", "-c", waitsForAll)
	cmd.Env = user(t)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "none\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// The examples log in by themselves and keep their tokens in a file. They know no broker, and those that they kept are another
// broker's when they run again.
func TestProgramsThatLogInByThemselvesWorkAsTheyAre(t *testing.T) {
	for program, with := range map[string]string{
		"python/ringcx.py": "python3", "javascript/ringcx.mjs": "node", "php/ringcx.php": "php", "curl/ringcx.sh": "bash",
	} {
		t.Run(program, func(t *testing.T) {
			if _, err := exec.LookPath(with); err != nil {
				lacks(t, err.Error())
			}
			if out, err := exec.CommandContext(t.Context(), "php", "-r", "curl_version();").CombinedOutput(); err != nil && with == "php" {
				lacks(t, string(out))
			}
			env := append(user(t), "RINGCX_STATE="+filepath.Join(t.TempDir(), "tokens"))
			for _, run := range []string{"first", "second"} {
				cmd := exec.CommandContext(t.Context(), "ringcx", "exec", "--", with, filepath.Join("..", "..", "examples", program)) //nolint:gosec // ours
				cmd.Env = env
				if out, err := cmd.CombinedOutput(); err != nil || len(out) == 0 {
					t.Errorf("the %s run: %v\n%s", run, err, out)
				}
			}
		})
	}
}
