//go:build unix && storm

package storm_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

var (
	killsWanted = flag.Int("storm.kills", 60, "kills at random moments, for each store")
	seed        = flag.Uint64("storm.seed", 0, "chooses the random moments; 0: by the clock")
)

const (
	tokenTTL = time.Second       // so that a renewal is due every 0.8 seconds
	lease    = time.Second       // of the stores that have leases
	tooLong  = 100 * time.Second // for anything: the vendor's limit and a request that may be late take 91 seconds
)

// The servers are shared by all tests but those that kill them, and started by the first that needs them.
var (
	postgresServer = sync.OnceValues(startPostgres)
	redisServer    = sync.OnceValues(startRedis)

	mu      sync.Mutex // guards started
	started []*testservers.Server
)

func startPostgres() (*testservers.Server, error) { return testservers.Postgres() }

func startRedis() (*testservers.Server, error) {
	return testservers.Redis("appendonly yes", "appendfsync always")
}

func TestMain(m *testing.M) {
	beCommand()
	if text := os.Getenv(variable); text != "" {
		if err := work(text); err != nil {
			say("end", err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	fmt.Println(tally.total())
	var err error
	for _, s := range started {
		err = errors.Join(err, s.Stop())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// place is a store that processes can share.
type place struct {
	name   string
	url    string
	server *testservers.Server // nil: files
}

// places are the stores, by the names of their tests.
var places = map[string]func(t *testing.T, mortal bool) *place{
	"file": func(t *testing.T, _ bool) *place {
		return &place{name: "file", url: "file:" + filepath.Join(t.TempDir(), "state")}
	},
	"PostgreSQL": func(t *testing.T, mortal bool) *place {
		return database(t, "PostgreSQL", mortal, postgresServer, startPostgres)
	},
	"Redis": func(t *testing.T, mortal bool) *place { return database(t, "Redis", mortal, redisServer, startRedis) },
}

// database is a server that all tests share, or one of the test's own, which it may kill.
func database(t *testing.T, name string, mortal bool, shared, own func() (*testservers.Server, error)) *place {
	t.Helper()
	if mortal {
		shared = own
	}
	s, err := shared()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Contains(started, s) {
		started = append(started, s)
	}
	return &place{name, s.URL(), s}
}

// startingSeed is the seed of a test, which says it.
func startingSeed(t *testing.T) uint64 {
	t.Helper()
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-storm.seed %d", s)
	return s
}
