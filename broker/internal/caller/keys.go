package caller

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/cached"
)

// Prefix begins every key: a scanner for secrets finds them by it.
const Prefix = "rcxb_"

// storeKey is where the keys are in the Store. No lineage is called so: lineages that are not named have hexadecimal digits.
const storeKey = "ringcx-broker/keys"

// keysVersion is that of what is stored of the keys.
const keysVersion = 1

// Cached is how long a replica goes on with what it knows of the keys. A revoked key may work so long.
const Cached = 10 * time.Second

// Key is what is stored of a key: not the key.
type Key struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"` // of the caller
	Profile string    `json:"profile,omitempty"`
	Hash    []byte    `json:"hash"` // SHA-256 of the secret, 32 random bytes: there is nothing that a slow hash would protect
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Revoked time.Time `json:"revoked,omitzero"` // zero: it is not
}

// Keys are the keys of callers, in a Store that replicas share.
type Keys struct {
	Store ringcx.Store
	Now   func() time.Time // nil: time.Now

	once  sync.Once
	known *cached.Record[string, *Key] // by ID; set by once
}

// keyFile is what is stored.
type keyFile struct {
	Version int    `json:"version"`
	Keys    []*Key `json:"keys"`
}

func (k *Keys) now() time.Time {
	if k.Now != nil {
		return k.Now()
	}
	return time.Now()
}

// record is the keys as they are known.
func (k *Keys) record() *cached.Record[string, *Key] {
	k.once.Do(func() {
		k.known = cached.New(func(ctx context.Context) (map[string]*Key, error) {
			all, err := k.List(ctx)
			return byID(all), err
		}, Cached, k.now)
	})
	return k.known
}

// Create makes a key and returns it: it is stored nowhere. A life of 0 does not end.
func (k *Keys) Create(ctx context.Context, name, profile string, life time.Duration) (string, error) {
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
		return "", fmt.Errorf("%q is no name for a key: up to 100 letters, digits and signs of ASCII, without spaces and colons", name)
	}
	var random [40]byte
	_, _ = rand.Read(random[:])
	id, secret := hex.EncodeToString(random[:8]), base64.RawURLEncoding.EncodeToString(random[8:])
	made := &Key{ID: id, Name: name, Profile: profile, Hash: hash(secret), Created: k.now().UTC().Round(time.Second)}
	if life > 0 {
		made.Expires = k.now().Add(life).UTC()
	}
	err := k.change(ctx, func(f *keyFile) error {
		f.Keys = append(f.Keys, made)
		return nil
	})
	return Prefix + id + "_" + secret, err
}

// Revoke ends the keys with an ID, or all of a name, and returns how many that were. Replicas notice within [Cached].
func (k *Keys) Revoke(ctx context.Context, idOrName string) (n int, err error) {
	err = k.change(ctx, func(f *keyFile) error {
		n = 0
		for _, key := range f.Keys {
			if (key.ID == idOrName || key.Name == idOrName) && key.Revoked.IsZero() {
				key.Revoked = k.now().UTC().Round(time.Second)
				n++
			}
		}
		return nil
	})
	return n, err
}

// List are all keys, the oldest first, with the revoked ones.
func (k *Keys) List(ctx context.Context) ([]*Key, error) {
	value, err := k.Store.Load(ctx, storeKey)
	if err != nil {
		return nil, fmt.Errorf("read the keys of the broker: %w", err)
	}
	f, err := decodeKeys(value)
	return f.Keys, err
}

func (k *Keys) change(ctx context.Context, change func(*keyFile) error) error {
	var f keyFile
	err := k.Store.Update(ctx, storeKey, func(old []byte, save func([]byte) error) (err error) {
		if f, err = decodeKeys(old); err != nil {
			return err
		}
		if err := change(&f); err != nil {
			return err
		}
		value, err := json.Marshal(f)
		if err != nil {
			return err
		}
		return save(value)
	})
	if err != nil {
		return fmt.Errorf("change the keys of the broker: %w", err)
	}
	k.record().Replace(byID(f.Keys))
	return nil
}

func byID(keys []*Key) map[string]*Key {
	all := make(map[string]*Key, len(keys))
	for _, key := range keys {
		all[key.ID] = key
	}
	return all
}

func decodeKeys(value []byte) (keyFile, error) {
	f := keyFile{Version: keysVersion}
	if value == nil {
		return f, nil
	}
	switch err := json.Unmarshal(value, &f); {
	case f.Version > keysVersion: // whatever else it says
		return f, &cached.NewerError{What: "the stored keys of the broker", Version: f.Version, Known: keysVersion}
	case err != nil || f.Version != keysVersion:
		return f, errors.New("the stored keys of the broker are damaged")
	}
	f.Keys = slices.DeleteFunc(f.Keys, func(key *Key) bool { return key == nil })
	return f, nil
}

// Authenticate implements [Authenticator]. With the Store down the keys are those that were read last.
func (k *Keys) Authenticate(r *http.Request, secret string) (*Caller, error) {
	return k.Check(r.Context(), secret)
}

// Check tells whose a key is.
func (k *Keys) Check(ctx context.Context, text string) (*Caller, error) {
	rest, ok := strings.CutPrefix(text, Prefix)
	id, secret, two := strings.Cut(rest, "_")
	if !ok || !two || len(id) != 16 || len(secret) != 43 {
		return nil, ErrUnknown
	}
	key, ok, err := k.record().Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if sum := hash(secret); !ok || subtle.ConstantTimeCompare(key.Hash, sum) != 1 || !key.alive(k.now()) {
		return nil, ErrUnknown
	}
	return &Caller{Name: key.Name, ID: key.ID, Profile: key.Profile, Keyed: true, Until: key.Expires}, nil
}

// Alive is nil if the key with an ID may still be used, as far as that is known, and [ErrUnknown] if not. Another error is that
// it cannot be told.
func (k *Keys) Alive(ctx context.Context, id string) error {
	key, ok, err := k.record().Get(ctx, id)
	if err == nil && (!ok || !key.alive(k.now())) {
		err = ErrUnknown
	}
	return err
}

func (key *Key) alive(now time.Time) bool {
	return key.Revoked.IsZero() && (key.Expires.IsZero() || now.Before(key.Expires))
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Reread has the keys read again for the next caller. Those that are known stay so if they cannot be.
func (k *Keys) Reread() { k.record().Reread() }

// Look reads the keys if nobody has yet, and tells why they could not be.
func (k *Keys) Look(ctx context.Context) error { return k.record().Look(ctx) }

// Problem is why the keys could not be read again, nil if they could.
func (k *Keys) Problem() error { return k.record().Problem() }
