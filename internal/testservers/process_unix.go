//go:build unix && !linux

package testservers

import (
	"os/exec"
	"syscall"
)

// inMemory is where a server keeps its data; "": where temporary files are.
func inMemory() string { return "" }

func attributes(user *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: user}
}

// launch starts cmd and closes exited when it has ended.
func launch(cmd *exec.Cmd, exited chan<- struct{}) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(exited)
	}()
	return nil
}
