//go:build unix

package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/postgres"
)

var suite = testservers.Suite{
	Binary: os.Args[0],
	Open: func(ctx context.Context, url string, lease, poll time.Duration) (testservers.Store, func(), error) {
		s, err := postgres.Open(ctx, url)
		if err != nil {
			return nil, nil, err
		}
		s.Lease, s.Poll = lease, poll
		return s, s.Close, nil
	},
	Overwrite: func(ctx context.Context, url, key string, value []byte) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, `UPDATE ringcx_lineages SET value = $2 WHERE key = $1`, key, value)
		return err
	},
}

// server is one for all tests, started by the first. Its settings are the worst that a store must bear: commits that
// do not wait for the disk unless told to.
var server = sync.OnceValues(func() (*testservers.Server, error) {
	return testservers.Postgres("synchronous_commit=off", "wal_writer_delay=10s")
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
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	suite.Server = s
	return s
}

func open(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

var schemas atomic.Int32

// schema makes an empty schema and returns the URL that leads to it.
func schema(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", schemas.Add(1))
	url := start(t).URL()
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

func save(t testing.TB, s *postgres.Store, key, value string) {
	t.Helper()
	err := s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save([]byte(value)) })
	if err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *postgres.Store, key string) string {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestPostgreSQLKeepsThePromisesOfAStore(t *testing.T) {
	start(t)
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		url := schema(t)
		return func() ringcx.Store { return open(t, url) }
	})
}

func TestLeasesInPostgreSQL(t *testing.T) {
	start(t)
	suite.Run(t)
}

func TestACrashOfTheServerLosesNoAcknowledgedSave(t *testing.T) {
	start(t)
	suite.Keeps(t)
}

func TestAnUpdateOutlivesARestartOfTheServer(t *testing.T) {
	start(t)
	suite.Outlives(t)
}

// The server acknowledges commits before they are on disk here. That a plain UPDATE is lost, unless the server happened
// to write just then, shows that the test can fail.
func TestASaveIsDurableWhereTheServerDoesNotWaitForTheDisk(t *testing.T) {
	url := schema(t)
	s := open(t, url)
	s.Lease = time.Second // a release that the crash undid costs a lease
	for i := range 10 {
		ours := fmt.Sprintf("saved %d", i)
		save(t, s, "bare", "before")
		save(t, s, "ours", ours)
		run(t, url, `UPDATE ringcx_lineages SET value = 'after' WHERE key = 'bare'`)
		if err := suite.Server.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := suite.Server.Start(); err != nil {
			t.Fatal(err)
		}
		if got := load(t, s, "ours"); got != ours {
			t.Errorf("the store holds %q", got)
		}
		if load(t, s, "bare") == "before" {
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
	wantHint(t, err, "GRANT")
	open(t, url)
	s := open(t, limited)
	_, err = s.Load(t.Context(), "k")
	wantHint(t, err, "GRANT SELECT, INSERT, UPDATE")
	run(t, url, "GRANT SELECT, INSERT, UPDATE ON ringcx_lineages TO limited_"+name)
	save(t, s, "k", "v")
	if got := load(t, s, "k"); got != "v" {
		t.Errorf("the store holds %q", got)
	}
}

func TestAClosedStoreLeavesNothingRunning(t *testing.T) {
	url := schema(t)
	before := goleak.IgnoreCurrent()
	a, b := open(t, url), open(t, url)
	err := a.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return ignore(b.Update(ctx, "k", nil)) // waits, and listens
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	b.Close()
	goleak.VerifyNone(t, before)
}

func ignore(error) error { return nil }
