package conform

import (
	"errors"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps Ctrl-C from reaching the program: it is ended by us.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup ends the program and what it started.
func killGroup(cmd *exec.Cmd) error {
	tree := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)) //nolint:gosec,noctx // a number, and at once
	return errors.Join(tree.Run(), cmd.Process.Kill())
}
