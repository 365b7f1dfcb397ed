package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// besides are the endings of the files that SQLite keeps beside a database.
var besides = []string{"-wal", "-shm", "-journal"}

// claim makes sure that the file at path and those beside it are this user's alone, and makes the file if there is none. It
// gives the file that it found, and the paths that others could read until now.
func claim(path string) (info os.FileInfo, opened []string, err error) {
	for _, end := range append([]string{""}, besides...) {
		found, loose, err := claimOne(path+end, end == "")
		switch {
		case errors.Is(err, fs.ErrNotExist) && end != "":
			continue
		case err != nil:
			return nil, nil, err
		case end == "":
			info = found
		}
		if loose {
			opened = append(opened, path+end)
		}
	}
	return info, opened, nil
}

// claimOne is claim for one file, which is made if there is none and it has to be there. loose is whether others could read
// it.
func claimOne(path string, create bool) (info os.FileInfo, loose bool, err error) {
	info, err = os.Lstat(path)
	if create && errors.Is(err, fs.ErrNotExist) {
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
