// Package keyring is a Store in a directory whose files are encrypted, with the key in the operating system's keyring:
// Keychain on macOS, Credential Manager on Windows, the Secret Service (GNOME Keyring, KWallet) elsewhere.
//
// Locks, modes and durability are those of package [github.com/ringcx-go/ringcx/store/file], on whose files it is
// built. Each value is sealed with AES-256-GCM and bound to its name, so that a copy of the directory is worth nothing
// without the keyring, and files cannot be changed or exchanged without notice. What it cannot notice is a file that was
// deleted or replaced by an older one of the same name. Nor does it keep out programs that run as the same user while
// the keyring is open.
//
// The key is 32 random bytes, made by the first Update in a directory and never replaced. A file of the directory,
// wrapping-key.json, names the keyring's entry and holds a text sealed with the key, to tell the right one. When the
// entry is gone what the directory holds is lost, and said to be: no new key is made beside it.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

// Store implements ringcx.Store. The fields are set before its first use.
type Store struct {
	// Dir is the directory of the files. It must be set, and is made when it is first written to.
	Dir string
	// Service is the name of the keyring's entries, "ringcx" if empty. It must stay the same for a directory.
	Service string
	// Ring is the keyring, that of the operating system if nil.
	Ring Ring
	// Available is asked before each operation and fails it with its error. Nil: the keyring is taken to be there. See
	// [Available], without which a Linux machine where nobody is logged in gets a daemon that stays.
	Available func() error
	// Tell, if not nil, gets a sentence about each thing that is not as it should be with the files, see [file.Store].
	Tell func(string)
	// Limit is how long one call of the keyring may take, three seconds if zero.
	Limit time.Duration

	mu     sync.Mutex // guards all below
	key    *wrapping  // nil: not yet known
	record []byte     // that the key belongs to
}

// suffix keeps the names of lineages apart from that of the record.
const suffix = ".sealed"

// Load implements ringcx.Store. Where there is no value the keyring is not asked.
func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
	if err := s.check(key); err != nil {
		return nil, err
	}
	sealed, err := s.files().Load(ctx, key+suffix)
	if err != nil || sealed == nil {
		return nil, err
	}
	return s.open(ctx, key, sealed)
}

// Update implements ringcx.Store.
func (s *Store) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	if err := s.check(key); err != nil {
		return err
	}
	w, err := s.wrapping(ctx)
	if err != nil {
		return err
	}
	return s.files().Update(ctx, key+suffix, func(sealed []byte, save func([]byte) error) error {
		var old []byte
		if sealed != nil {
			if old, err = s.open(ctx, key, sealed); err != nil {
				return err
			}
		}
		return fn(old, func(value []byte) error {
			if value == nil {
				return save(nil)
			}
			sealed, err := w.seal(key, value)
			if err != nil {
				return err
			}
			return save(sealed)
		})
	})
}

// Now tells the time to all programs of the machine, see [file.Store.Now].
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.files().Now(ctx) }

// Place tells the directory, so that sessions of a process that were given Stores of the same one know it.
func (s *Store) Place() string { return "keyring: " + s.files().Place() }

func (s *Store) files() *file.Store { return &file.Store{Dir: s.Dir, Tell: s.Tell} }

func (s *Store) check(key string) error {
	switch {
	case s.Dir == "":
		return errors.New("the keyring store has no directory")
	case key == "":
		return errors.New("the keyring store was given an empty key")
	case s.Available != nil:
		return s.Available()
	}
	return nil
}

// open opens what a file holds.
func (s *Store) open(ctx context.Context, key string, sealed []byte) ([]byte, error) {
	w, err := s.wrapping(ctx)
	if err != nil {
		return nil, err
	}
	e, err := parse(sealed)
	if newer := s.newer(key+suffix, err); newer != nil {
		return nil, newer
	}
	if err == nil {
		if value, err := w.open(key, e); err == nil {
			return value, nil
		}
	}
	return nil, &storeError{
		fmt.Sprintf("the stored session %q in %s cannot be decrypted: it was damaged, changed, or belongs elsewhere", key, s.Dir),
		"it was left as it is; bring back the file from a backup, or remove " + key + suffix + ".json and log in anew", nil,
	}
}
