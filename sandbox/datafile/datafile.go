// Package datafile keeps the state of a sandbox in a file: a bbolt database, and beside it a log of what was saved last.
//
// A save is one write to the log, for which no disk is waited. So what was saved survives the end of the process, however
// that comes, and an end of the machine but for what was saved in its last moments. What is in the log moves into the
// database, in a transaction that waits for the disk, when the log has grown long and when the file is closed. One process uses a file at a time.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/ringcx-go/ringcx/sandbox"
)

// File is a sandbox.Keeper. Make one with Open, and Close it.
type File struct {
	path   string
	claims []claim // the database and the log
	opened []string

	mu      sync.Mutex // guards what follows
	db      *bbolt.DB
	log     *log    // nil: the File was closed
	pending pending // what is in the log
}

// Open opens the file at path, which it makes if there is none, readable by its owner only: it holds the secrets of the
// sandbox's apps. It fails if another process has it open, if it is damaged, or if it is something else: a link, a pipe, a
// file of another user, a database of others. The same holds for the log beside it. A file that is refused is not
// changed.
func Open(path string) (*File, error) {
	f := &File{path: path, pending: pending{}}
	if err := f.claim(path); err != nil {
		return nil, err
	}
	if err := f.look(); err != nil {
		return nil, err
	}
	var err error
	if f.db, err = f.open(false); err != nil {
		return nil, err
	}
	if err = f.begin(); err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	return f, nil
}

// begin makes the buckets of a new database, opens the log, and reads what an earlier process has left in it.
func (f *File) begin() error {
	if err := f.claim(f.path + logEnding); err != nil {
		return err
	}
	file, err := f.claims[1].open(os.O_RDWR)
	if err != nil {
		return err
	}
	var number uint64
	err = f.careful(func() error {
		return f.db.View(func(tx *bbolt.Tx) error {
			if layoutIn(tx) != 0 {
				number = savedIn(tx)
			}
			return nil
		})
	})
	if err == nil && number == 0 {
		err = f.careful(func() error {
			return f.db.Update(func(tx *bbolt.Tx) (err error) {
				number, err = arrange(tx)
				return err
			})
		})
	}
	if err == nil {
		err = f.inPlace()
	}
	if err == nil {
		f.log, err = readLog(file, number, f.pending.add)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	return nil
}

// inPlace fails if other files are there than those that were claimed.
func (f *File) inPlace() error {
	for _, c := range f.claims {
		if err := c.inPlace(); err != nil {
			return err
		}
	}
	return nil
}

// WasOpen lists the paths that other users could read until Open made them private: what is in them may be known.
func (f *File) WasOpen() []string { return f.opened }

// Load implements sandbox.Keeper.
func (f *File) Load(namespace string, yield func(sandbox.Record) error) error {
	var records []sandbox.Record
	err := f.read(func(tx *bbolt.Tx) (err error) {
		records, err = f.pending.recordsOf(tx, namespace)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := yield(r); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return nil
}

// Namespaces implements sandbox.Keeper.
func (f *File) Namespaces() (names []string, err error) {
	err = f.read(func(tx *bbolt.Tx) (err error) {
		names, err = f.pending.namespaces(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

func (f *File) read(do func(*bbolt.Tx) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.log == nil {
		return f.closed()
	}
	return f.careful(func() error { return f.db.View(do) })
}

// Save implements sandbox.Keeper. It fails if the file was deleted or replaced since Open: nobody would find there what it
// saves.
func (f *File) Save(namespace string, replace bool, records []sandbox.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.log == nil {
		return f.closed()
	}
	if err := f.inPlace(); err != nil {
		return err
	}
	if f.log.end >= longLog {
		if err := f.fold(); err != nil {
			return err
		}
	}
	s := save{namespace, replace, records}
	if err := f.log.append(s); err != nil {
		return err
	}
	f.pending.add(s)
	return nil
}

// fold moves what is in the log into the database. If it fails, the log stays.
func (f *File) fold() error {
	if len(f.pending) == 0 {
		return nil
	}
	err := f.careful(func() error {
		return f.db.Update(func(tx *bbolt.Tx) error {
			return errors.Join(f.pending.moveTo(tx), putSaved(tx, f.log.last))
		})
	})
	if err != nil {
		return err
	}
	clear(f.pending)
	return f.log.empty()
}

func (f *File) closed() error { return fmt.Errorf("%s: %w", f.path, fs.ErrClosed) }

// Close lets go of the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.log == nil {
		return nil
	}
	err := f.fold()
	if placed := f.inPlace(); err == nil && placed == nil {
		err = f.log.remove()
	} else {
		err = errors.Join(err, f.log.file.Close())
	}
	f.log = nil
	return errors.Join(err, f.db.Close())
}
