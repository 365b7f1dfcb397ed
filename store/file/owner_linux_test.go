package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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

// hintOf is what an error says can be done.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// handed makes a file that belongs to one user, in a directory that belongs to another, and returns its path.
func handed(t *testing.T, base string, mode os.FileMode, owner, dirOwner int) string {
	t.Helper()
	dir, err := os.MkdirTemp(base, "owner")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "k.json")
	err = errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode), os.Chown(path, owner, owner), os.Chmod(dir, 0o755), os.Chown(dir, dirOwner, dirOwner)) //nolint:gosec // others may look
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOnlyRootIsToldToBecomeSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	const become = "--user 54322"
	for what, path := range map[string]string{"a file": handed(t, os.TempDir(), 0o600, somebody+1, 0), "a directory": handed(t, os.TempDir(), 0o600, 0, somebody+1)} {
		if err := file.CheckPrivate(path); err == nil || !strings.Contains(hintOf(err), become) {
			t.Errorf("%s of another, root: %v, hint %q", what, err, hintOf(err))
		}
		as(t, somebody, func() {
			if err := file.CheckPrivate(path); err == nil || strings.Contains(hintOf(err), "--user") || hintOf(err) == "" {
				t.Errorf("%s of another: %v, hint %q", what, err, hintOf(err))
			}
		})
	}
}

// inMemory tells whether a directory is of a file system in memory, as /tmp is on some machines.
func inMemory(t *testing.T, dir string) bool {
	t.Helper()
	var fsys syscall.Statfs_t
	if err := syscall.Statfs(dir, &fsys); err != nil {
		t.Fatal(err)
	}
	return fsys.Type == 0x01021994 // TMPFS_MAGIC
}

func TestASecretThatTheSystemHasMountedIsTakenAsItIs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount, or make what looks like it")
	}
	const memory = "/dev/shm" // a file system in memory, as secrets are mounted from
	for name, c := range map[string]struct {
		path  string
		taken bool
	}{
		"root's, in memory":               {handed(t, memory, 0o644, 0, 0), true},
		"root's, in memory, for all":      {handed(t, memory, 0o646, 0, 0), false},
		"root's, on a disk":               {handed(t, os.TempDir(), 0o644, 0, 0), inMemory(t, os.TempDir())},
		"one's own, in memory":            {handed(t, memory, 0o644, somebody, 0), false},
		"somebody else's, in memory":      {handed(t, memory, 0o644, somebody+1, 0), false},
		"root's, in memory, as it should": {handed(t, memory, 0o444, 0, 0), true},
	} {
		as(t, somebody, func() {
			for _, told := range []bool{false, true} {
				var said []string
				tell := func(text string) { said = append(said, text) }
				if !told {
					tell = nil
				}
				f, err := file.OpenPrivate(c.path, tell)
				if err == nil {
					_ = f.Close()
				}
				if (err == nil) != c.taken || told && c.taken && (len(said) != 1 || !strings.HasSuffix(said[0], "it was mounted so")) || !c.taken && len(said) > 0 {
					t.Errorf("%s: %v, told %q", name, err, said)
				}
			}
		})
	}
}

func TestAGroupThatIsOneUserAloneIsNotWorthAWord(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	path := handed(t, os.TempDir(), 0o660, somebody, somebody)
	if err := os.Chmod(filepath.Dir(path), 0o775); err != nil { //nolint:gosec // as such a user makes it
		t.Fatal(err)
	}
	as(t, somebody, func() {
		for which, open := range opens {
			var said []string
			f, err := open(path, func(text string) { said = append(said, text) })
			if err != nil {
				t.Errorf("%s: %v", which, err)
				continue
			}
			if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o660 || len(said) > 0 {
				t.Errorf("%s: %v, told %q, %v", which, info.Mode(), said, err)
			}
			_ = f.Close()
		}
	})
}

func TestAFileThatIsClosedToItsOwnerIsToldWithTheCommandThatOpensIt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	path := handed(t, os.TempDir(), 0, somebody, somebody)
	as(t, somebody, func() {
		f, err := file.OpenPrivate(path, nil)
		if err == nil {
			_ = f.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "permission denied") || !strings.HasPrefix(hintOf(err), "chmod u+rwX ") {
			t.Errorf("%v, hint %q", err, hintOf(err))
		}
	})
}
