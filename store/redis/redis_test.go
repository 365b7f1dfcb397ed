//go:build unix

package redis_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driver "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/redis"
)

var suite = testservers.Suite{
	Binary: os.Args[0],
	Open: func(ctx context.Context, url string, lease, poll time.Duration) (testservers.Store, func(), error) {
		s, err := redis.Open(ctx, url)
		if err != nil {
			return nil, nil, err
		}
		s.Lease, s.Poll = lease, poll
		return s, s.Close, nil
	},
	Overwrite: func(ctx context.Context, url, key string, value []byte) error {
		options, err := driver.ParseURL(url)
		if err != nil {
			return err
		}
		client := driver.NewClient(options)
		defer func() { _ = client.Close() }()
		return client.HSet(ctx, "ringcx:"+key, "value", value).Err()
	},
}

// server is one for all tests, started by the first, configured as the package says it must be.
var server = sync.OnceValues(func() (*testservers.Server, error) {
	return testservers.Redis("appendonly yes", "appendfsync always", "databases 500")
})

func TestMain(m *testing.M) {
	if spec := os.Getenv(testservers.ChildVariable); spec != "" {
		if err := suite.Child(spec, os.Stdin, os.Stdout); err != nil {
			fmt.Println("error:", err)
		}
		return
	}
	code := m.Run()
	if err := suite.Server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func start(t testing.TB) *testservers.Server {
	t.Helper()
	s, err := server()
	need(t, err)
	suite.Server = s
	return s
}

func need(t testing.TB, err error) {
	t.Helper()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
}

// other starts a server for one test.
func other(t testing.TB, settings ...string) *testservers.Server {
	t.Helper()
	s, err := testservers.Redis(settings...)
	need(t, err)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func open(t testing.TB, url string) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func client(t testing.TB, url string) *driver.Client {
	t.Helper()
	options, err := driver.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := driver.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

var databases atomic.Int32

// empty returns the URL of a database that no other test has.
func empty(t testing.TB) string {
	t.Helper()
	return strings.TrimSuffix(start(t).URL(), "0") + strconv.Itoa(int(databases.Add(1)))
}

func save(t testing.TB, s *redis.Store, key, value string) {
	t.Helper()
	err := s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
	if err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *redis.Store, key string) string {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestRedisKeepsThePromisesOfAStore(t *testing.T) {
	start(t)
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		url := empty(t)
		return func() ringcx.Store { return open(t, url) }
	})
}

func TestLeasesInRedis(t *testing.T) {
	start(t)
	suite.Run(t)
}

func TestACrashOfAServerThatAppendsAlwaysLosesNoAcknowledgedSave(t *testing.T) {
	if w := open(t, start(t).URL()).Warnings(); w != nil {
		t.Errorf("warnings about a sound server: %q", w)
	}
	suite.Keeps(t)
}

func TestAnUpdateOutlivesARestartOfTheServer(t *testing.T) {
	start(t)
	suite.Outlives(t)
}

func restart(t *testing.T, s *testservers.Server) {
	t.Helper()
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
}

// Not a promise but a fact about Redis that the package comment and the warning tell.
func TestAServerAsItComesLosesAcknowledgedSavesAndIsReported(t *testing.T) {
	s := other(t)
	store := open(t, s.URL())
	wantWarning(t, store, "appendonly no")
	save(t, store, "k", "acknowledged")
	restart(t, s)
	if got := load(t, store, "k"); got != "" {
		t.Errorf("the store holds %q: say so in the package comment", got)
	}
}

func wantWarning(t *testing.T, s *redis.Store, want string) {
	t.Helper()
	if all := strings.Join(s.Warnings(), "\n"); !strings.Contains(all, want) {
		t.Errorf("warnings %q, want %q", all, want)
	}
}

// After the loss a counter would begin again, and give the new holder the number of the old.
func TestAHolderFromBeforeALossCannotOverwriteWhatCameAfter(t *testing.T) {
	s := other(t)
	a, b := open(t, s.URL()), open(t, s.URL())
	err := a.Update(t.Context(), "k", func(_ []byte, keep func([]byte) error) error {
		restart(t, s)
		if _, err := b.Load(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		return b.Update(t.Context(), "k", func(_ []byte, saveB func([]byte) error) error {
			if err := keep([]byte("stale")); err == nil || !strings.Contains(err.Error(), "was lost") {
				t.Errorf("the holder from before saves: %v", err)
			}
			return saveB([]byte("b"))
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, b, "k"); got != "b" {
		t.Errorf("the store holds %q", got)
	}
}

// Not a promise either: a replica that is behind takes over, and what it had not received is gone.
func TestAFailoverLosesWhatTheReplicaHadNotReceivedAndThisIsReported(t *testing.T) {
	primary := other(t, "appendonly yes", "appendfsync always", "repl-diskless-sync-delay 0")
	host, port := primary.Address()
	replica := other(t, fmt.Sprintf("replicaof %s %d", host, port))
	first, second := client(t, primary.URL()), client(t, replica.URL())
	until(t, func() bool {
		info, err := first.Info(t.Context(), "replication").Result()
		return err == nil && strings.Contains(info, "state=online")
	})
	store := open(t, primary.URL())
	wantWarning(t, store, "Redis has replicas")
	save(t, store, "k", "received")
	until(t, func() bool { return second.HGet(t.Context(), "ringcx:k", "value").Val() == "received" })
	if err := replica.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := first.Do(t.Context(), "CLIENT", "KILL", "TYPE", "replica").Err(); err != nil {
		t.Fatal(err)
	}
	save(t, store, "k", "acknowledged")
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := replica.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := second.Do(t.Context(), "REPLICAOF", "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	after := open(t, replica.URL())
	if got := load(t, after, "k"); got != "received" {
		t.Errorf("after the failover the store holds %q: say so in the package comment", got)
	}
	save(t, after, "k", "next")
}

// until looks until a condition holds.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if holds() {
			return
		}
		<-tick.C
	}
	t.Fatal("it does not happen")
}

func TestAClosedStoreLeavesNothingRunning(t *testing.T) {
	url := empty(t)
	before := goleak.IgnoreCurrent()
	a, b := open(t, url), open(t, url)
	err := a.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_ = b.Update(ctx, "k", nil) // waits, and listens
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	b.Close()
	goleak.VerifyNone(t, before)
}

func TestAClientOfTheProgramOutlivesTheStoreAndOneOfItsOwnDoesNot(t *testing.T) {
	url := empty(t)
	c := client(t, url)
	s, err := redis.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save([]byte("one")) }); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Errorf("the program's client: %v", err)
	}
	own, err := redis.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	own.Close()
	if value, err := own.Load(t.Context(), "k"); err == nil {
		t.Errorf("a store that is closed holds %q", value)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := redis.New(t.Context(), c); err == nil {
		t.Error("a store of a client that is closed was made")
	}
}
