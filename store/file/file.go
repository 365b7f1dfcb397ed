// Package file is a Store in a directory: one file for each lineage, shared by all programs of one user on one machine.
//
// The directory is made with mode 0700 and the files with 0600; anything that others may read, or that belongs to somebody
// else than this user or root, is refused, with the command that mends it. A value is replaced by writing a temporary file, forcing it to disk and renaming it, so a
// crash or a power cut leaves the old value or the new one. Who may renew is decided by a lock file beside each value,
// locked with flock or LockFileEx: the operating system releases it when its holder dies. Lock files are never deleted.
//
// Put the directory on a local disk. Locks and renames on network file systems are not dependable; several machines
// share a database instead.
package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Store implements ringcx.Store in the directory Dir, which is made when it is first written to.
type Store struct {
	Dir string
}

// Load returns the value of key, nil if there is none. It takes no lock: files are replaced whole.
func (s *Store) Load(_ context.Context, key string) ([]byte, error) {
	path, err := s.path(key)
	if err != nil {
		return nil, err
	}
	if err := CheckPrivate(s.Dir); err != nil {
		return nil, err
	}
	return load(path)
}

// load reads a value in a directory that is ours.
func load(path string) ([]byte, error) {
	if err := checkInside(path); err != nil {
		return nil, err
	}
	value, err := os.ReadFile(path) //nolint:gosec // the path is made of Dir and an escaped key
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return value, explain(err)
}

// Update implements ringcx.Store: fn runs while no other Update of key does, in any process on this machine.
func (s *Store) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return explain(err)
	}
	if err := CheckPrivate(s.Dir); err != nil {
		return err // before a lock is opened, which would follow a link
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if err := await(ctx, lock); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for the lock on %s: %w", path, ctx.Err())
		}
		return explain(err)
	}
	defer func() { _ = lock.Close() }()
	old, err := load(path)
	if err != nil {
		return err
	}
	return fn(old, func(value []byte) error { return explain(replace(path, value)) })
}

// path of a value. Keys are escaped, so that every key is a file of its own and none leads out of Dir.
func (s *Store) path(key string) (string, error) {
	if s.Dir == "" {
		return "", errors.New("the file store has no directory")
	}
	if key == "" {
		return "", errors.New("the file store was given an empty key")
	}
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && b.Len() > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() > 200 {
		return "", fmt.Errorf("the key is too long for a file name: %d bytes", b.Len())
	}
	return filepath.Join(s.Dir, b.String()+".json"), nil
}

// replace makes value the content of path, durably; nil removes the file.
func replace(path string, value []byte) error {
	if value == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return syncDir(filepath.Dir(path))
	}
	temp := path + ".new" // one name is enough: the lock is held, and one left by a crash is overwritten
	if err := writeFile(temp, value); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncDir(filepath.Dir(path))
}

func writeFile(path string, value []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // see path
	if err != nil {
		return err
	}
	_, err = f.Write(value)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
