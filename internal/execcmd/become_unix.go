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
	"runtime"
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
	if err := c.Context.Err(); err != nil {
		return err
	}
	err := syscall.Exec(p.path, p.args, p.env) //nolint:gosec // what the caller wants to be run
	if errors.Is(err, syscall.ENOEXEC) {       // a script that does not say of what: execvp has the shell read it
		err = syscall.Exec("/bin/sh", append([]string{"/bin/sh", p.path}, p.args[1:]...), p.env) //nolint:gosec // the same
	}
	return notRun(p.args[0], err)
}

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
	URL, Key, Problem string
}

// beside starts a broker, and becomes the program.
func (c *Commands) beside(acc *profile.Account, p *program) error {
	at, err := c.start(acc)
	if err != nil {
		return err
	}
	p.env = c.environment(acc, variables(at.URL, at.Key))
	return c.become(p)
}

// start starts a broker that ends with this process, whatever that becomes.
func (c *Commands) start(acc *profile.Account) (*where, error) {
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
	err = c.again(starts, os.Getpid(), files, c.helperEnv(acc), helperFlags(acc)).Run()
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
		return nil, fmt.Errorf("the broker did not start: %s", at.Problem)
	}
	return &at, nil
}

// again is this program once more, as a helper of the process with an ID.
func (c *Commands) again(role string, of int, files []*os.File, env, flags []string) *exec.Cmd {
	self := "/proc/self/exe" // also if the file has another name by now, or none
	if runtime.GOOS != "linux" {
		self = os.Args[0]
		if path, err := os.Executable(); err == nil {
			self = path
		}
	}
	args := append([]string{os.Args[0], "exec", "--beside", fmt.Sprintf("%s,%d,%d", role, of, len(files))}, flags...)
	return &exec.Cmd{Path: self, Args: args, Env: env, ExtraFiles: files}
}

// helperFlags name the account to a helper.
func helperFlags(acc *profile.Account) []string {
	if acc.Profile == "" {
		return nil
	}
	return []string{"--profile", acc.Profile}
}

// helperEnv is the environment of a helper, in which an account that no profile has is named, and what a file of variables said.
func (c *Commands) helperEnv(acc *profile.Account) []string {
	var made []string
	for _, entry := range c.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !slices.Contains(env.AccountVariables, name) && name != "RINGCX_STORE" && name != "RINGCX_ALLOW_HTTP" {
			made = append(made, entry)
		}
	}
	for _, name := range []string{"RINGCX_STORE", "RINGCX_ALLOW_HTTP"} {
		if value := c.Getenv(name); value != "" {
			made = append(made, name+"="+value)
		}
	}
	if acc.Profile != "" {
		return made
	}
	at := acc.Config.Endpoint.Canonical()
	return append(made, "RC_SERVER_URL="+at.RingCentral, "RINGCX_SERVER_URL="+at.RingCX,
		"RC_APP_CLIENT_ID="+acc.Config.ClientID, "RC_APP_CLIENT_SECRET="+acc.Config.ClientSecret, "RC_USER_JWT="+acc.JWT)
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
	given := []*os.File{os.NewFile(answerTo, "answer")}
	if files > 1 {
		given = append(given, os.NewFile(process, "process"))
	}
	switch parts[0] {
	case starts:
		next := c.again(serves, of, given, c.Environ(), nil)
		if c.Profile != "" {
			next.Args = append(next.Args, "--profile", c.Profile)
		}
		next.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return next.Start()
	case serves:
		for _, f := range given {
			syscall.CloseOnExec(int(f.Fd())) //nolint:gosec // a descriptor fits
		}
		return c.serve(of, given)
	}
	return errNoHelper
}

var errNoHelper = usage.New("--beside is for the processes of 'ringcx exec' itself", "leave it out")

// serve is the broker, until the process has ended.
func (c *Commands) serve(of int, given []*os.File) error {
	// The program may take its time after a signal that all processes get. What ends the broker is the program's end.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	over := make(chan struct{})
	go func() {
		defer close(over)
		await(of, given[1:])
	}()
	p, at := (*privateBroker)(nil), where{}
	_, acc, err := c.Known()
	if err == nil {
		p, err = open(context.WithoutCancel(c.Context), acc)
	}
	if err != nil {
		at.Problem = err.Error()
	} else {
		at.URL, at.Key = p.url, p.key
	}
	if told := json.NewEncoder(given[0]).Encode(at); told != nil || err != nil {
		return errors.Join(err, told)
	}
	_ = given[0].Close()
	<-over
	return p.close()
}
