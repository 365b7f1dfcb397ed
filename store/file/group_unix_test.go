//go:build !windows

package file_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/store/file"
)

// telling is a store that keeps what it tells.
func telling(dir string) (*file.Store, *[]string) {
	var said []string
	return &file.Store{Dir: dir, Tell: func(text string) { said = append(said, text) }}, &said
}

func TestWhatAGroupOfOursMayDoIsEndedAndTold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	s, said := telling(dir)
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	if len(*said) > 0 {
		t.Errorf("told %q of what is as it should be", *said)
	}
	path := filepath.Join(dir, "k.json")
	// As an orchestrator does at each start.
	if err := errors.Join(os.Chmod(path, 0o660), os.Chmod(dir, 0o770|os.ModeSetgid)); err != nil { //nolint:gosec // open on purpose
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), "k"); string(got) != "one" || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, dir: 0o700 | os.ModeSetgid} {
		if info, err := os.Stat(name); err != nil || info.Mode()&(os.ModePerm|os.ModeSetgid) != want {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	group := fmt.Sprintf("group %d could use ", os.Getegid())
	if len(*said) != 2 || !strings.HasPrefix((*said)[0], group+dir+" ") || !strings.HasPrefix((*said)[1], group+path+" ") {
		t.Errorf("told %q", *said)
	}
	if _, err := s.Load(t.Context(), "k"); err != nil || len(*said) != 2 {
		t.Errorf("told %q, %v", *said, err)
	}
}

func TestTheModeOfADirectoryOfOtherThingsIsNotChanged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600), os.Chmod(dir, 0o750)); err != nil { //nolint:gosec // open on purpose
		t.Fatal(err)
	}
	s, said := telling(dir)
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if len(*said) == 0 || !strings.Contains((*said)[0], "which cannot be changed here") {
		t.Errorf("told %q", *said)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // open on purpose
		t.Fatal(err)
	}
	var hinted interface{ Hint() string }
	if err := save(t, s, "k", "two"); !errors.As(err, &hinted) || strings.Contains(hinted.Hint(), "chmod") || strings.Contains(hinted.Hint(), "/") {
		t.Errorf("error %v, hint %v", err, hinted)
	}
}

func TestAGroupThatIsNotOursIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := filepath.Join(t.TempDir(), "s")
	s, said := telling(dir)
	if err := save(t, s, "k", "one"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "k.json"), dir} {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Chown(path, -1, somebody), os.Chmod(path, before.Mode()|0o040)); err != nil {
			t.Fatal(err)
		}
		var hinted interface{ Hint() string }
		_, err = s.Load(t.Context(), "k")
		if !errors.As(err, &hinted) || !strings.Contains(err.Error(), "group 54321") || !strings.HasPrefix(hinted.Hint(), "chmod ") {
			t.Errorf("%s: %v", path, err)
		}
		if err := os.Chmod(path, before.Mode()); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Load(t.Context(), "k"); string(got) != "one" || err != nil {
			t.Errorf("%s, closed to it: %q %v", path, got, err)
		}
	}
	if len(*said) > 0 {
		t.Errorf("told %q", *said)
	}
}

func TestAFileThatTheUserNamesKeepsItsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwt.txt")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o640)); err != nil { //nolint:gosec // open on purpose
		t.Fatal(err)
	}
	var said []string
	f, err := file.OpenPrivate(path, func(text string) { said = append(said, text) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	own := os.Geteuid() != 0 && os.Getegid() == os.Geteuid() // the group is this user alone
	if want := map[bool]int{true: 0, false: 1}[own]; len(said) != want {
		t.Errorf("told %q", said)
	}
	if err := os.Chmod(path, 0o644); err != nil { //nolint:gosec // open on purpose
		t.Fatal(err)
	}
	if f, err := file.OpenPrivate(path, nil); err == nil {
		_ = f.Close()
		t.Error("what all may read was opened")
	}
	for kind, plant := range plants {
		path := filepath.Join(t.TempDir(), "p")
		if kind == "a link" || plant(path, path+".x") != nil {
			continue
		}
		soon(t, func() {
			if f, err := file.OpenPrivate(path, nil); err == nil {
				_ = f.Close()
				t.Errorf("%s was opened", kind)
			}
		})
	}
}
