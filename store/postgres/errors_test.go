//go:build unix

package postgres_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/postgres"
)

func wantHint(t *testing.T, err error, hint string) {
	t.Helper()
	var hinted interface{ Hint() string }
	if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), hint) {
		t.Errorf("%v: want a hint with %q", err, hint)
	}
}

func TestErrorsSayWhatToDoAndNeverThePassword(t *testing.T) {
	url := start(t).URL()
	for name, c := range map[string]struct{ url, hint string }{
		"wrong password":      {strings.Replace(url, ":"+testservers.Password, ":canary", 1), "check user and password"},
		"no such database":    {strings.Replace(url, "/postgres?", "/nowhere?", 1), "create the database"},
		"no such schema":      {url + "&search_path=nowhere", "search_path"},
		"nobody answers":      {"postgres://u:canary@127.0.0.1:1/db?sslmode=disable", "check that PostgreSQL runs"},
		"not a URL":           {"canary", "write postgres://"},
		"a port of letters":   {"postgres://u:p@canary:canary@h:xx/db", "write postgres://"},
		"a bad escape":        {"postgres://u:%zzcanary@h/db", "write postgres://"},
		"a wrong TLS mode":    {"postgres://u:canary@h/db?sslmode=canary", "write postgres://"},
		"no host, a password": {"postgres://u:canary/x@h/db", "write postgres://"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := postgres.Open(t.Context(), c.url)
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			wantHint(t, err, c.hint)
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
				if strings.Contains(text, "canary") || strings.Contains(text, "päss") || strings.Contains(text, "\n") {
					t.Errorf("the error says: %s", text)
				}
			}
		})
	}
}

func TestATableOfAnotherShapeIsSaidToBeSomebodyElses(t *testing.T) {
	for name, columns := range map[string]string{
		"other names":   "id integer, body text",
		"other types":   "key integer, value text, generation text, holder integer, lease_until text, updated_at text",
		"no key":        `key text, value bytea, generation bigint, holder text, lease_until timestamptz, updated_at timestamptz`,
		"fewer of ours": "key text PRIMARY KEY, value bytea",
	} {
		t.Run(name, func(t *testing.T) {
			url := schema(t)
			run(t, url, "CREATE TABLE ringcx_lineages ("+columns+")")
			s, err := postgres.Open(t.Context(), url)
			if err == nil {
				t.Cleanup(s.Close)
				err = s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save([]byte("v")) })
			}
			if err == nil {
				t.Fatal("it is used")
			}
			wantHint(t, err, "of another shape than this store's")
		})
	}
}

func TestKeysThatCannotBeAreRefused(t *testing.T) {
	s := open(t, schema(t))
	for key, want := range map[string]string{"": "empty key", strings.Repeat("k", 1025): "too long", "a\x00b": "not text", "\xff": "not text"} {
		_, err := s.Load(t.Context(), key)
		for _, err := range []error{err, s.Update(t.Context(), key, nil)} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("key %.10q: %v, want %q", key, err, want)
			}
		}
	}
}

func TestAServerThatMayForgetIsReported(t *testing.T) {
	if w := open(t, schema(t)).Warnings(); w != nil {
		t.Errorf("warnings about a sound server: %q", w)
	}
}

// What the clock of the machine says must not matter, so nothing asks it. Timers and deadlines run on the monotonic one.
func TestNoCodeOfTheStoreReadsTheClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(text), "time.Now") {
			t.Errorf("%s reads the clock", file)
		}
	}
}

// A save whose connection was given up may reach the server after the next one.
func TestASaveThatArrivesLateDoesNotUndoALaterOne(t *testing.T) {
	url := schema(t)
	s := open(t, url)
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		if err := errors.Join(save([]byte("one")), save([]byte("two"))); err != nil {
			return err
		}
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(t.Context()) }()
		var holder string
		var number int64
		if err := conn.QueryRow(t.Context(), `SELECT holder, generation FROM ringcx_lineages WHERE key = 'k'`).Scan(&holder, &number); err != nil {
			return err
		}
		if done, err := s.SaveAgain(t.Context(), "k", holder, number-1, []byte("one")); done || err != nil {
			t.Errorf("the first save arrived again: %v %v", done, err)
		}
		if done, err := s.SaveAgain(t.Context(), "k", holder, number, []byte("two")); !done || err != nil {
			t.Errorf("the last save was repeated: %v %v", done, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, s, "k"); got != "two" {
		t.Errorf("the store holds %q", got)
	}
}

// As behind a pooler that knows no prepared statements and changes sessions between transactions.
func TestPreparedStatementsThatAreGoneAreDoneWithout(t *testing.T) {
	url := schema(t)
	config, err := pgxpool.ParseConfig(url + "&pool_max_conns=1")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s, err := postgres.New(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		if err := save([]byte("one")); err != nil {
			return err
		}
		if _, err := pool.Exec(t.Context(), "DEALLOCATE ALL", pgx.QueryExecModeExec); err != nil {
			return err
		}
		return save([]byte("two"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, s, "k"); got != "two" {
		t.Errorf("the store holds %q", got)
	}
}

func TestAPoolOfTheProgramOutlivesTheStoreAndOneOfItsOwnDoesNot(t *testing.T) {
	url := schema(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s, err := postgres.New(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	save(t, s, "k", "one")
	s.Close()
	if err := pool.Ping(t.Context()); err != nil {
		t.Errorf("the program's pool: %v", err)
	}
	own, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	own.Close()
	if value, err := own.Load(t.Context(), "k"); err == nil {
		t.Errorf("a store that is closed holds %q", value)
	}
	pool.Close()
	if _, err := postgres.New(t.Context(), pool); err == nil {
		t.Error("a store of a pool that is closed was made")
	}
}

func TestWhoCannotListenIsToldWhy(t *testing.T) {
	server, err := testservers.Postgres()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	s := open(t, server.URL())
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(t.Context()); err == nil {
		t.Error("it listens to a server that is not there")
	}
}

func TestWhatSeveralServersSayIsSaidOnce(t *testing.T) {
	strange := func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 512))
		_, _ = conn.Write([]byte("R\x00\x00\x00\x08\x00\x00\x00\x02")) // Kerberos 5, which is not spoken any more
		_, _ = conn.Read(make([]byte, 512))
	}
	one, other := testservers.Listen(t, strange), testservers.Listen(t, strange)
	_, err := postgres.Open(t.Context(), "postgres://u:canary@"+one+","+other+","+one+"/db?sslmode=disable")
	if err == nil || strings.Count(err.Error(), one) != 1 || strings.Count(err.Error(), other) != 1 || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}
