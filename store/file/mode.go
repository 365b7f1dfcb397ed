package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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

// CheckPrivate refuses a file or directory that users other than its owner may read or write. Programs that keep other
// secrets in files use it too. The error has a method Hint with the command that mends it. What does not exist passes.
// Windows has no such bits: there the access list of the profile directory protects it.
func CheckPrivate(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain(err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return &modeError{
			path: path, problem: fmt.Sprintf("holds secrets and is open to others (mode %04o)", mode),
			remedy: fmt.Sprintf("chmod %o %q", mode&^0o077, path),
		}
	}
	return nil
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
		return &modeError{path, "cannot be read or written: permission denied", fmt.Sprintf("make it yours: chown \"$USER\" %q && chmod u+rwX %q", path, path), err}
	}
	return err
}
