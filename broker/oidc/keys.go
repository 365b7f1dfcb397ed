package oidc

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	fresh                = 15 * time.Minute // keys that are older are fetched again, and used meanwhile
	stale                = 24 * time.Hour   // keys that are older are not used: one of them may have been withdrawn
	rests                = 10 * time.Second // is left between two fetches, whatever tokens come
	retries              = time.Second      // is left while there are no keys at all
	mostKeys, fewestBits = 100, 2048
)

// source is where keys are from.
type source struct {
	issuer string
	Keys
}

// keySet are the keys of an issuer. It fetches them when a token needs them, at most one fetch at a time and rests apart, and goes on
// with those that it has when that fails.
type keySet struct {
	from   source
	client *http.Client // nil: a file
	now    func() time.Time
	log    *slog.Logger
	known  atomic.Pointer[ring] // nil: none yet

	mu     sync.Mutex // guards the fields below
	flight *flight    // nil: nothing is fetched
	tried  time.Time
	failed error // of the last fetch
}

// ring is keys as they were fetched. It does not change.
type ring struct {
	keys []jose.JSONWebKey
	at   time.Time
}

// flight is a fetch under way.
type flight struct {
	done chan struct{}
	err  error // set before done is closed
}

var errUnverified = errors.New("no key of the issuer has signed it")

func newKeySet(from source, now func() time.Time, log *slog.Logger) (*keySet, error) {
	k := &keySet{from: from, now: now, log: log}
	if from.File != "" {
		_, err := k.fetch(context.Background()) // a file that is wrong is told at once
		return k, err
	}
	var err error
	k.client, err = newClient(from.CAFile)
	return k, err
}

// VerifySignature implements the KeySet of go-oidc, which has checked that the algorithm is one that is taken.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	known := make([]jose.SignatureAlgorithm, len(algorithms))
	for i, a := range algorithms {
		known[i] = jose.SignatureAlgorithm(a)
	}
	jws, err := jose.ParseSignedCompact(token, known)
	if err != nil {
		return nil, err
	}
	r, err := k.ring(ctx)
	if err != nil {
		return nil, err
	}
	if payload := r.verify(jws); payload != nil {
		return payload, nil
	}
	if err := k.refresh(ctx); err != nil {
		return nil, errUnverified // the keys that there are do not know it
	}
	if payload := k.known.Load().verify(jws); payload != nil {
		return payload, nil
	}
	return nil, errUnverified
}

// verify is what jws holds if one of the keys has signed it, nil if none has.
func (r *ring) verify(jws *jose.JSONWebSignature) []byte {
	head := jws.Signatures[0].Protected
	for i := range r.keys {
		key := &r.keys[i]
		if head.KeyID != "" && key.KeyID != head.KeyID || key.Algorithm != "" && key.Algorithm != head.Algorithm {
			continue
		}
		if payload, err := jws.Verify(key); err == nil {
			return payload
		}
	}
	return nil
}

// ring is the keys that count now. Those that are no more fresh are used while others are fetched.
func (k *keySet) ring(ctx context.Context) (*ring, error) {
	r := k.known.Load()
	switch age := k.age(r); {
	case age <= fresh:
		return r, nil
	case age <= stale:
		_, _ = k.start(ctx) // the log tells what comes of it
		return r, nil
	}
	if err := k.refresh(ctx); err != nil {
		return nil, err
	}
	return k.known.Load(), nil
}

func (k *keySet) age(r *ring) time.Duration {
	if r == nil {
		return stale + 1
	}
	return k.now().Sub(r.at)
}

// refresh fetches the keys and waits for them, or for the fetch that is under way.
func (k *keySet) refresh(ctx context.Context) error {
	f, err := k.start(ctx)
	if err != nil {
		return err
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errResting = errors.New("they have just been asked for")

// start has the keys fetched, unless that was just done. It does not wait.
func (k *keySet) start(ctx context.Context) (*flight, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flight != nil {
		return k.flight, nil
	}
	wait := rests
	if k.age(k.known.Load()) > stale {
		wait = retries
	}
	if since := k.now().Sub(k.tried); !k.tried.IsZero() && since < wait && since >= 0 {
		if k.failed != nil {
			return nil, k.failed
		}
		return nil, errResting
	}
	f := &flight{done: make(chan struct{})}
	k.flight, k.tried = f, k.now()
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // others wait for it too
		defer cancel()
		keys, err := k.fetch(ctx)
		k.landed(f, keys, err)
	}()
	return f, nil
}

// landed ends a fetch.
func (k *keySet) landed(f *flight, keys []jose.JSONWebKey, err error) {
	if err == nil {
		k.known.Store(&ring{keys, k.now()})
	}
	k.mu.Lock()
	before := k.failed
	k.flight, k.failed, f.err = nil, err, err
	k.mu.Unlock()
	switch {
	case err == nil && before != nil:
		k.log.Info("the keys of the issuer can be had again")
	case err != nil && (before == nil || before.Error() != err.Error()):
		k.log.Warn("the keys of the issuer cannot be had; those that are known go on to count", "error", err.Error())
	}
	close(f.done)
}

// parseKeys reads a key set. Keys that are of no use here are left out.
func parseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("what should be a key set is no JSON of one")
	}
	if len(set.Keys) > mostKeys {
		return nil, fmt.Errorf("the key set has %d keys, and %d are taken", len(set.Keys), mostKeys)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && useful(&key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no public key that signs")
	}
	return keys, nil
}

// useful tells whether a key can check signatures that are taken.
func useful(key *jose.JSONWebKey) bool {
	if !key.Valid() || !key.IsPublic() || key.Use != "" && key.Use != "sig" {
		return false
	}
	if key.Algorithm != "" && !slices.Contains(algorithms, key.Algorithm) {
		return false
	}
	rsaKey, ok := key.Key.(*rsa.PublicKey)
	return !ok || rsaKey.N.BitLen() >= fewestBits
}
