//go:build !windows

package file_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/store/file"
)

// opened opens a file in one of the two ways, and returns what is told of it.
func opened(t *testing.T, open func(string, func(string)) (*os.File, error), path string) (said []string) {
	t.Helper()
	for _, tell := range []func(string){nil, func(text string) { said = append(said, text) }} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := os.Stat(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		f, err := open(path, tell)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		_ = f.Close()
		if tell == nil { // as it was, for the one who is told
			if err := errors.Join(os.Chmod(path, info.Mode()), os.Chmod(filepath.Dir(path), dir.Mode())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return said
}

// settings makes config.toml, and more, in a directory, with a mode for each of the two.
func settings(t *testing.T, dirMode, mode os.FileMode, more ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.toml")
	for _, name := range append(more, "config.toml") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(path, mode), os.Chmod(dir, dirMode)); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantModes(t *testing.T, path string, dirMode, mode os.FileMode) {
	t.Helper()
	for name, want := range map[string]os.FileMode{path: mode, filepath.Dir(path): dirMode} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has the mode %04o, want %04o: %v", name, info.Mode().Perm(), want, err)
		}
	}
}

func TestTheRightOfAGroupToChangeSettingsIsEnded(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the group of an ordinary user may be this user alone, which is as it should be")
	}
	group := fmt.Sprintf("group %d ", os.Getegid())
	for name, c := range map[string]struct {
		dirMode, mode         os.FileMode
		more                  []string
		dirModeThen, modeThen os.FileMode
		said                  []string // each begins so
	}{
		"nothing to end":                  {0o755, 0o644, nil, 0o755, 0o644, nil},
		"the file":                        {0o755, 0o664, nil, 0o755, 0o644, []string{group + "could use FILE until now (mode 0664)"}},
		"the directory of ours alone":     {0o775, 0o644, []string{"k.json", "k.json.lock", "k.json.new", "clock", "keyring", ".doctor-1"}, 0o755, 0o644, []string{group + "could use DIR until now (mode 0775)"}},
		"both":                            {0o775, 0o664, nil, 0o755, 0o644, []string{group + "could use FILE", group + "could use DIR"}},
		"a directory of other things too": {0o775, 0o644, []string{"letter.txt"}, 0o775, 0o644, []string{group + "can replace what lies in DIR (mode 0775)"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := settings(t, c.dirMode, c.mode, c.more...)
			said := opened(t, file.OpenOwned, path)
			places := strings.NewReplacer("FILE", path, "DIR", filepath.Dir(path))
			if !slices.EqualFunc(said, c.said, func(got, want string) bool { return strings.HasPrefix(got, places.Replace(want)) }) {
				t.Errorf("told %q, want %q", said, c.said)
			}
			wantModes(t, path, c.dirModeThen, c.modeThen)
		})
	}
}

func TestWhatLiesBehindALinkKeepsItsModeAndIsTold(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the group of an ordinary user may be this user alone, which is as it should be")
	}
	path := settings(t, 0o755, 0o664)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	said := opened(t, file.OpenOwned, link)
	if len(said) != 1 || !strings.HasPrefix(said[0], fmt.Sprintf("group %d can use %s (mode 0664)", os.Getegid(), link)) {
		t.Errorf("told %q", said)
	}
	wantModes(t, path, 0o755, 0o664)
	path = settings(t, 0o775, 0o600) // what holds secrets and is not ours to change is told, too
	said = opened(t, file.OpenPrivate, path)
	if len(said) != 1 || !strings.Contains(said[0], "can replace what lies in "+filepath.Dir(path)) {
		t.Errorf("told %q", said)
	}
	wantModes(t, path, 0o775, 0o600)
}

func TestWhatIsNoFileIsCalledWhatItIs(t *testing.T) {
	dir, err := os.MkdirTemp("", "kind") //nolint:usetesting // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for path, want := range map[string]string{
		dir: dir + " is a directory, not a file", socket: socket + " is a socket, not a file", os.DevNull: os.DevNull + " is a device, not a file",
	} {
		f, err := file.OpenOwned(path, nil)
		if err == nil {
			_ = f.Close()
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := file.OpenOwned(filepath.Join(dir, "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

func TestALockThatIsNoFileCanBeRemoved(t *testing.T) {
	for kind, plant := range plants {
		path := filepath.Join(t.TempDir(), "l")
		if err := plant(path, path+".x"); err != nil {
			t.Logf("%s: %v", kind, err) // the path of a socket can be too long
			continue
		}
		var hinted interface{ Hint() string }
		_, err := file.Lock(t.Context(), path)
		if !errors.As(err, &hinted) || !strings.HasPrefix(err.Error(), path+" is a ") || hinted.Hint() != "remove it: nothing is kept in it" {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestADirectoryOfOtherThingsIsNotToBeClosed(t *testing.T) {
	for name, want := range map[string]string{"letter.txt": "choose a directory for this alone", "clock": "chmod 700", "keyring": "chmod 700", "config.toml": "chmod 700"} {
		dir := filepath.Join(t.TempDir(), "d")
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, name), nil, 0o600), os.Chmod(dir, 0o755)); err != nil { //nolint:gosec // open on purpose
			t.Fatal(err)
		}
		var hinted interface{ Hint() string }
		if err := file.CheckPrivate(dir); !errors.As(err, &hinted) || !strings.HasPrefix(hinted.Hint(), want) {
			t.Errorf("beside %s: %v, hint %v", name, err, hinted)
		}
	}
}

func TestAStoreThatIsNoDirectoryIsToldSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := &file.Store{Dir: path}
	_, err := s.Load(t.Context(), "k")
	for _, err := range []error{err, save(t, s, "k", "v")} {
		if err == nil || err.Error() != path+" is not a directory" {
			t.Errorf("error: %v", err)
		}
	}
}
