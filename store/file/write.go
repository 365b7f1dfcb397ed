package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace makes value the content of the file path, durably and with mode 0600: a crash leaves the old file or the new
// one. A link is followed to its end, and what it leads to is replaced. The directory has to be there.
func Replace(path string, value []byte) error {
	at, err := follow(path)
	if err != nil {
		return err
	}
	if at.info != nil {
		if err := plain(path, at.info); err != nil {
			return err
		}
	}
	if err := Replaceable(path); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(at.path), "."+filepath.Base(at.path)+"-*")
	if err != nil {
		return explain(path, err)
	}
	return explain(path, finish(f, at.path, value))
}

// Replaceable refuses a file that [Replace] could not replace because it is mounted by itself. What does not exist passes.
func Replaceable(path string) error {
	at, err := follow(path)
	if err == nil && at.info != nil && mountPoint(at.path) {
		err = explain(path, &fs.PathError{Op: "rename", Path: path, Err: syscall.EBUSY})
	}
	return err
}

// replace makes value the content of path, durably; nil removes the file. The caller holds the lock of path.
func replace(path string, value []byte) error {
	if value == nil {
		if err := os.Remove(path); err != nil && !isMissing(err) {
			return explain(path, err)
		}
		return explain(path, syncDir(filepath.Dir(path)))
	}
	temp := path + ".new" // one name is enough, as the lock is held; what a crash or somebody else left there goes
	if err := os.Remove(temp); err != nil && !isMissing(err) {
		if info, e := os.Lstat(temp); e == nil && info.IsDir() {
			return &refusal{fmt.Sprintf("%s cannot be saved: a directory has the name of its temporary file", path), "move away what ends in .new there", err}
		}
		return explain(filepath.Dir(path), err)
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600) //nolint:gosec // see Store.path
	if err != nil {
		return explain(filepath.Dir(path), err)
	}
	return explain(path, finish(f, path, value))
}

// finish writes value to a temporary file that is new, and puts it in the place of path.
func finish(f *os.File, path string, value []byte) error {
	_, err := f.Write(value)
	if err == nil {
		err = synced(f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what was there is as it was
		return err
	}
	return syncDir(filepath.Dir(path))
}
