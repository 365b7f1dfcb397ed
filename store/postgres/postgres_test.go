//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
	"github.com/ringcx-go/ringcx/store/postgres"
)

var suite = leasetest.Suite[*postgres.Store]{
	Server: server, Open: postgres.Open, Make: makeSchema,
	Set: func(s *postgres.Store, lease, poll time.Duration) { s.Lease, s.Poll = lease, poll },
	Overwrite: func(ctx context.Context, url, key string, value []byte) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, `UPDATE ringcx_lineages SET value = $2 WHERE key = $1`, key, value)
		return err
	},
	Held: func(ctx context.Context, url, key string) (holder string, number int64, err error) {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return "", 0, err
		}
		defer func() { _ = conn.Close(ctx) }()
		err = conn.QueryRow(ctx, `SELECT holder, generation FROM ringcx_lineages WHERE key = $1`, key).Scan(&holder, &number)
		return holder, number, err
	},
}

// server is one for all tests, started by the first. Its settings are the worst that a store must bear: commits that
// do not wait for the disk unless told to.
var server = sync.OnceValues(func() (*testservers.Server, error) {
	return testservers.Postgres("synchronous_commit=off", "wal_writer_delay=10s")
})

func TestMain(m *testing.M) { suite.Main(m) }

func open(t testing.TB, url string) *postgres.Store { return suite.At(t, url) }

var schemas atomic.Int32

// schema is the URL of an empty schema.
func schema(t testing.TB) string { return suite.Empty(t) }

func makeSchema(t testing.TB, url string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", schemas.Add(1))
	run(t, url, "CREATE SCHEMA "+name)
	return url + "&search_path=" + name
}

func run(t testing.TB, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

func TestPostgreSQLKeepsThePromisesOfAStore(t *testing.T) { suite.Promises(t) }

func TestLeasesInPostgreSQL(t *testing.T) { suite.Leases(t) }

func TestACrashOfTheServerLosesNoAcknowledgedSave(t *testing.T) { suite.Keeps(t) }

func TestAnUpdateOutlivesARestartOfTheServer(t *testing.T) { suite.Outlives(t) }

func TestAClosedStoreLeavesNothingRunning(t *testing.T) { suite.LeavesNothing(t) }

// The server acknowledges commits before they are on disk here. That a plain UPDATE is lost, unless the server happened
// to write just then, shows that the test can fail.
func TestASaveIsDurableWhereTheServerDoesNotWaitForTheDisk(t *testing.T) {
	server, url := suite.Start(t), schema(t)
	s := open(t, url)
	s.Lease = time.Second // a release that the crash undid costs a lease
	for i := range 10 {
		ours := fmt.Sprintf("saved %d", i)
		leasetest.Save(t, s, "bare", "before")
		leasetest.Save(t, s, "ours", ours)
		run(t, url, `UPDATE ringcx_lineages SET value = 'after' WHERE key = 'bare'`)
		if err := server.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		if got := leasetest.Load(t, s, "ours"); got != ours {
			t.Errorf("the store holds %q", got)
		}
		if leasetest.Load(t, s, "bare") == "before" {
			return
		}
	}
	t.Error("control: the plain UPDATE was never lost")
}

func TestManyProgramsMayMakeTheTableAtOnce(t *testing.T) {
	url := schema(t)
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			s, err := postgres.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	all.Wait()
}

func TestARoleThatMayNotCreateTablesUsesOneThatIsThere(t *testing.T) {
	url := schema(t)
	name := url[strings.LastIndex(url, "=")+1:]
	run(t, url, "CREATE ROLE limited_"+name+" LOGIN PASSWORD 'x'", "GRANT USAGE ON SCHEMA "+name+" TO limited_"+name)
	limited := strings.Replace(url, "ringcx:"+testservers.Password, "limited_"+name+":x", 1)
	_, err := postgres.Open(t.Context(), limited)
	leasetest.WantHint(t, err, "GRANT")
	open(t, url)
	s := open(t, limited)
	_, err = s.Load(t.Context(), "k")
	leasetest.WantHint(t, err, "GRANT SELECT, INSERT, UPDATE")
	run(t, url, "GRANT SELECT, INSERT, UPDATE ON ringcx_lineages TO limited_"+name)
	leasetest.Save(t, s, "k", "v")
	if got := leasetest.Load(t, s, "k"); got != "v" {
		t.Errorf("the store holds %q", got)
	}
}
