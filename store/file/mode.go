package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// modeError is a file or directory that others may read or write, or that we may not.
type modeError struct {
	path, problem, remedy string
	cause                 error
}

func (e *modeError) Error() string { return e.path + " " + e.problem }

// Hint is the command that mends it.
func (e *modeError) Hint() string { return e.remedy }

// Unwrap returns what the operating system said.
func (e *modeError) Unwrap() error { return e.cause }

// CheckPrivate refuses a file or directory that users other than its owner may read or write, that belongs to somebody
// else than this user or root, or that others can replace because of who may write to the directory it lies in. Programs
// that keep other secrets in files use it too. The error has a method Hint that says what mends it. What does not exist
// passes. Windows has no such bits: there the access list of the profile directory protects it.
func CheckPrivate(path string) error { return check(path, "holds secrets", 0o077) }

// CheckOwned is [CheckPrivate] for what holds no secret but must not be changed by others, as settings: everybody may
// read it.
func CheckOwned(path string) error { return check(path, "must be changed by nobody else", 0o022) }

func check(path, what string, forbidden fs.FileMode) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Lstat(path)
	link := err == nil && info.Mode()&fs.ModeSymlink != 0
	if link && ours(info) {
		info, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return explain(err)
	case !ours(info):
		return &modeError{
			path: path, problem: fmt.Sprintf("%s and belongs to another user (%s)", what, ownerOf(info)),
			remedy: fmt.Sprintf("if you trust what is in it make it yours (sudo chown \"$(id -u)\" %s) or use a copy of your own, else remove it", quote(path)),
		}
	}
	if mode := info.Mode().Perm(); mode&forbidden != 0 {
		return &modeError{
			path: path, problem: fmt.Sprintf("%s and is open to others (mode %04o)", what, mode),
			remedy: fmt.Sprintf("chmod %o %s", mode&^forbidden, quote(path)),
		}
	}
	if err := checkDir(filepath.Dir(path)); err != nil || !link {
		return err
	}
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // a pipe, as /dev/stdin, lies nowhere
		return nil
	case err != nil:
		return explain(err)
	}
	return checkDir(filepath.Dir(target))
}

// checkDir refuses a directory in which others can replace what is ours. They cannot in one with the sticky bit, as
// /tmp has.
func checkDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return explain(err)
	case !ours(info):
		return &modeError{
			path: dir, problem: fmt.Sprintf("belongs to another user (%s), who can replace what lies in it", ownerOf(info)),
			remedy: "move what is yours to a directory of your own",
		}
	}
	mode := info.Mode()
	writers := mode.Perm() & 0o022
	if ownGroup(info) {
		writers &^= 0o020
	}
	if writers == 0 || mode&fs.ModeSticky != 0 {
		return nil
	}
	return &modeError{
		path: dir, problem: fmt.Sprintf("is open to others, who can replace what lies in it (mode %04o)", mode.Perm()),
		remedy: fmt.Sprintf("chmod go-w %s", quote(dir)),
	}
}

// quote makes path one word of a shell, whatever it consists of.
func quote(path string) string {
	if quoted := strconv.Quote(path); quoted == `"`+path+`"` && !strings.ContainsAny(path, "$`!") {
		return quoted
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// explain adds to an operating system error what can be done about it.
func explain(err error) error {
	var p *fs.PathError
	switch {
	case err == nil || !errors.As(err, &p):
		return err
	case errors.Is(err, fs.ErrPermission):
		path := p.Path
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			path = filepath.Dir(path) // what cannot be made there
		}
		return &modeError{path, "cannot be read or written: permission denied", fmt.Sprintf("make it yours: chown \"$USER\" %s && chmod u+rwX %s", quote(path), quote(path)), err}
	}
	return err
}
