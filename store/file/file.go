// Package file is a Store in a directory: one file for each lineage, shared by all programs of one user on one machine.
//
// The directory is made with mode 0700 and the files with 0600. Anything that others may read, or that belongs to somebody
// else than this user or root, is refused, with the command that mends it. So is what a group may read in which this process
// is not; the bits of a group in which it is are taken away, as orchestrators set them again at each start (Kubernetes:
// fsGroup), and told where they stay. The directory may be a link, if it and all links after it are this user's or root's.
// In it nothing may be one, nor have a second name: what is replaced or removed would stay there.
//
// A value is replaced by writing a temporary file, forcing it to disk and renaming it, so a
// crash or a power cut leaves the old value or the new one. Who may renew is decided by a lock file beside each value,
// locked with flock or LockFileEx: the operating system releases it when its holder dies. Lock files are never deleted.
// What the operating system refuses is told in one sentence, with a method Hint that says what to do; the old value stays.
//
// Put the directory on a local disk. Locks and renames on network file systems are not dependable; several machines
// share a database instead.
package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Store implements ringcx.Store in the directory Dir, which is made when it is first written to.
type Store struct {
	Dir string
	// Tell, if not nil, gets a sentence about each thing that is not as it should be but can be lived with, as files that
	// a group of this process could read. It may get the same one again, and from several goroutines.
	Tell func(string)
}

// Load returns the value of key, nil if there is none. It takes no lock: files are replaced whole.
func (s *Store) Load(_ context.Context, key string) ([]byte, error) {
	name, err := s.name(key)
	if err != nil {
		return nil, err
	}
	dir, err := s.directory()
	if err != nil || dir == "" {
		return nil, err
	}
	return load(dir, filepath.Join(dir, name), s.Tell)
}

// Update implements ringcx.Store: fn runs while no other Update of key does, in any process on this machine.
func (s *Store) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	name, err := s.name(key)
	if err != nil {
		return err
	}
	dir, err := s.directory()
	if err == nil && dir == "" {
		if err = os.MkdirAll(s.Dir, 0o700); err != nil {
			return explain(s.Dir, err)
		}
		dir, err = s.directory()
	}
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	unlock, err := Lock(ctx, path+".lock")
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for the lock on %s: %w", path, ctx.Err())
		}
		return explain(dir, err)
	}
	defer unlock()
	old, err := load(dir, path, s.Tell)
	if err != nil {
		return err
	}
	return fn(old, func(value []byte) error { return replace(path, value) })
}
