package handout

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/cached"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// sealsKey is where the keys are in the Store that seal tokens, beside those of callers.
const sealsKey = "ringcx-broker/short"

const (
	// sealLife is how long tokens are sealed with a key until another one is made, and how long it is kept after that.
	sealLife = 24 * time.Hour
	// sealFresh is how long a replica goes on with the keys that it knows, and sealSettles after what time a key is used that
	// another one preceded: each replica has read it then.
	sealFresh   = time.Minute
	sealSettles = 2 * time.Minute

	sealSize = 32 // AES-256
)

// sealID names a key in a token.
type sealID [4]byte

// newest is, among keys by ID, the one that seals now.
var newest sealID

// seal is a key that is ready for use.
type seal struct {
	id   sealID
	made time.Time
	aead cipher.AEAD
}

// sealKey is what is stored of it. Who reads it can make tokens of any caller.
type sealKey struct {
	ID     []byte    `json:"id"`
	Secret []byte    `json:"secret"`
	Made   time.Time `json:"made"`
}

// sealsVersion is that of what is stored.
const sealsVersion = 1

// sealFile is what is stored.
type sealFile struct {
	Version int       `json:"version"`
	Keys    []sealKey `json:"keys"` // the oldest first
}

// seal is the key with an ID, made if it is to be the newest and there is none. The error is [caller.ErrUnknown] if there is no such
// key, and another one if that cannot be told.
func (s *Short) seal(ctx context.Context, id sealID) (*seal, error) {
	s.once.Do(func() {
		if s.Store == nil {
			s.Store = new(ringcx.Memory)
		}
		s.keys = cached.New(s.readSeals, sealFresh, s.now)
	})
	key, ok, err := s.keys.Get(ctx, id)
	if err == nil && !ok {
		err = caller.ErrUnknown
	}
	return key, err
}

// close is content as a token.
func (key *seal) close(k *kind, content []byte) string {
	sealed := make([]byte, len(key.id), len(key.id)+len(content)+key.aead.Overhead())
	copy(sealed, key.id[:])
	return k.prefix + spelling.EncodeToString(key.aead.Seal(sealed, nil, content, k.bound)) //nolint:gosec // no nonce of ours, see newSeal
}

// open is what is sealed, nil if the key has not sealed it as a token of that kind.
func (key *seal) open(k *kind, sealed []byte) *content {
	text, err := key.aead.Open(nil, nil, sealed, k.bound)
	if err != nil {
		return nil
	}
	return decodeContent(text)
}

// readSeals reads the keys, and makes another one if it is time. If that fails those that there are do.
func (s *Short) readSeals(ctx context.Context) (map[sealID]*seal, error) {
	value, err := s.Store.Load(ctx, sealsKey)
	if err != nil {
		return nil, fmt.Errorf("read the keys of the broker's own tokens: %w", err)
	}
	f, err := decodeSeals(value)
	if err != nil {
		return nil, err
	}
	if now := s.now(); f.due(now) {
		if made, err := s.makeSeal(ctx, now); err == nil {
			f = made
		} else if len(f.Keys) == 0 {
			return nil, err
		}
	}
	return f.seals(s.now())
}

// makeSeal stores another key, unless another replica was first.
func (s *Short) makeSeal(ctx context.Context, now time.Time) (f *sealFile, err error) {
	err = s.Store.Update(ctx, sealsKey, func(old []byte, save func([]byte) error) (err error) {
		if f, err = decodeSeals(old); err != nil || !f.due(now) {
			return err
		}
		f.add(now)
		value, err := json.Marshal(f)
		if err != nil {
			return err
		}
		return save(value)
	})
	if err != nil {
		return nil, fmt.Errorf("make a key for the broker's own tokens: %w", err)
	}
	return f, nil
}

func decodeSeals(value []byte) (*sealFile, error) {
	f := &sealFile{Version: sealsVersion}
	if value == nil {
		return f, nil
	}
	err := json.Unmarshal(value, f)
	wrong := func(k sealKey) bool { return len(k.ID) != len(newest) || len(k.Secret) != sealSize }
	switch {
	case f.Version > sealsVersion: // whatever else it says
		return nil, &cached.NewerError{What: "the stored keys of the broker's own tokens", Version: f.Version, Known: sealsVersion}
	case err != nil || f.Version != sealsVersion || slices.ContainsFunc(f.Keys, wrong):
		return nil, errors.New("the stored keys of the broker's own tokens are damaged") // and not what they are
	}
	return f, nil
}

// due tells whether it is time for another key. One of a clock that goes ahead only lives longer.
func (f *sealFile) due(now time.Time) bool {
	return len(f.Keys) == 0 || now.Sub(f.Keys[len(f.Keys)-1].Made) >= sealLife
}

// add adds a key, and drops those that another one replaced so long ago that no token of them lives.
func (f *sealFile) add(now time.Time) {
	for len(f.Keys) > 1 && now.Sub(f.Keys[1].Made) >= sealLife {
		f.Keys = f.Keys[1:]
	}
	made := sealKey{ID: make([]byte, len(newest)), Secret: make([]byte, sealSize), Made: now.UTC()}
	for sealID(made.ID) == newest || slices.ContainsFunc(f.Keys, func(k sealKey) bool { return slices.Equal(k.ID, made.ID) }) {
		_, _ = rand.Read(made.ID)
	}
	_, _ = rand.Read(made.Secret)
	f.Keys = append(f.Keys, made)
}

// seals are the keys ready for use, with newest for the one that seals now.
func (f *sealFile) seals(now time.Time) (map[sealID]*seal, error) {
	all := make(map[sealID]*seal, len(f.Keys)+1)
	for i := range f.Keys {
		key, err := newSeal(&f.Keys[i])
		if err != nil {
			return nil, err
		}
		all[key.id] = key
		if i == 0 || now.Sub(key.made) >= sealSettles {
			all[newest] = key
		}
	}
	return all, nil
}

// newSeal is a key ready for use. Its random nonces of 96 bits are good for 2^32 tokens, 49,000 a second of its day.
func newSeal(stored *sealKey) (*seal, error) {
	block, err := aes.NewCipher(stored.Secret)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &seal{sealID(stored.ID), stored.Made, aead}, err
}
