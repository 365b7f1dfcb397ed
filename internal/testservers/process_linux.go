package testservers

import (
	"os/exec"
	"runtime"
	"syscall"
)

// attributes make the server end with the test, however the test ends.
func attributes(user *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: user, Pdeathsig: syscall.SIGKILL}
}

// launch starts cmd and closes exited when it has ended. The signal at a parent's death is at the death of the thread
// that started the child, so that one stays.
func launch(cmd *exec.Cmd, exited chan<- struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
			close(exited)
		}
	}()
	return <-started
}
