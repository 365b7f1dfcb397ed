package file

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// OpenPrivate opens a file with secrets that [CheckPrivate] would not refuse; what is no file is refused at once, also a
// pipe that nobody writes to. Secrets that the system mounts for a program are taken as they are: what lies on a read-only
// file system, and what root put into memory for another user. tell, if not nil, gets a sentence about each thing that is
// not as it should be.
func OpenPrivate(path string, tell func(string)) (*os.File, error) { return open(path, private, tell) }

// OpenOwned is OpenPrivate for what [CheckOwned] would not refuse. From a file that is not behind a link the right of a
// group to write is taken.
func OpenOwned(path string, tell func(string)) (*os.File, error) { return open(path, owned, tell) }

func open(path string, r rule, tell func(string)) (*os.File, error) {
	at, err := follow(path)
	switch {
	case err != nil:
		return nil, err
	case at.info == nil:
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOENT}
	}
	f, info, err := at.open(path)
	if err != nil {
		return nil, err
	}
	group, err := r.judge(path, info)
	if err != nil {
		if !mounted(f, info) {
			_ = f.Close()
			return nil, err
		}
		if tell != nil {
			tell(err.Error() + "; it was mounted so")
		}
	}
	switch {
	case group == 0 || ownGroup(info):
	case r == owned && at.links == 0:
		tighten(path, info, group, f.Chmod, f.Stat, tell)
	case tell != nil:
		tell(fmt.Sprintf("group %s can use %s (mode %04o)", groupOf(info), path, info.Mode().Perm()))
	}
	if r == owned && at.links == 0 {
		closeHolder(at.holders[0], tell)
	}
	if err := at.held(tell); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// open opens a place that is a file. Errors name it as path.
func (at *place) open(path string) (*os.File, fs.FileInfo, error) {
	if err := plain(path, at.info); err != nil {
		return nil, nil, err
	}
	flags := os.O_RDONLY | nonBlock
	if !at.nowhere {
		flags |= noFollow
	}
	f, err := os.OpenFile(at.path, flags, 0) //nolint:gosec // the caller's file
	if err != nil {
		return nil, nil, explain(path, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = plain(path, info) // it may have been exchanged
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, explain(path, err)
	}
	return f, info, nil
}

// plain refuses what is no file.
func plain(path string, info fs.FileInfo) error {
	kind, cause := "", error(nil)
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind, cause = "directory", syscall.EISDIR
	case mode&fs.ModeSymlink != 0:
		kind, cause = "link", syscall.ELOOP
	case mode&fs.ModeNamedPipe != 0:
		kind = "pipe"
	case mode&fs.ModeSocket != 0:
		kind = "socket"
	default:
		kind = "device"
	}
	return &refusal{fmt.Sprintf("%s is a %s, not a file", path, kind), "move it away, or name another place", cause}
}

// load reads a value in a directory that is ours: nil if there is none. A value has one name. Behind a link, or under a
// second name, what is replaced or removed here would stay.
func load(dir, path string, tell func(string)) ([]byte, error) {
	at := &place{path: path}
	var err error
	switch at.info, err = os.Lstat(path); {
	case isMissing(err):
		return nil, nil
	case err != nil:
		return nil, explain(dir, err)
	}
	f, info, err := at.open(path)
	switch {
	case isMissing(err): // since then
		return nil, nil
	case err != nil:
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if names(info) > 1 {
		return nil, &refusal{
			path + " has a second name (a hard link), under which its secrets would stay",
			fmt.Sprintf("make it a file of its own: cp -p %[1]s %[2]s && mv %[2]s %[1]s", quote(path), quote(path+".copy")), nil,
		}
	}
	group, err := private.judge(path, info)
	if err != nil {
		return nil, err
	}
	if group != 0 {
		tighten(path, info, group, f.Chmod, f.Stat, tell)
	}
	value := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // read at once
	_, err = value.ReadFrom(f)
	return value.Bytes(), explain(dir, err)
}

// tighten takes bits from a group of ours. Where they cannot be taken, or come back, it is told.
func tighten(path string, info fs.FileInfo, group fs.FileMode, chmod func(fs.FileMode) error, stat func() (fs.FileInfo, error), tell func(string)) {
	before := info.Mode()
	done := mine(info) && chmod(before&^group&(fs.ModePerm|fs.ModeSetgid|fs.ModeSticky)) == nil
	if done {
		now, err := stat()
		done = err == nil && now.Mode()&group == 0
	}
	switch {
	case tell == nil:
	case done:
		tell(fmt.Sprintf("group %s could use %s until now (mode %04o); that was ended", groupOf(info), path, before.Perm()))
	default:
		tell(fmt.Sprintf("group %s can use %s (mode %04o), which cannot be changed here", groupOf(info), path, before.Perm()))
	}
}

// closeHolder takes from a group of ours the right to write to a directory in which nothing but ours lies.
func closeHolder(dir string, tell func(string)) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || ownGroup(info) {
		return
	}
	if group, err := owned.judge(dir, info); err == nil && group != 0 && ownAlone(dir) {
		tighten(dir, info, group, func(mode fs.FileMode) error { return os.Chmod(dir, mode) }, func() (fs.FileInfo, error) { return os.Lstat(dir) }, tell)
	}
}

// directory is the store's directory without a link at its end; "" if it is not there.
func (s *Store) directory() (string, error) {
	at, err := follow(s.Dir)
	switch {
	case err != nil || at.info == nil:
		return "", err
	case !at.info.IsDir():
		return "", &refusal{s.Dir + " is not a directory", "choose another place", syscall.ENOTDIR}
	}
	group, err := private.judge(s.Dir, at.info)
	if err != nil {
		return "", err
	}
	if err := at.held(s.Tell); err != nil {
		return "", err
	}
	if group != 0 {
		chmod := func(mode fs.FileMode) error {
			if !ownAlone(at.path) {
				return fs.ErrPermission
			}
			return os.Chmod(at.path, mode)
		}
		tighten(s.Dir, at.info, group, chmod, func() (fs.FileInfo, error) { return os.Lstat(at.path) }, s.Tell)
	}
	return at.path, nil
}
