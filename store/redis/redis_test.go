//go:build unix

package redis_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driver "github.com/redis/go-redis/v9"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
	"github.com/ringcx-go/ringcx/store/redis"
)

var suite = leasetest.Suite[*redis.Store]{
	Server: server, Open: redis.Open, Make: takeDatabase,
	Set: func(s *redis.Store, lease, poll time.Duration) { s.Lease, s.Poll = lease, poll },
	Overwrite: func(ctx context.Context, url, key string, value []byte) error {
		options, err := driver.ParseURL(url)
		if err != nil {
			return err
		}
		client := driver.NewClient(options)
		defer func() { _ = client.Close() }()
		return client.HSet(ctx, "ringcx:"+key, "value", value).Err()
	},
	Held: func(ctx context.Context, url, key string) (holder string, number int64, err error) {
		options, err := driver.ParseURL(url)
		if err != nil {
			return "", 0, err
		}
		client := driver.NewClient(options)
		defer func() { _ = client.Close() }()
		number, err = client.HGet(ctx, "ringcx:"+key, "generation").Int64()
		return client.HGet(ctx, "ringcx:"+key, "holder").Val(), number, err
	},
}

// server is one for all tests, started by the first, configured as the package says it must be.
var server = sync.OnceValues(func() (*testservers.Server, error) {
	return testservers.Redis("appendonly yes", "appendfsync always", "databases 500")
})

func TestMain(m *testing.M) { suite.Main(m) }

func open(t testing.TB, url string) *redis.Store { return suite.At(t, url) }

// other starts a server for one test.
func other(t testing.TB, settings ...string) *testservers.Server {
	t.Helper()
	s, err := testservers.Redis(settings...)
	return leasetest.Other(t, s, err)
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

// empty is the URL of an empty database.
func empty(t testing.TB) string { return suite.Empty(t) }

func takeDatabase(_ testing.TB, url string) string {
	return strings.TrimSuffix(url, "0") + strconv.Itoa(int(databases.Add(1)))
}

func TestRedisKeepsThePromisesOfAStore(t *testing.T) { suite.Promises(t) }

func TestLeasesInRedis(t *testing.T) { suite.Leases(t) }

func TestAnUpdateOutlivesARestartOfTheServer(t *testing.T) { suite.Outlives(t) }

func TestAClosedStoreLeavesNothingRunning(t *testing.T) { suite.LeavesNothing(t) }

func TestAClientOfTheProgramOutlivesTheStoreAndOneOfItsOwnDoesNot(t *testing.T) {
	url := empty(t)
	c := client(t, url)
	suite.LeavesClients(t, url, leasetest.Client[*redis.Store]{
		New:  func(ctx context.Context) (*redis.Store, error) { return redis.New(ctx, c) },
		Ping: func(ctx context.Context) error { return c.Ping(ctx).Err() },
		End:  func() { _ = c.Close() },
	})
}

func TestACrashOfAServerThatAppendsAlwaysLosesNoAcknowledgedSave(t *testing.T) {
	if w := open(t, suite.Start(t).URL()).Warnings(); w != nil {
		t.Errorf("warnings about a sound server: %q", w)
	}
	suite.Keeps(t)
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
	leasetest.Save(t, store, "k", "acknowledged")
	restart(t, s)
	if got := leasetest.Load(t, store, "k"); got != "" {
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
	if got := leasetest.Load(t, b, "k"); got != "b" {
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
	leasetest.Save(t, store, "k", "received")
	until(t, func() bool { return second.HGet(t.Context(), "ringcx:k", "value").Val() == "received" })
	if err := replica.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := first.Do(t.Context(), "CLIENT", "KILL", "TYPE", "replica").Err(); err != nil {
		t.Fatal(err)
	}
	leasetest.Save(t, store, "k", "acknowledged")
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
	if got := leasetest.Load(t, after, "k"); got != "received" {
		t.Errorf("after the failover the store holds %q: say so in the package comment", got)
	}
	leasetest.Save(t, after, "k", "next")
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
