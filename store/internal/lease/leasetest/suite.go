//go:build unix

// Package leasetest holds the tests that a Store with leases on a server must pass: what package lease promises, across
// processes that are stopped and killed and servers that crash, and what every such Store says and leaves behind. The
// tests of each database run all of them, and tell in a [Suite] what is its own. Only tests import it.
package leasetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// Store is what a Store on a server has beside the two methods of every Store.
type Store interface {
	ringcx.Store
	Close()
	Place() string
	SaveAgain(ctx context.Context, key, holder string, number int64, value []byte) (bool, error)
}

// Suite is what the tests have to know of one kind of Store. All fields are needed.
type Suite[S Store] struct {
	// Server is one for all tests, started by the first call.
	Server func() (*testservers.Server, error)
	Open   func(ctx context.Context, url string) (S, error)
	// Set sets the durations of a Store. Zero ones are its defaults.
	Set func(s S, lease, poll time.Duration)
	// Make makes an empty place on the server at a URL, one that no other test has, and gives its URL.
	Make func(t testing.TB, server string) string
	// Overwrite replaces a value without asking whose the lease is: the control of the tests of the fence.
	Overwrite func(ctx context.Context, url, key string, value []byte) error
	// Held says who holds a key, and with which number it was saved.
	Held func(ctx context.Context, url, key string) (holder string, number int64, err error)

	server *testservers.Server // as soon as it was started
}

// Main is TestMain. It stops the server, or is a process that a test started.
func (s *Suite[S]) Main(m *testing.M) {
	if spec := os.Getenv(childVariable); spec != "" {
		if err := s.child(spec, os.Stdin, os.Stdout); err != nil {
			fmt.Println("error:", err)
		}
		return
	}
	code := m.Run()
	if err := s.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// Start is the server. Without its program the test is skipped, or fails if it is required.
func (s *Suite[S]) Start(t testing.TB) *testservers.Server {
	t.Helper()
	server, err := s.Server()
	Need(t, err)
	s.server = server
	return server
}

// Empty is the URL of a place on the server that no other test has.
func (s *Suite[S]) Empty(t testing.TB) string {
	t.Helper()
	return s.Make(t, s.Start(t).URL())
}

// Need ends a test whose server could not be started: it is skipped if only the program is missing, and not required.
func Need(t testing.TB, err error) {
	t.Helper()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
}

// Other is a server for one test, from what starting it gave.
func Other(t testing.TB, server *testservers.Server, err error) *testservers.Server {
	t.Helper()
	Need(t, err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// At opens the Store at a URL, until the test ends.
func (s *Suite[S]) At(t testing.TB, url string) S {
	t.Helper()
	store, err := s.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

// Save replaces a value.
func Save(t testing.TB, s ringcx.Store, key, value string) {
	t.Helper()
	err := s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
	if err != nil {
		t.Fatal(err)
	}
}

// Load is a value, "" if there is none.
func Load(t testing.TB, s ringcx.Store, key string) string {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// WantHint wants an error that says what to do.
func WantHint(t testing.TB, err error, hint string) {
	t.Helper()
	if !strings.Contains(hintOf(err), hint) || err == nil {
		t.Errorf("%v: want a hint with %q", err, hint)
	}
}

func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// pause is between two looks at something that another process does.
func pause(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	<-ctx.Done()
}
