//go:build !windows

package execcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// become has this process be the program from here on. It returns only if that fails.
func (c *Commands) become(p *program) error {
	c.CloseStore()
	signal.Reset(syscall.SIGINT, syscall.SIGHUP) // a shell that starts this in the background has them ignored
	if err := c.Context.Err(); err != nil {
		return err
	}
	err := syscall.Exec(p.path, p.args, p.env) //nolint:gosec // what the caller wants to be run
	if errors.Is(err, syscall.ENOEXEC) {       // a script that does not say of what: execvp has the shell read it
		err = syscall.Exec(shell, p.byShell(), p.env) //nolint:gosec // the same
	}
	return notRun(p.args[0], err)
}

const shell = "/bin/sh"

// byShell are the arguments with which a shell reads the program.
func (p *program) byShell() []string { return append([]string{shell, p.path}, p.args[1:]...) }

// The broker is a process of its own, in a session of its own, so that no terminal's signals reach it. It is no child of the
// program, which may wait for all that it has: it is started by a process that ends at once.
const (
	starts = "start" // what that process is to do
	serves = "serve" // and the broker
)

// answerTo is the descriptor to which the broker writes where it is; process is the one by which it sees the program end.
const answerTo, process = 3, 4

// where is what the broker writes.
type where struct {
	URL, Key      string
	Problem, Hint string // why there is no broker, and what to do; "": there is one
}

// beside starts a broker, and becomes the program.
func (c *Commands) beside(acc *profile.Account, p *program) error {
	if is, err := c.asInit(acc, p); is {
		return err
	}
	at, err := c.start()
	if err != nil {
		return err
	}
	p.env = c.environment(acc, variables(at.URL, callerName, at.Key))
	return c.become(p)
}

// start starts a broker that ends with this process, whatever that becomes.
func (c *Commands) start() (*where, error) {
	answer, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	defer func() { _ = answer.Close() }()
	files := []*os.File{w}
	if self := openSelf(); self != nil {
		defer func() { _ = self.Close() }()
		files = append(files, self)
	}
	err = withoutReaping(c.again(starts, os.Getpid(), files, c.helperEnv()).Run)
	_ = w.Close()
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	stop := context.AfterFunc(c.Context, func() { _ = answer.Close() })
	defer stop()
	var at where
	switch err := json.NewDecoder(answer).Decode(&at); {
	case c.Context.Err() != nil:
		return nil, c.Context.Err()
	case err != nil:
		return nil, usage.WithHint(errors.New("the broker did not start"), "try again; 'ringcx doctor' looks at the login")
	case at.Problem != "":
		err := fmt.Errorf("the broker did not start: %s", at.Problem)
		if at.Hint == "" {
			return nil, err
		}
		return nil, usage.WithHint(err, at.Hint)
	}
	return &at, nil
}

// again is this program once more, as a helper of the process with an ID.
func (c *Commands) again(role string, of int, files []*os.File, env []string) *exec.Cmd {
	args := append([]string{os.Args[0], "exec", "--beside", fmt.Sprintf("%s,%d,%d", role, of, len(files))}, c.flags()...)
	return &exec.Cmd{Path: self(), Args: args, Env: env, ExtraFiles: files}
}

// self is this program's file.
func self() string {
	if _, err := os.Stat(linked); err == nil {
		return linked
	}
	if path, err := os.Executable(); err == nil {
		return path
	}
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		return path
	}
	return os.Args[0]
}

// linked is that file on Linux, also if it has another name by now, or none.
const linked = "/proc/self/exe"

// flags name the account to a helper, as they did to this process.
func (c *Commands) flags() (all []string) {
	for _, flag := range [][2]string{
		{"--profile", c.Profile}, {"--client-id", c.ClientID}, {"--server-url", c.ServerURL}, {"--ringcx-server-url", c.RingCXURL},
	} {
		if flag[1] != "" {
			all = append(all, flag[0]+"="+flag[1])
		}
	}
	return all
}

// helperEnv is the environment of a helper, with what a file of variables said of the account and of where its login is.
func (c *Commands) helperEnv() []string {
	names := append([]string{"RINGCX_STORE", "RINGCX_ALLOW_HTTP", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}, env.AccountVariables...)
	made := slices.DeleteFunc(c.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
	for _, name := range names {
		if value := c.Getenv(name); value != "" {
			made = append(made, name+"="+value)
		}
	}
	return made
}

// stand is what a helper does.
func (c *Commands) stand(beside string) error {
	parts := strings.Split(beside, ",")
	if len(parts) != 3 {
		return errNoHelper
	}
	of, err1 := strconv.Atoi(parts[1])
	files, err2 := strconv.Atoi(parts[2])
	if err1 != nil || err2 != nil || of < 1 || files < 1 || files > 2 {
		return errNoHelper
	}
	switch parts[0] {
	case starts:
		closeOthers()
		given := []*os.File{os.NewFile(answerTo, "answer")}
		if files > 1 {
			given = append(given, os.NewFile(process, "process"))
		}
		next := c.again(serves, of, given, c.Environ())
		next.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return next.Start()
	case serves:
		syscall.CloseOnExec(answerTo)
		syscall.CloseOnExec(process)
		return c.serve(of, files > 1)
	}
	return errNoHelper
}

// closeOthers keeps what is open here from the broker, which would hold locks and pipes of the program's.
func closeOthers() {
	all, err := os.ReadDir("/dev/fd")
	for _, entry := range all {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	for fd := 3; err != nil && fd < 256; fd++ {
		syscall.CloseOnExec(fd)
	}
}

var errNoHelper = usage.New("--beside is for the processes of 'ringcx exec' itself", "leave it out")

// serve is the broker, until the process has ended, which is seen by a descriptor or by its ID.
func (c *Commands) serve(of int, seen bool) error {
	// The program may take its time after a signal that all processes get. What ends the broker is the program's end.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if seen {
			await(process, of)
		} else {
			poll(of)
		}
	}()
	p, at := (*privateBroker)(nil), where{}
	_, acc, err := c.Known()
	if err == nil {
		p, err = open(context.WithoutCancel(c.Context), acc)
	}
	if err != nil {
		at.Problem, at.Hint = err.Error(), usage.Hint(err)
	} else {
		at.URL, at.Key = p.url, p.key
	}
	answer := os.NewFile(answerTo, "answer")
	told := json.NewEncoder(answer).Encode(at)
	if told = errors.Join(told, answer.Close()); told != nil || err != nil {
		return errors.Join(err, told)
	}
	<-over
	return p.close()
}
