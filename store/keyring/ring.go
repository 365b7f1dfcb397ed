package keyring

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// Ring is a keyring. Its calls may block: a Store waits for them no longer than its Limit.
type Ring interface {
	// Get returns the secret of an entry, "" if there is none.
	Get(service, user string) (string, error)
	// Set makes or replaces an entry.
	Set(service, user, secret string) error
}

// System is the keyring of the operating system.
type System struct{}

// Get implements [Ring].
func (System) Get(service, user string) (string, error) {
	secret, err := keyring.Get(service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return secret, err
}

// Set implements [Ring].
func (System) Set(service, user, secret string) error { return keyring.Set(service, user, secret) }

const hintChoice = "choose RINGCX_STORE=file:DIR to keep sessions in plain files that only you can read (mode 0600)"

// Available says whether this session can have the system's keyring, by its environment alone. Where the Secret Service
// is the keyring it lives on the session's D-Bus; without one the library that speaks to it would start a bus for each
// process, which stays behind.
func Available(getenv func(string) string) error { return available(runtime.GOOS, getenv) }

func available(system string, getenv func(string) string) error {
	const name = "DBUS_SESSION_BUS_ADDRESS"
	bus := getenv(name)
	if system == "darwin" || system == "windows" || bus != "" && !strings.HasPrefix(bus, "autolaunch:") {
		return nil
	}
	return &storeError{"there is no keyring in this session: " + name + " is not set", hintChoice, nil}
}

// storeError is what the keyring or its files refused.
type storeError struct {
	problem, remedy string
	cause           error
}

func (e *storeError) Error() string { return e.problem }

// Hint tells what can be done about it.
func (e *storeError) Hint() string { return e.remedy }

// Unwrap returns what the keyring said.
func (e *storeError) Unwrap() error { return e.cause }

const defaultLimit = 3 * time.Second

func (s *Store) get(ctx context.Context, user string) (string, error) {
	return s.ask(ctx, "read the keyring", func(r Ring) (string, error) { return r.Get(s.service(), user) })
}

func (s *Store) set(ctx context.Context, user, secret string) error {
	_, err := s.ask(ctx, "write to the keyring", func(r Ring) (string, error) { return "", r.Set(s.service(), user, secret) })
	return err
}

func (s *Store) service() string {
	if s.Service == "" {
		return "ringcx"
	}
	return s.Service
}

// ask calls the keyring and leaves it when it takes too long: it may wait for a person who is not there.
func (s *Store) ask(ctx context.Context, op string, call func(Ring) (string, error)) (string, error) {
	ring, limit := s.Ring, s.Limit
	if ring == nil {
		ring = System{}
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	type answer struct {
		secret string
		err    error
	}
	answers := make(chan answer, 1) // so that a late one has where to go
	go func() {
		secret, err := call(ring)
		answers <- answer{secret, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", &storeError{"cannot " + op + ": " + strings.Join(strings.Fields(a.err.Error()), " "), "see that it is there and unlocked, or " + hintChoice, a.err}
		}
		return a.secret, nil
	case <-timer.C:
		return "", &storeError{fmt.Sprintf("cannot %s: it did not answer within %v", op, limit), "unlock the keyring (a window may be waiting for you) and try again, or " + hintChoice, nil}
	case <-ctx.Done():
		return "", fmt.Errorf("waiting for the keyring: %w", ctx.Err())
	}
}
