package execcmd

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// The first process of a PID namespace, as that of a container is, cannot be the program with a broker beside it: every process whose
// parent ends is its child, the broker too, and the broker could not outlive it to store what it has under way. There the command
// stays, and does what an init does.

// asInit runs the program as a child, with the broker in this process, if this is the first of its PID namespace; is tells whether.
func (c *Commands) asInit(acc *profile.Account, p *program) (is bool, err error) {
	if os.Getpid() != 1 {
		return false, nil
	}
	return true, c.within(acc, p, c.lead)
}

// lead runs the program until it has ended, passes signals on to it, and takes leave of every other process that ends. The program
// leads a group of its own, at the terminal if there is one, so that no signal reaches it twice: once from its sender, and
// once from here.
func (c *Commands) lead(p *program) error {
	signal.Reset(syscall.SIGINT, syscall.SIGHUP) // they may be ignored, and stay so
	leads := syscall.Getpgrp() == os.Getpid()
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, caught()...)
	defer signal.Stop(signals)
	if err := c.Context.Err(); err != nil {
		return err
	}
	c.running.Store(true)
	child, err := launch(p, leads)
	if err != nil {
		return notRun(p.args[0], err)
	}
	letGo()
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case s := <-signals:
				if leads || !slices.Contains(ofTerminals, s) {
					_ = child.Signal(s)
				}
			case <-over:
				return
			}
		}
	}()
	status, err := reap(child.Pid)
	switch {
	case err != nil:
		return err
	case status.Signaled():
		return &Ended{Code: 128 + int(status.Signal())}
	case status.ExitStatus() != 0:
		return &Ended{Code: status.ExitStatus()}
	}
	return nil
}

// ofTerminals are the signals that a terminal sends to a whole group. A program that shares one with processes outside of the
// namespace gets them anyway.
var ofTerminals = []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGWINCH}

// interruptIgnored tells whether this process was started with interrupts ignored. The command has asked for them since, after which
// signal.Ignored says no, even once they are ignored again.
var interruptIgnored = signal.Ignored(syscall.SIGINT)

// caught are the signals that the program gets from here, none of which may end this process.
func caught() (all []os.Signal) {
	own := []syscall.Signal{ // of Go and of this process, or none that a process catches
		syscall.SIGCHLD, syscall.SIGURG, syscall.SIGPIPE, syscall.SIGPROF, syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGSEGV, syscall.SIGBUS,
		syscall.SIGFPE, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT, syscall.SIGSYS, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGTSTP,
	}
	const last, ofThreads = 64, 32 // and 33, which C libraries use
	for s := syscall.Signal(1); s <= last; s++ {
		if !slices.Contains(own, s) && s != ofThreads && s != ofThreads+1 && !signal.Ignored(s) && !(s == syscall.SIGINT && interruptIgnored) {
			all = append(all, s)
		}
	}
	return all
}

// launch starts the program.
func launch(p *program, leads bool) (*os.Process, error) {
	how := &syscall.ProcAttr{Env: p.env, Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setpgid: leads}}
	for fd := 0; leads && fd < 3; fd++ {
		if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && group == syscall.Getpgrp() {
			how.Sys.Foreground, how.Sys.Ctty = true, fd
			break
		}
	}
	pid, _, err := syscall.StartProcess(p.path, p.args, how) //nolint:gosec // what the caller wants to be run
	if errors.Is(err, syscall.ENOEXEC) {                     // as in become
		pid, _, err = syscall.StartProcess(shell, p.byShell(), how) //nolint:gosec // the same
	}
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid)
}

// reap waits for every process that ends here until the one with an ID has.
func reap(pid int) (syscall.WaitStatus, error) {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return status, fmt.Errorf("wait for the program: %w", err)
		case ended == pid && status.Stopped() && status.StopSignal() == syscall.SIGTSTP:
			_ = syscall.Kill(-pid, syscall.SIGCONT) // there is no shell here that could
		case ended == pid && (status.Exited() || status.Signaled()):
			return status, nil
		}
	}
}

// letGo leaves what the program inherited to the program alone: who waits for the end of a pipe waits for none of this process.
func letGo() {
	if null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0); err == nil {
		for fd := range 3 {
			_ = unix.Dup3(int(null.Fd()), fd, 0) //nolint:gosec // a descriptor fits
		}
		_ = null.Close()
	}
	all, err := os.ReadDir("/dev/fd")
	if err != nil {
		return
	}
	for _, entry := range all {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd < 3 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 { // nothing of Go's is
			_ = syscall.Close(fd)
		}
	}
}

// withoutReaping does f while no process below becomes a child of this one, which may have asked for them (PR_SET_CHILD_SUBREAPER).
func withoutReaping(f func() error) error {
	var reaps int32
	if unix.Prctl(unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&reaps)), 0, 0, 0) == nil && reaps != 0 { //nolint:gosec // the system writes there
		if unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == nil {
			defer func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }()
		}
	}
	return f()
}
