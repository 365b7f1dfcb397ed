//go:build !windows

package file_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

// plants are things that are no file of the store, by name. Each makes one at path; precious is a file that must stay.
var plants = map[string]func(path, precious string) error{
	"a link":             func(path, precious string) error { return os.Symlink(precious, path) },
	"a link to nothing":  func(path, precious string) error { return os.Symlink(precious+".none", path) },
	"a loop":             func(path, _ string) error { return os.Symlink(filepath.Base(path), path) },
	"a link to a folder": func(path, precious string) error { return os.Symlink(filepath.Dir(precious), path) },
	"a pipe":             func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
	"a directory":        func(path, _ string) error { return os.Mkdir(path, 0o700) },
	"a socket": func(path, _ string) error {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		if err == nil {
			l.SetUnlinkOnClose(false)
			err = l.Close()
		}
		return err
	},
}

// soon fails a test that waits for somebody who never comes.
func soon(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits")
	}
}

func TestWhatIsNoFileIsNeitherFollowedNorWaitedFor(t *testing.T) {
	for kind, plant := range plants {
		for _, name := range []string{"k.json", "k.json.lock", "k.json.new", "clock", "clock.lock", "clock.new"} {
			t.Run(kind+" as "+name, func(t *testing.T) {
				base, err := os.MkdirTemp("", "plant") //nolint:usetesting // a socket's path is short
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.RemoveAll(base) })
				s, precious := &file.Store{Dir: filepath.Join(base, "s")}, filepath.Join(base, "precious")
				if err := save(t, s, "k", "one"); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(s.Dir, name)
				if err := errors.Join(os.RemoveAll(path), os.WriteFile(precious, []byte("precious"), 0o600), plant(path, precious)); err != nil {
					t.Fatal(err)
				}
				refused := name == "k.json" || name == "k.json.lock"
				soon(t, func() {
					got, err := s.Load(t.Context(), "k")
					if wrong := name == "k.json" && err == nil || name != "k.json" && string(got) != "one"; wrong {
						t.Errorf("read %q, %v", got, err)
					}
					if err := save(t, s, "k", "two"); (err != nil) != refused || refused && !strings.Contains(err.Error(), name+" is a ") {
						t.Errorf("saved: %v", err)
					}
					if _, err := s.Now(t.Context()); err != nil {
						t.Errorf("the time: %v", err)
					}
				})
				if now, err := os.ReadFile(precious); string(now) != "precious" || err != nil {
					t.Errorf("behind it is now %q, %v", now, err)
				}
				if _, err := os.Lstat(precious + ".none"); err == nil {
					t.Error("a link was followed to make a file")
				}
				if err := errors.Join(os.RemoveAll(path), save(t, s, "k", "three")); err != nil {
					t.Errorf("without it: %v", err)
				}
			})
		}
	}
}

func TestASecondNameOfATemporaryFileKeepsItsContent(t *testing.T) {
	s, precious := &file.Store{Dir: filepath.Join(t.TempDir(), "s")}, filepath.Join(t.TempDir(), "precious")
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), os.Link(precious, filepath.Join(s.Dir, "k.json.new")), save(t, s, "k", "two"))
	if now, e := os.ReadFile(precious); err != nil || e != nil || string(now) != "precious" {
		t.Errorf("%v %v: the other name has %q", err, e, now)
	}
}

func TestAValueWithASecondNameIsRefused(t *testing.T) {
	s, second := &file.Store{Dir: filepath.Join(t.TempDir(), "s")}, filepath.Join(t.TempDir(), "second")
	if err := errors.Join(save(t, s, "k", "one"), os.Link(filepath.Join(s.Dir, "k.json"), second)); err != nil {
		t.Fatal(err)
	}
	_, load := s.Load(t.Context(), "k")
	remove := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save(nil) })
	for _, err := range []error{load, remove} {
		if err == nil || !strings.Contains(err.Error(), "has a second name") {
			t.Errorf("error: %v", err)
		}
	}
	if err := errors.Join(os.Remove(second), save(t, s, "k", "two")); err != nil {
		t.Error(err)
	}
}

func TestADirectoryBehindLinksIsOneStore(t *testing.T) {
	base := t.TempDir()
	target, link, second := filepath.Join(base, "real"), filepath.Join(base, "link"), filepath.Join(base, "second")
	if err := errors.Join(save(t, &file.Store{Dir: target}, "k", "one"), os.Symlink("real", link), os.Symlink(link, second)); err != nil {
		t.Fatal(err)
	}
	s := &file.Store{Dir: second}
	if got, err := s.Load(t.Context(), "k"); string(got) != "one" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save(nil) }); err != nil {
		t.Fatal(err)
	}
	if got, err := (&file.Store{Dir: target}).Load(t.Context(), "k"); got != nil || err != nil {
		t.Errorf("behind the link is still %q, %v", got, err)
	}
	if err := os.Rename(target, target+".unmounted"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "is a link that leads nowhere") {
		t.Errorf("a link to what is gone: %v", err)
	}
	if err := save(t, s, "k", "two"); err == nil {
		t.Error("saved behind a link to what is gone")
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("what the link leads to was made")
	}
}

func TestReplaceFollowsALinkToItsEnd(t *testing.T) {
	base := t.TempDir()
	target, link := filepath.Join(base, "real"), filepath.Join(base, "link")
	if err := errors.Join(os.WriteFile(target, []byte("one"), 0o600), os.Symlink("real", link), file.Replace(link, []byte("two"))); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if got, e := os.ReadFile(target); string(got) != "two" || e != nil || err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%q, %v, %v", got, e, err)
	}
	if err := file.Replace(filepath.Join(base, "new"), []byte("made")); err != nil {
		t.Error(err)
	}
	for kind, plant := range plants {
		path := filepath.Join(t.TempDir(), "p")
		if err := plant(path, target); err != nil {
			t.Logf("%s: %v", kind, err) // the path of a socket can be too long
			continue
		}
		if err := file.Replace(path, []byte("three")); (err == nil) != (kind == "a link") {
			t.Errorf("%s was replaced: %v", kind, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(base, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestALockIsWaitedForNoLongerThanAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := file.Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := file.Lock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("a second lock: %v", err)
	}
	unlock()
	if unlock, err = file.Lock(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestEachCauseIsToldWithWhatHelps(t *testing.T) {
	dir := t.TempDir()
	said := map[string]string{}
	for cause, word := range map[syscall.Errno]string{
		syscall.ENOSPC: "full", syscall.EDQUOT: "quota", syscall.EROFS: "read-only", syscall.EBUSY: "mounted by itself", syscall.ETXTBSY: "in use",
		syscall.ENAMETOOLONG: "too long", syscall.EIO: "input/output", syscall.ENOLCK: "no locks", syscall.EOPNOTSUPP: "no locks",
		syscall.ESTALE: "network file system", syscall.EMFILE: "too many", syscall.EACCES: "permission denied", syscall.EPERM: "permission denied",
	} {
		for _, err := range []error{
			&os.PathError{Op: "open", Path: filepath.Join(dir, "k.json.new"), Err: cause}, &os.LinkError{Op: "rename", Old: "/", New: "/", Err: cause}, cause,
		} {
			var hinted interface{ Hint() string }
			told := file.Explain(dir, err)
			if !errors.As(told, &hinted) || !strings.Contains(told.Error(), word) || !strings.Contains(told.Error(), dir) || !errors.Is(told, cause) {
				t.Errorf("%v: %v", err, told)
				continue
			}
			if hint := hinted.Hint(); hint == "" || strings.Contains(hint, ".new") || strings.Contains(hint, `"/"`) {
				t.Errorf("%v: hint %q", err, hint)
			}
			said[word] = told.Error()
		}
	}
	for _, err := range []error{nil, errors.New("else"), syscall.ENOENT} {
		if got := file.Explain(dir, err); got != err { //nolint:errorlint // the very same
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestWhatHasNoFsyncIsAsDurableAsItIs(t *testing.T) {
	for err, fine := range map[error]bool{nil: true, syscall.EINVAL: true, syscall.ENOTSUP: true, syscall.ENOSYS: true, syscall.EIO: false, syscall.ENOSPC: false} {
		if got := file.Synced(err); (got == nil) != fine {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestNoValueIsTornWhileFilesAreReplaced(t *testing.T) {
	s := &file.Store{Dir: filepath.Join(t.TempDir(), "s")}
	long := bytes.Repeat([]byte("x"), 100_000)
	if err := save(t, s, "k", string(long)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			_ = s.Update(context.WithoutCancel(t.Context()), "k", func(_ []byte, save func([]byte) error) error { return save(long) })
		}
	}()
	for {
		if got, err := s.Load(t.Context(), "k"); len(got) != len(long) || err != nil {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
