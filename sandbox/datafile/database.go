package datafile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// oldForm begins a file of layout 1.
const oldForm = "SQLite format 3\x00"

// look refuses a file that is not one of ours, or damaged, without changing it.
func (f *File) look() error {
	head, err := f.claims[0].open(os.O_RDONLY)
	if err != nil {
		return err
	}
	defer head.Close() //nolint:errcheck // it was read
	begin := make([]byte, len(oldForm))
	switch _, err := io.ReadFull(head, begin); {
	case errors.Is(err, io.EOF):
		return nil // a new one
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(begin) == oldForm:
		return fmt.Errorf("%s is an SQLite database, as an older ringcx kept it, and is left as it is: start with another file, "+
			"or save a snapshot with that ringcx (its console, or GET /_sandbox/snapshot) and start from that", f.path)
	}
	db, err := f.open(true)
	if err != nil {
		return err
	}
	err = f.careful(func() error { return db.View(f.verify) })
	return errors.Join(err, db.Close())
}

// open opens the database.
func (f *File) open(readOnly bool) (db *bbolt.DB, err error) {
	var file *os.File
	err = f.careful(func() (err error) {
		db, err = bbolt.Open(f.path, 0o600, &bbolt.Options{
			ReadOnly: readOnly, PreLoadFreelist: true,
			Timeout: time.Millisecond, // it tries for the lock once
			OpenFile: func(_ string, flag int, _ fs.FileMode) (_ *os.File, err error) {
				file, err = f.claims[0].open(flag &^ os.O_CREATE)
				return file, err
			},
		})
		return err
	})
	if err != nil && file != nil {
		_ = file.Close() // the lock goes with it
	}
	return db, err
}

// verify reads all there is.
func (f *File) verify(tx *bbolt.Tx) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("%s is damaged: it has %d bytes of %d", f.path, info.Size(), tx.Size())
	}
	found := layoutIn(tx)
	switch first, _ := tx.Cursor().First(); {
	case first == nil:
		return nil // a new one, whose process ended right then
	case found == 0:
		return fmt.Errorf("%s is a database of something else", f.path)
	case found > layout:
		return fmt.Errorf("%s was written by a newer version of ringcx (layout %d, this one knows %d)", f.path, found, layout)
	case savedIn(tx) == 0 || namespacesIn(tx) == nil:
		return fmt.Errorf("%s is damaged: it does not say how it is arranged", f.path)
	}
	names, err := pending(nil).namespaces(tx)
	for _, name := range names {
		if err == nil {
			_, err = pending(nil).recordsOf(tx, name)
		}
	}
	return err
}

// careful runs what reads the database, and says in words what people can do something about. A database is mapped into
// memory and not checked by what reads it, so that of a damaged one nothing is sure: it panics, or leads out of the file.
func (f *File) careful(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s is damaged: %v", f.path, p)
		}
	}()
	err = do()
	switch {
	case err == nil, strings.HasPrefix(err.Error(), f.path+" "):
		return err
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("%s is in use by another process", f.path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%s is not a file of the sandbox", f.path)
	case errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, errShort), strings.Contains(err.Error(), "size too small"):
		return fmt.Errorf("%s is damaged: %w", f.path, err)
	}
	return fmt.Errorf("%s: %w", f.path, err)
}
