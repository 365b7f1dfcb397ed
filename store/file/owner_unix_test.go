//go:build !windows

package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/store/file"
)

// somebody is the number of another user, who need not exist.
const somebody = 54321

// checks are those of what is private and of what only must not be changed by others.
var checks = map[string]func(string) error{"CheckPrivate": file.CheckPrivate, "CheckOwned": file.CheckOwned}

// opens open what checks let pass, and refuse what they refuse.
var opens = map[string]func(string, func(string)) (*os.File, error){"CheckPrivate": file.OpenPrivate, "CheckOwned": file.OpenOwned}

// given makes a file in a directory of its own and hands the directory and the file over as asked, no number meaning nobody.
type given struct {
	dir, file       os.FileMode
	dirOwner, owner int
	dirGroup, group int
	refused, hint   string // by both; "": neither
	forPrivate      bool   // refused by CheckPrivate only
}

func (g given) make(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dir", "file")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		owner, group int
		mode         os.FileMode
	}{path: {g.owner, g.group, g.file}, filepath.Dir(path): {g.dirOwner, g.dirGroup, g.dir}} {
		if want.owner != 0 || want.group != 0 {
			if err := syscall.Chown(name, want.owner, want.group); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(name, want.mode); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestWhatOthersOwnOrCanReplaceIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	for name, c := range map[string]given{
		"ours":                               {dir: 0o755, file: 0o600},
		"another's file":                     {dir: 0o755, file: 0o600, owner: somebody, refused: "/file", hint: "chown"},
		"another's file that all may read":   {dir: 0o755, file: 0o644, owner: somebody, refused: "/file", hint: "chown"},
		"another's directory":                {dir: 0o755, file: 0o600, dirOwner: somebody, refused: "/dir", hint: "directory of your own"},
		"another's directory that is sticky": {dir: 0o777 | os.ModeSticky, file: 0o600, dirOwner: somebody, refused: "/dir", hint: "directory of your own"},
		"a directory for all":                {dir: 0o777, file: 0o600, refused: "/dir", hint: "chmod go-w"},
		"a directory for a group of ours":    {dir: 0o775, file: 0o600},
		"a directory for another's group":    {dir: 0o775, file: 0o600, dirGroup: somebody, refused: "/dir", hint: "chmod go-w"},
		"a directory that is sticky":         {dir: 0o777 | os.ModeSticky, file: 0o600},
		"a file that all may read":           {dir: 0o755, file: 0o644, forPrivate: true},
		"a file that a group may write":      {dir: 0o755, file: 0o620, group: somebody, refused: "/file", hint: "chmod 600"},
		"a file that a group of ours may":    {dir: 0o755, file: 0o660},
		"a file that all may write":          {dir: 0o755, file: 0o602, refused: "/file", hint: "chmod 600"},
	} {
		for which, check := range checks {
			t.Run(which+" of "+name, func(t *testing.T) {
				path := c.make(t)
				refuses(t, check(path), c, which)
				link := filepath.Join(t.TempDir(), "link")
				if err := os.Symlink(path, link); err != nil {
					t.Fatal(err)
				}
				if err := check(link); (err != nil) != (check(path) != nil) {
					t.Errorf("by a link: %v", err)
				}
				for _, name := range []string{link, path} {
					want := check(name) != nil
					f, err := opens[which](name, nil)
					if (err != nil) != want {
						t.Errorf("opened: %v", err)
					}
					if err == nil {
						_ = f.Close()
					}
				}
			})
		}
	}
}

func refuses(t *testing.T, err error, c given, which string) {
	t.Helper()
	if c.refused == "" {
		if want := c.forPrivate && which == "CheckPrivate"; (err != nil) != want {
			t.Errorf("error: %v", err)
		}
		return
	}
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), c.hint) || !strings.Contains(err.Error(), c.refused+" ") {
		t.Errorf("error: %v, hint %v", err, hinted)
	}
}

func TestAHintIsSafeToGiveToAShell(t *testing.T) {
	for name, want := range map[string]string{
		"plain":         `chmod 600 "plain"`,
		"two words":     `chmod 600 "two words"`,
		"$(touch x)":    `chmod 600 '$(touch x)'`,
		"it's `touch`":  `chmod 600 'it'\''s ` + "`touch`'",
		`a" ; touch "b`: `chmod 600 'a" ; touch "b'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile(name, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(name, 0o644); err != nil { //nolint:gosec // open to others on purpose
				t.Fatal(err)
			}
			var hinted interface{ Hint() string }
			if err := file.CheckPrivate(name); !errors.As(err, &hinted) || hinted.Hint() != want {
				t.Errorf("%v, hint %v", err, hinted)
			}
		})
	}
}

func TestNothingIsTouchedInADirectoryOfAnother(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := filepath.Join(t.TempDir(), "state")
	s := &file.Store{Dir: dir}
	if err := save(t, s, "k", "secret"); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for _, name := range []string{"other.json.lock", "other.json.new", "clock.lock"} {
		if err := os.Symlink(elsewhere, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Chown(dir, somebody, somebody); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), "k"); got != nil || err == nil {
		t.Errorf("read %q, %v", got, err)
	}
	if err := save(t, s, "other", "secret"); err == nil {
		t.Error("a secret was saved there")
	}
	if _, err := s.Now(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(elsewhere); err == nil {
		t.Error("a link of another was followed")
	}
}

func TestADirectoryIsLookedAtHoweverItIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "open", "state")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o777); err != nil { //nolint:gosec // open to others on purpose
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, name := range []string{dir, dir + "/", dir + "/.", ".", "../state", "../state/"} {
		if err := (&file.Store{Dir: name}).Update(t.Context(), "k", func([]byte, func([]byte) error) error { return nil }); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // others may pass
		t.Fatal(err)
	}
	for _, name := range []string{dir, dir + "/", dir + "/.", ".", "../state"} {
		if err := save(t, &file.Store{Dir: name}, "k", "v"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADirectoryOfOursThatIsClosedIsTheOneToOpen(t *testing.T) {
	for name, c := range map[string]struct {
		dir, file os.FileMode // file 0: there is none
		opens     string
	}{
		"a directory that cannot be written":    {0o500, 0o600, ""},
		"a directory that cannot be read":       {0o000, 0o600, ""},
		"nothing there yet":                     {0o500, 0, ""},
		"a file that cannot be read":            {0o700, 0o200, "/config.toml"},
		"a file whose mode is not what forbids": {0o700, 0o600, "none"},
	} {
		dir := filepath.Join(t.TempDir(), "settings")
		path := filepath.Join(dir, "config.toml")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if c.file != 0 {
			if err := os.WriteFile(path, nil, c.file); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(dir, c.dir); err != nil {
			t.Fatal(err)
		}
		err := file.Explain(path, &os.PathError{Op: "open", Path: path, Err: syscall.EACCES})
		_ = os.Chmod(dir, 0o700)
		var hinted interface{ Hint() string }
		if want := "chmod u+rwX \"" + dir + c.opens + "\""; !errors.As(err, &hinted) || (hinted.Hint() == want) == (c.opens == "none") {
			t.Errorf("%s: %v, %q", name, err, hinted.Hint())
		}
	}
}

func TestWhatIsMissingToReadOrWriteAPlaceIsTold(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir, elsewhere := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "letter.txt")
	mine, another, value := filepath.Join(dir, "mine.lock"), filepath.Join(dir, "another.lock"), filepath.Join(dir, "k.json")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, owner := range map[string]int{mine: 0, another: somebody, value: somebody, elsewhere: somebody} {
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, owner, owner)); err != nil {
			t.Fatal(err)
		}
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ place, about, says, advises string }{
		"it is not there":                {dir + ".none", dir + ".none", dir + ".none cannot be made", "make it as yours alone"},
		"a value of another":             {dir, value, value + " cannot be read or written", "sudo chown"},
		"something of another":           {dir, another, "what lies in " + dir + " cannot be read or written", "find it with ls -l"},
		"something of ours":              {dir, mine, dir + " cannot be read or written", "its mode allows it"},
		"something of another elsewhere": {dir, elsewhere, dir + " cannot be read or written", "its mode allows it"},
		"another's":                      {elsewhere, elsewhere, elsewhere + " cannot be read or written", "sudo chown"},
		"a directory that is closed":     {closed, closed, closed + " cannot be read or written", "chmod u+rwX"},
	} {
		var hinted interface{ Hint() string }
		err := file.Explain(c.place, &os.PathError{Op: "open", Path: c.about, Err: syscall.EACCES})
		if !errors.As(err, &hinted) || !strings.HasPrefix(err.Error(), c.says+": permission denied") || !strings.Contains(hinted.Hint(), c.advises) {
			t.Errorf("%s: %v, hint %v", name, err, hinted)
		}
	}
}
