//go:build !windows

package datafile_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

func TestAFileThatOthersCouldReadBecomesPrivate(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	token := b.exchange(b.login())["accessToken"].(string)
	if got := b.file.WasOpen(); len(got) != 0 {
		t.Errorf("a new file was open: %q", got)
	}
	if err := b.file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o660, 0o604, 0o777} {
		if err := os.Chmod(b.path, mode); err != nil {
			t.Fatal(err)
		}
		b = open(t, b.path)
		if got := b.file.WasOpen(); !slices.Equal(got, []string{b.path}) {
			t.Errorf("with mode %v it tells of %q", mode, got)
		}
		for _, path := range []string{b.path, b.path + "-wal"} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
			}
		}
		b.do(bearer("/voice/api/v1/admin/users", token), http.StatusOK)
		if err := b.file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b = open(t, b.path)
	if got := b.file.WasOpen(); len(got) != 0 {
		t.Errorf("a private file was open: %q", got)
	}
}

func TestFilesBesideItBecomePrivateToo(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	token := b.exchange(b.login())["accessToken"].(string)
	// A process that is killed leaves its log beside the file.
	copied := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(b.path + end)
		if err == nil {
			err = os.WriteFile(copied+end, raw, 0o644) //nolint:gosec // which is what is mended
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, copied)
	if got := c.file.WasOpen(); !slices.Equal(got, []string{copied, copied + "-wal"}) {
		t.Errorf("it tells of %q", got)
	}
	for _, path := range []string{copied, copied + "-wal"} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	c.do(bearer("/voice/api/v1/admin/users", token), http.StatusOK)
}

func TestOnlyAFileIsOpenedAndNoLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	done := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made := open(t, at("box.db"))
	made.login()
	done(made.file.Close())
	victim := at("victim")
	done(os.WriteFile(victim, nil, 0o644)) //nolint:gosec // so that a change of its mode is seen
	done(os.Symlink(at("box.db"), at("link.db")))
	done(os.Symlink(at("nowhere"), at("dangling.db")))
	done(os.Symlink(victim, at("empty.db")))
	done(os.Mkdir(at("dir.db"), 0o700))
	done(syscall.Mkfifo(at("pipe.db"), 0o600))
	done(os.Symlink("loop.db", at("loop.db")))
	done(os.Link(victim, at("hard.db")))
	done(os.Symlink(victim, at("beside-wal")+"-wal"))
	for name, want := range map[string]string{
		"link.db": "is a symbolic link", "dangling.db": "is a symbolic link", "empty.db": "is a symbolic link", "loop.db": "is a symbolic link",
		"dir.db": "is a directory", "pipe.db": "is no regular file", "hard.db": "has other names", "/dev/null": "is no regular file",
		"beside-wal": "-wal is a symbolic link", "box.db/x": "not a directory", "dir.db/": "is a directory",
	} {
		path := name
		if !strings.HasPrefix(name, "/") {
			path = dir + "/" + name
		}
		file, err := datafile.Open(path)
		if err == nil {
			_ = file.Close()
			t.Errorf("%s was opened", name)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := os.Stat(at("nowhere")); err == nil {
		t.Error("a file was made where a link led")
	}
	if info, err := os.Stat(victim); err != nil || info.Mode().Perm() != 0o644 || info.Size() != 0 {
		t.Errorf("the other file has become %v, %d bytes, %v", info.Mode(), info.Size(), err)
	}
	linked := filepath.Join(t.TempDir(), "dir")
	done(os.Symlink(dir, linked))
	again := open(t, filepath.Join(linked, "box.db")) // a directory may be reached over a link
	if n := len(again.Requests()); n != 1 {
		t.Errorf("%d requests are there again", n)
	}
}

func TestAFileOfAnotherUserIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	if os.Geteuid() == 0 {
		if err := os.WriteFile(path, nil, 0o666); err != nil { //nolint:gosec // of another user
			t.Fatal(err)
		}
		if err := os.Chown(path, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	} else {
		path = "/etc/passwd"
	}
	file, err := datafile.Open(path)
	if err == nil {
		_ = file.Close()
		t.Fatal("it was opened")
	}
	if !strings.Contains(err.Error(), "belongs to another user") {
		t.Error(err)
	}
}

func TestAFileThatIsReplacedByALinkTakesNothing(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.login()
	moved := b.path + ".moved"
	if err := os.Rename(b.path, moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(moved, b.path); err != nil {
		t.Fatal(err)
	}
	w := b.do(httptest.NewRequest(http.MethodGet, "/voice/api/v1/admin/users", nil), http.StatusInternalServerError)
	if !strings.Contains(w.Body.String(), "was deleted or replaced") {
		t.Errorf("the answer says %q", w.Body)
	}
}
