package execcmd

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// stand refuses: there are no helpers here.
func (c *Commands) stand(string) error {
	return usage.New("--beside is not for this system", "leave it out")
}

// beside runs the program with a broker in this process.
func (c *Commands) beside(acc *profile.Account, p *program) error { return c.within(acc, p, c.become) }

// become runs the program, and ends as it does. Ctrl-C reaches both, and the program decides what comes of it.
func (c *Commands) become(p *program) error {
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(ignored)
	if err := c.Context.Err(); err != nil {
		return err
	}
	c.running.Store(true)
	cmd := &exec.Cmd{
		Path: p.path, Args: p.args, Env: p.env,
		Stdin: os.NewFile(uintptr(syscall.Stdin), "stdin"), Stdout: os.NewFile(uintptr(syscall.Stdout), "stdout"), Stderr: os.NewFile(uintptr(syscall.Stderr), "stderr"),
	}
	if err := cmd.Start(); err != nil {
		return notRun(p.args[0], err)
	}
	_ = cmd.Wait() // how it ended is in its state
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		return &Ended{Code: code}
	}
	return nil
}
