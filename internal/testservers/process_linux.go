package testservers

import (
	"os/exec"
	"runtime"
	"syscall"
)

// memory is where files are that no disk is waited for.
const memory = "/dev/shm"

// roomy is how many bytes have to be free there. Containers often have far less.
const roomy = 2 << 30

// inMemory is where a server keeps its data, "" if there is no place in memory: it saves as it always does, and no test waits for a disk
// that others use, or takes it for a server that hangs. The data outlives the server's processes, which is all that tests end.
func inMemory() string {
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < roomy { //nolint:gosec // a size
		return ""
	}
	return memory
}

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
