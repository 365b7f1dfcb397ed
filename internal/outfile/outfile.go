// Package outfile writes private files that come into being whole, or not at all.
package outfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/store/file"
)

// File is a private file that is not in its place yet, so that what is there stays until there is something better.
type File struct {
	path string
	temp *os.File
}

// New begins a file that only this user can read or replace. What is at path already has to be a file itself: a link, a
// pipe or a device would be gone afterwards, and what is behind it would not have got anything.
func New(path string) (*File, error) {
	const hint = "--output names a file, which may be new, or - for standard output"
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, usage.New(fmt.Sprintf("cannot write %s: %s", path, usage.PlainPath(err)), hint)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, usage.New(fmt.Sprintf("%s is a link, which is not followed", path), hint)
	case !info.Mode().IsRegular():
		return nil, usage.New(fmt.Sprintf("%s is not a file", path), hint)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return nil, usage.New(fmt.Sprintf("cannot write %s: %s", path, usage.PlainPath(err)), hint)
	}
	o := &File{path, temp}
	if err := file.CheckPrivate(temp.Name()); err != nil {
		o.Discard()
		if !strings.HasPrefix(usage.Hint(err), "chmod") {
			return nil, err
		}
		return nil, usage.New(fmt.Sprintf("cannot write %s so that only you can read it: its file system keeps no modes", path), hint)
	}
	return o, nil
}

// Write writes to the file, wherever it is as yet.
func (o *File) Write(p []byte) (int, error) {
	n, err := o.temp.Write(p)
	if err != nil {
		err = o.failed(err)
	}
	return n, err
}

// Commit puts the file in its place, when everything is written.
func (o *File) Commit() error {
	if err := errors.Join(o.temp.Sync(), o.temp.Close()); err != nil {
		return o.failed(err)
	}
	if err := os.Rename(o.temp.Name(), o.path); err != nil {
		return o.failed(err)
	}
	return nil
}

// CommitAs is Commit in another place, which may be taken.
func (o *File) CommitAs(path string) error {
	o.path = path
	return o.Commit()
}

// CommitNew puts the file in its place if nothing is there by now: else it is discarded, and the error is fs.ErrExist.
func (o *File) CommitNew() error {
	defer o.Discard()
	if err := errors.Join(o.temp.Sync(), o.temp.Close()); err != nil {
		return o.failed(err)
	}
	err := os.Link(o.temp.Name(), o.path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return o.failedOr(err)
	}
	f, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a file system without links: the name is taken first
	if err == nil {
		err = errors.Join(f.Close(), os.Rename(o.temp.Name(), o.path))
	}
	return o.failedOr(err)
}

func (o *File) failedOr(err error) error {
	if err == nil {
		return nil
	}
	return o.failed(err)
}

// failed says which file could not be written, and not where it was on its way.
func (o *File) failed(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &fs.PathError{Op: "write", Path: o.path, Err: err}
}

// WriteAll is all of the file, and puts it in its place.
func (o *File) WriteAll(text string) error {
	if _, err := io.WriteString(o, text); err != nil {
		return err
	}
	return o.Commit()
}

// Discard removes what was not written.
func (o *File) Discard() {
	_ = o.temp.Close()
	_ = os.Remove(o.temp.Name())
}
