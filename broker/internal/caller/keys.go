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
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
)

// Prefix begins every key: a scanner for secrets finds them by it.
const Prefix = "rcxb_"

// storeKey is where the keys are in the Store. No lineage is called so: lineages that are not named have hexadecimal digits.
const storeKey = "ringcx-broker/keys"

const (
	// Cached is how long a replica goes on with what it knows of the keys. A revoked key may work so long.
	Cached = 10 * time.Second
	// pressing is how soon a replica asks again for a key that it does not know.
	pressing = time.Second
	// moment is how long callers whose key is known wait for the Store, and patience how long it is waited for at all.
	moment   = 250 * time.Millisecond
	patience = 5 * time.Second
)

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

	known atomic.Pointer[keyring] // nil: they have not been read

	mu      sync.Mutex // held by who changes known; guards reading
	reading *reader    // nil: nobody reads
}

// reader reads the keys for all who wait. Its ring and err are set when done is closed.
type reader struct {
	began time.Time
	done  chan struct{}
	ring  *keyring
	err   error
}

// keyring is the keys as they were read. It does not change.
type keyring struct {
	byID map[string]*Key
	at   time.Time // when that was
	err  error     // of a later read that failed; the keys are those of the last that did not
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
	k.replace(f.ring(k.now()))
	return nil
}

// ring is f as it was read.
func (f *keyFile) ring(at time.Time) *keyring {
	ring := &keyring{at: at, byID: make(map[string]*Key, len(f.Keys))}
	for _, key := range f.Keys {
		ring.byID[key.ID] = key
	}
	return ring
}

func decodeKeys(value []byte) (keyFile, error) {
	f := keyFile{Version: 1}
	if value == nil {
		return f, nil
	}
	if err := json.Unmarshal(value, &f); err != nil {
		return f, errors.New("the stored keys of the broker are damaged")
	}
	if f.Version != 1 {
		return f, fmt.Errorf("the stored keys of the broker have version %d, which this program does not know", f.Version)
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
	ring, err := k.read(ctx, id)
	if err != nil {
		return nil, err
	}
	key, sum := ring.byID[id], hash(secret)
	if key == nil && ring.err != nil { // it may have been made since they were last read
		return nil, ring.err
	}
	if key == nil || subtle.ConstantTimeCompare(key.Hash, sum) != 1 {
		return nil, ErrUnknown
	}
	if !key.alive(k.now()) {
		return nil, ErrUnknown
	}
	return &Caller{Name: key.Name, ID: key.ID, Profile: key.Profile, Keyed: true}, nil
}

// Alive tells whether the key with an ID may still be used, as far as that is known.
func (k *Keys) Alive(ctx context.Context, id string) bool {
	ring, err := k.read(ctx, id)
	if err != nil || ring.byID[id] == nil {
		return false
	}
	return ring.byID[id].alive(k.now())
}

func (key *Key) alive(now time.Time) bool {
	return key.Revoked.IsZero() && (key.Expires.IsZero() || now.Before(key.Expires))
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// read is the keys as they are known, read again if that is too long ago. One reads for all, and is no caller: it goes on when the
// caller that it began for does not wait. Callers whose key is known wait only for a moment, so that a Store that hangs holds up
// nobody.
func (k *Keys) read(ctx context.Context, id string) (*keyring, error) {
	ring := k.known.Load()
	if !k.stale(ring, id) {
		return ring, nil
	}
	r := k.reader(id)
	if r == nil {
		return k.known.Load(), nil
	}
	var enough <-chan time.Time
	if ring != nil && ring.byID[id] != nil {
		timer := time.NewTimer(moment - time.Since(r.began))
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-r.done:
		return r.ring, r.err
	case <-enough:
		return ring, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("read the keys of the broker: %w", ctx.Err())
	}
}

// stale tells whether the keys have to be read again for the one with an ID.
func (k *Keys) stale(ring *keyring, id string) bool {
	if ring == nil {
		return true
	}
	age := k.now().Sub(ring.at)
	return age < 0 || age >= Cached || age >= pressing && ring.byID[id] == nil
}

// reader is who reads the keys; nil: they have just been read.
func (k *Keys) reader(id string) *reader {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.stale(k.known.Load(), id) {
		return nil
	}
	if k.reading == nil {
		k.reading = &reader{began: time.Now(), done: make(chan struct{})}
		go k.readAgain(k.reading)
	}
	return k.reading
}

func (k *Keys) readAgain(r *reader) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer close(r.done)
	all, err := k.List(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	ring := k.known.Load()
	switch {
	case k.reading != r && ring != nil: // they were changed in the meantime
		r.ring = ring
	case err != nil && ring == nil:
		r.err = err
	default:
		r.ring = (&keyFile{Keys: all}).ring(k.now())
		if err != nil {
			r.ring.byID, r.ring.err = ring.byID, err
		}
		k.known.Store(r.ring)
	}
	if k.reading == r {
		k.reading = nil
	}
}

// replace has ring count, and nothing that was begun to be read before.
func (k *Keys) replace(ring *keyring) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reading = nil
	k.known.Store(ring)
}

// Reread has the keys read again for the next caller. Those that are known stay so if they cannot be.
func (k *Keys) Reread() {
	if ring := k.known.Load(); ring != nil {
		k.replace(&keyring{byID: ring.byID, err: ring.err})
	}
}

// Problem is why the keys could not be read again, nil if they could.
func (k *Keys) Problem() error {
	if ring := k.known.Load(); ring != nil {
		return ring.err
	}
	return nil
}
