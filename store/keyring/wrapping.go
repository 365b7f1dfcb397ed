package keyring

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/ringcx-go/ringcx/store/file"
)

const (
	recordName = "wrapping-key" // no lineage's: those end in suffix
	keySize    = 32
)

// wrapping returns the key of the directory, and makes it where nothing is stored yet. The keyring is asked once for
// each record.
func (s *Store) wrapping(ctx context.Context) (*wrapping, error) {
	record, err := s.files().Load(ctx, recordName)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known, of := s.key, s.record
	s.mu.Unlock()
	if known != nil && bytes.Equal(of, record) {
		return known, nil
	}
	if record == nil {
		if record, err = s.create(ctx); err != nil {
			return nil, err
		}
	}
	w, err := s.fetch(ctx, record)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key, s.record = w, record
	return w, nil
}

// fetch gets the key of a record out of the keyring.
func (s *Store) fetch(ctx context.Context, record []byte) (*wrapping, error) {
	e, err := parse(record)
	if newer := s.newer(recordName, err); newer != nil {
		return nil, newer
	}
	if err != nil {
		return nil, s.lost("the file " + recordName + ".json is damaged")
	}
	secret, err := s.get(ctx, e.Key)
	switch {
	case err != nil:
		return nil, err
	case secret == "":
		return nil, s.lost("the keyring does not hold the key any more")
	}
	w, err := newWrapping(e.Key, secret)
	if err != nil || !w.fits(e) {
		return nil, s.lost("the keyring holds another key")
	}
	return w, nil
}

// create makes the key and its record, under the record's lock: who comes second finds the record of the first. It is
// written when the keyring has shown that it keeps the key; an entry without a record, left by a crash, harms nobody.
func (s *Store) create(ctx context.Context) (record []byte, err error) {
	err = s.files().Update(ctx, recordName, func(old []byte, save func([]byte) error) error {
		if record = old; record != nil {
			return nil
		}
		if used, err := s.used(); err != nil {
			return err
		} else if used {
			return s.lost("the file " + recordName + ".json is gone")
		}
		key := make([]byte, keySize)
		_, _ = rand.Read(key) // it never fails
		id, secret := recordName+" "+rand.Text(), base64.StdEncoding.EncodeToString(key)
		if err := s.set(ctx, id, secret); err != nil {
			return err
		}
		kept, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if kept != secret {
			return &storeError{"the keyring does not keep what it is given", hintChoice, nil}
		}
		w, err := newWrapping(id, secret)
		if err == nil {
			record, err = w.record()
		}
		if err != nil {
			return err
		}
		return save(record)
	})
	return record, err
}

// used says whether the directory holds lineages.
func (s *Store) used() (bool, error) {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, file.Explain(s.Dir, err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix+".json") {
			return true, nil
		}
	}
	return false, nil
}

// newer is the error for a file that a newer program has written, nil if err says nothing of that.
func (s *Store) newer(name string, err error) error {
	if !errors.As(err, new(*newerError)) {
		return nil
	}
	return &storeError{fmt.Sprintf("the file %s.json in %s cannot be read: %s", name, s.Dir, err), "update this program; what is stored was left as it is", err}
}

// lost is the error for a directory whose key is gone.
func (s *Store) lost(why string) error {
	return &storeError{
		fmt.Sprintf("the sessions in %s cannot be decrypted: %s", s.Dir, why),
		fmt.Sprintf("bring back the keyring and the directory as they belong together, or remove %q and log in anew", s.Dir), nil,
	}
}
