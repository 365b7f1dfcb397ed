package main_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// The scripts in testdata/script run the command as people do: in processes of their own, each script on a machine of
// its own (an empty home) against a vendor of its own (a sandbox). README.md beside them tells what they can say.

func TestMain(m *testing.M) {
	if signal.Ignored(syscall.SIGHUP) { // as under nohup; what tests start is to be ended by it all the same
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	// Scripts wait for processes more than they compute: twice as many at a time as there are processors.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"ringcx": ringcxMain, "browse": browseMain})
}

// outputs is the variable that names the directory where every process of a script leaves a copy of what it printed.
const outputs = "SCRIPT_OUTPUTS"

// ringcxMain is the command, with a copy of its output kept for the canary.
func ringcxMain() {
	if os.Getenv("SCRIPT_UNPRIVILEGED") != "" {
		dropPrivileges()
	}
	env := cli.System()
	if dir := os.Getenv(outputs); dir != "" {
		f, err := os.CreateTemp(dir, "ringcx-*.txt")
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(f, "%q\n", env.Args)
		env.Stdout, env.Stderr = io.MultiWriter(f, env.Stdout), io.MultiWriter(f, env.Stderr)
	}
	os.Exit(cli.Main(env))
}

// commands are what scripts can say beside the usual.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"sandbox": startSandbox, "production": startProduction, "clock": moveClock, "control": control, "fault": armFault, "page": startPage,
	"mark": markRequests, "requests": countRequests, "await": await, "verdicts": wantVerdicts,
	"machine": newMachine, "fails": fails, "fails-login": failsAfterTalk, "mode": wantMode, "renewed": renewed, "plain": wantPlain,
	"broker": startBroker, "interrupt": interrupt, "exited": exited, "capture": capture, "key": makeKey, "port": freePort,
}

// conditions are what scripts can ask beside the usual.
var conditions = map[string]func() (bool, error){
	"root":    func() (bool, error) { return os.Geteuid() == 0, nil },
	"network": ownNetwork,
	"mounts":  ownMounts,
}

// ownNetwork reports whether a script can have a network of its own, in which machines have other names.
func ownNetwork() (bool, error) {
	return unshared("a network of its own", "-rmn", "ip", "link", "set", "lo", "up")
}

// ownMounts reports whether a script can mount what nobody else sees.
func ownMounts() (bool, error) {
	return unshared("mounts of its own", "-rm", "mount", "-t", "tmpfs", "none", "/mnt")
}

// unshared reports whether a program can be run apart from the machine in what flags name. Where everything has to be tested,
// it must, on Linux.
func unshared(what string, args ...string) (bool, error) {
	if runtime.GOOS != "linux" {
		return false, nil
	}
	out, err := exec.Command("unshare", args...).CombinedOutput() //nolint:noctx,gosec // it is short, and ours
	if err != nil && os.Getenv("RINGCX_TEST_REQUIRE") == "1" {
		return false, fmt.Errorf("%s: %w\n%s", what, err, out)
	}
	return err == nil, nil
}

func TestTheCommandDoesWhatTheScriptsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireUniqueNames: true, RequireExplicitExec: false,
		Setup: setUp, Cmds: commands,
		Condition: func(cond string) (bool, error) {
			if holds := conditions[cond]; holds != nil {
				return holds()
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// races begins the names of the files with what the race detector found in a process.
const races = "race"

// raceOptions has the race detector write what it finds to files in dir: the command beside a program has no stderr. By itself every
// process would last a second longer, too.
func raceOptions(dir string) string { return "atexit_sleep_ms=0 log_path=" + filepath.Join(dir, races) }

// raced is what it has found.
func raced(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, races+".*"))
	if err != nil || len(found) == 0 {
		return err
	}
	text, err := os.ReadFile(found[0])
	return errors.Join(fmt.Errorf("%d processes raced: %s", len(found), text), err)
}

type stageKey struct{}

// stage is what one script plays on: its vendors and what its processes printed.
type stage struct {
	vendors  map[string]*vendor   // by name; "" is the one of the variables that the command reads
	servers  map[string]io.Closer // by name
	outputs  string
	machines int
	signaled *exec.Cmd // the background process that was interrupted last
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

// setUp gives a script an empty machine. Other users may pass through its directory, to reach what is theirs.
func setUp(env *testscript.Env) error {
	s := &stage{vendors: map[string]*vendor{}, servers: map[string]io.Closer{}, outputs: filepath.Join(env.WorkDir, ".outputs")}
	env.Values[stageKey{}] = s
	if err := os.Mkdir(s.outputs, 0o777); err != nil {
		return err
	}
	for _, open := range []struct {
		path string
		mode os.FileMode
	}{{s.outputs, 0o777}, {filepath.Dir(env.WorkDir), 0o711}} {
		if err := os.Chmod(open.path, open.mode); err != nil {
			return err
		}
	}
	env.Setenv(outputs, s.outputs)
	env.Setenv("GORACE", raceOptions(s.outputs))
	for _, name := range []string{"RC_SERVER_URL", "NO_COLOR", "TERM", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"} {
		env.Setenv(name, "")
	}
	s.newMachine(env.WorkDir, env.Setenv)
	env.Defer(func() {
		for name, v := range s.vendors {
			v.server.Close()
			if got := v.verdicts(); len(got) > 0 && !v.objectionsExpected {
				env.T().Fatal(fmt.Sprintf("the vendor %q objects: %s", name, strings.Join(got, ", ")))
			}
		}
		for name, server := range s.servers {
			if err := server.Close(); err != nil {
				env.T().Log(name, err)
			}
		}
		if err := raced(s.outputs); err != nil {
			env.T().Fatal(err)
		}
		if leaks := append(s.leaks(), s.kept(env.WorkDir)...); len(leaks) > 0 {
			env.T().Fatal("secrets were printed or kept where they do not belong:\n" + strings.Join(leaks, "\n"))
		}
	})
	return nil
}

// newMachine points the command to empty directories.
func (s *stage) newMachine(work string, setenv func(name, value string)) {
	s.machines++
	home := filepath.Join(work, fmt.Sprintf("home%d", s.machines))
	setenv("HOME", home)
	setenv("USERPROFILE", home)
	setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
	setenv("CONFIG", filepath.Join(home, "config", "ringcx"))
	setenv("STATE", filepath.Join(home, "state", "ringcx"))
}

func newMachine(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 0, "machine")
	stageOf(ts).newMachine(ts.Getenv("WORK"), ts.Setenv)
}

// usage stops a script that misuses one of our commands.
func usage(ts *testscript.TestScript, misused bool, text string) {
	if misused {
		ts.Fatalf("usage: %s", text)
	}
}

var (
	oneLineError = regexp.MustCompile(`^ringcx: [^\n]+\n(hint: [^\n]+\n)?$`)
	stackTrace   = regexp.MustCompile(`goroutine \d+|panic:|\.go:\d+|<nil>|%!`)
)

// told are lines about waits. How many there are is up to the machine.
var told = regexp.MustCompile(`(?m)^ringcx: waiting for .*\n`)

// fails runs a command that must fail with a code, saying why in one line, with at most one more for a hint.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	failWith(ts, neg, args)
	checkError(ts, told.ReplaceAllString(ts.ReadFile("stderr"), ""))
}

// failsAfterTalk is fails for a command that says what it does before it says why it failed.
func failsAfterTalk(ts *testscript.TestScript, neg bool, args []string) {
	failWith(ts, neg, args)
	stderr := ts.ReadFile("stderr")
	at := strings.LastIndex("\n"+stderr, "\nringcx: ")
	checkError(ts, stderr[max(at, 0):])
}

func failWith(ts *testscript.TestScript, neg bool, args []string) {
	code := -1
	if len(args) > 1 {
		if n, err := strconv.Atoi(args[0]); err == nil {
			code = n
		}
	}
	usage(ts, neg || code < 0, "fails CODE program [args...]")
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case err == nil:
		ts.Fatalf("it did not fail")
	case !errors.As(err, &exit) || exit.ExitCode() != code:
		ts.Fatalf("it failed with %v, want exit status %d", err, code)
	}
}

func checkError(ts *testscript.TestScript, stderr string) {
	if !oneLineError.MatchString(stderr) || stackTrace.MatchString(stderr) {
		ts.Fatalf("the error is not one line and a hint:\n%s", stderr)
	}
}

// wantMode checks the permissions of files.
func wantMode(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 2, "mode OCTAL file...")
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// capture sets a variable to what the first group of a pattern finds in the last output.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "capture NAME PATTERN")
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	m := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("no match for %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// wantPlain checks that the last output holds no control characters: what programs read has no colours.
func wantPlain(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 0, "plain")
	for _, stream := range []string{"stdout", "stderr"} {
		if strings.ContainsFunc(ts.ReadFile(stream), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			ts.Fatalf("%s holds control characters", stream)
		}
	}
}

// renewed asks for tokens until another one comes.
func renewed(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 0, "renewed")
	var first string
	for range 1000 {
		ts.Check(ts.Exec("ringcx", "token"))
		switch token := ts.ReadFile("stdout"); first {
		case "":
			first = token
		case token:
		default:
			return
		}
	}
	ts.Fatalf("the token never changed")
}

// signals are what interrupt can send.
var signals = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}

// interrupt sends Ctrl-C, or another signal, to the only background process.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	running, name := ts.BackgroundCmds(), strings.Join(append(args, "INT")[:1], "")
	usage(ts, neg || len(args) > 1 || signals[name] == nil || len(running) != 1, "interrupt [INT|TERM|HUP], with one process in the background")
	stageOf(ts).signaled = running[0]
	ts.Check(running[0].Process.Signal(signals[name]))
}

// exited checks the exit code of the process that was interrupted, after wait.
func exited(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 1, "exited CODE")
	cmd := stageOf(ts).signaled
	if cmd == nil || cmd.ProcessState == nil {
		ts.Fatalf("no process was interrupted and waited for")
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// poll asks ok again and again until it says yes, and fails after a while.
func poll(ts *testscript.TestScript, what string, ok func() bool) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("waited 20 seconds for %s", what)
		}
	}
}

// leaks finds secrets in what the processes of a script printed. Only ringcx token may print a RingCX access token, only
// ringcx apitoken create and list --show an API token, and a login the state of a sign-in page whose address it shows.
// kept are the secrets in the settings of the script's machines, where none belongs.
func (s *stage) kept(work string) []string {
	var all []string
	for machine := range s.machines {
		dir := filepath.Join(work, fmt.Sprintf("home%d", machine+1), "config")
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil //nolint:nilerr // a machine without settings, or with some that the script has closed to us
			}
			text, _ := os.ReadFile(path)
			for _, v := range s.vendors {
				for _, secret := range v.secrets() {
					if strings.Contains(string(text), secret.value) {
						all = append(all, path+" holds the "+secret.kind)
					}
				}
			}
			return nil
		})
		if err != nil {
			all = append(all, err.Error())
		}
	}
	return all
}

func (s *stage) leaks() []string {
	var all []string
	files, _ := filepath.Glob(filepath.Join(s.outputs, "*"))
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return []string{err.Error()}
		}
		args, printed, _ := strings.Cut(string(data), "\n")
		words := strings.Fields(strings.Trim(args, "[]"))
		for _, v := range s.vendors {
			for _, secret := range v.secrets() {
				allowed := slices.ContainsFunc(secret.printedBy, func(word string) bool { return slices.Contains(words, word) }) ||
					secret.kind == "state" && strings.Contains(printed, "open this address")
				if allowed || !strings.Contains(printed, secret.value) {
					continue
				}
				all = append(all, fmt.Sprintf("ringcx %s printed the %s", args, secret.kind))
			}
		}
	}
	return all
}
