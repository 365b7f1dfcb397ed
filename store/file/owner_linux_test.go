package file_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/store/file"
)

// as runs do as an ordinary user. On Linux a thread can be one while the process stays root's; it ends with the goroutine.
func as(t *testing.T, user int, do func()) {
	t.Helper()
	done := make(chan syscall.Errno)
	go func() {
		runtime.LockOSThread()
		_, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, uintptr(user), uintptr(user), uintptr(user))
		if errno == 0 {
			do()
		}
		done <- errno
	}()
	if errno := <-done; errno != 0 {
		t.Fatal(errno)
	}
}

func TestAnOrdinaryUserTrustsRootAndHisOwnGroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	base, err := os.MkdirTemp("", "owner") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		owner, dirOwner, dirGroup int
		dir                       os.FileMode
		refused                   bool
	}{
		"his own":                               {somebody, somebody, somebody, 0o700, false},
		"his own, group of the same number":     {somebody, somebody, somebody, 0o775, false},
		"his own, another group":                {somebody, somebody, somebody + 1, 0o775, true},
		"his own, for all":                      {somebody, somebody, somebody, 0o777, true},
		"his own in root's directory":           {somebody, 0, 0, 0o755, false},
		"his own where his group may write":     {somebody, 0, 0, 0o775, false}, // as runs him in root's group
		"his own where another group may write": {somebody, 0, somebody + 1, 0o775, true},
		"his own in another's directory":        {somebody, somebody + 1, somebody + 1, 0o755, true},
		"another's":                             {somebody + 1, somebody, somebody, 0o755, true},
		"root's":                                {0, somebody, somebody, 0o755, false},
		"root's in another's directory":         {0, somebody + 1, somebody, 0o755, true},
		"his own, dropped into what all may do": {somebody, 0, 0, 0o777 | os.ModeSticky, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp(base, "")
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "file")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for name, owner := range map[string][2]int{path: {c.owner, c.owner}, dir: {c.dirOwner, c.dirGroup}} {
				if err := os.Chown(name, owner[0], owner[1]); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, c.dir); err != nil {
				t.Fatal(err)
			}
			as(t, somebody, func() {
				for which, check := range checks {
					if err := check(path); (err != nil) != c.refused {
						t.Errorf("%s: %v", which, err)
					}
				}
			})
		})
	}
}

func TestWhatComesThroughAPipeIsNobodyElses(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	path := filepath.Join("/dev/fd", strconv.Itoa(int(r.Fd())))
	if err := file.CheckPrivate(path); err != nil {
		t.Error(err)
	}
}
