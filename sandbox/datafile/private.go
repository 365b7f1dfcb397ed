package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// claim is a file that is this user's alone.
type claim struct {
	path string
	info os.FileInfo // which file it was
}

// claim makes sure that the file at path is this user's alone, and makes it if there is none.
func (f *File) claim(path string) error {
	info, loose, err := claimOne(path)
	if err != nil {
		return err
	}
	f.claims = append(f.claims, claim{path, info})
	if loose {
		f.opened = append(f.opened, path)
	}
	return nil
}

// open opens the file that was claimed, and none that has come in its place.
func (c claim) open(flag int) (*os.File, error) {
	file, err := os.OpenFile(c.path, flag|noFollow, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(info, c.info) {
		err = c.lost()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// inPlace fails if another file is there than that which was claimed.
func (c claim) inPlace() error {
	if info, err := os.Lstat(c.path); err != nil || !os.SameFile(info, c.info) {
		return c.lost()
	}
	return nil
}

func (c claim) lost() error {
	return fmt.Errorf("%s was deleted or replaced while it was in use", c.path)
}

// claimOne tells which file it is, and whether others could read it until now.
func claimOne(path string) (info os.FileInfo, loose bool, err error) {
	info, err = os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the caller's file
		if err != nil {
			return nil, false, err
		}
		info, err = f.Stat()
		return info, false, errors.Join(err, f.Close())
	}
	if err == nil {
		err = check(path, info)
	}
	if err != nil {
		return nil, false, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|noFollow, 0) //nolint:gosec // the caller's file
	if err != nil {
		return nil, false, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(path, info) // it may have become another
	}
	if err == nil {
		loose, err = tighten(f, info)
	}
	return info, loose, errors.Join(err, f.Close())
}

// check refuses what is no file of this user.
func check(path string, info os.FileInfo) error {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link, and those are not followed", path)
	case mode.IsDir():
		return fmt.Errorf("%s is a directory", path)
	case !mode.IsRegular():
		return fmt.Errorf("%s is no regular file", path)
	}
	return checkOwner(path, info)
}
