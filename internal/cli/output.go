package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringcx-go/ringcx/store/file"
)

// output is a private file that is not in its place yet, so that what is there stays until there is something better.
type output struct {
	path string
	temp *os.File
}

// newOutput begins a file that only this user can read or replace. What is at path already has to be a file itself: a link, a
// pipe or a device would be gone afterwards, and what is behind it would not have got anything.
func newOutput(path string) (*output, error) {
	const hint = "--output names a file, which may be new, or - for standard output"
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, &usageError{fmt.Sprintf("cannot write %s: %s", path, plainPath(err)), hint}
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &usageError{fmt.Sprintf("%s is a link, which is not followed", path), hint}
	case !info.Mode().IsRegular():
		return nil, &usageError{fmt.Sprintf("%s is not a file", path), hint}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return nil, &usageError{fmt.Sprintf("cannot write %s: %s", path, plainPath(err)), hint}
	}
	o := &output{path, temp}
	if err := file.CheckPrivate(temp.Name()); err != nil {
		o.discard()
		if !strings.HasPrefix(hintFor(err), "chmod") {
			return nil, err
		}
		return nil, &usageError{fmt.Sprintf("cannot write %s so that only you can read it: its file system keeps no modes", path), hint}
	}
	return o, nil
}

// Write writes to the file, wherever it is as yet.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.temp.Write(p)
	if err != nil {
		err = o.failed(err)
	}
	return n, err
}

// commit puts the file in its place, when everything is written.
func (o *output) commit() error {
	if err := errors.Join(o.temp.Sync(), o.temp.Close()); err != nil {
		return o.failed(err)
	}
	if err := os.Rename(o.temp.Name(), o.path); err != nil {
		return o.failed(err)
	}
	return nil
}

// failed says which file could not be written, and not where it was on its way.
func (o *output) failed(err error) error {
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

// write is all of the file, and puts it in its place.
func (o *output) write(text string) error {
	if _, err := io.WriteString(o, text); err != nil {
		return err
	}
	return o.commit()
}

// discard removes what was not written.
func (o *output) discard() {
	_ = o.temp.Close()
	_ = os.Remove(o.temp.Name())
}
