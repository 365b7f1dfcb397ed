//go:build unix

package postgres_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
	"github.com/ringcx-go/ringcx/store/postgres"
)

func TestErrorsSayWhatToDoAndNeverThePassword(t *testing.T) {
	url := suite.Start(t).URL()
	suite.Errors(t, map[string][2]string{
		"wrong password":      {strings.Replace(url, ":"+testservers.Password, ":canary", 1), "check user and password"},
		"no such database":    {strings.Replace(url, "/postgres?", "/nowhere?", 1), "create the database"},
		"no such schema":      {url + "&search_path=nowhere", "search_path"},
		"nobody answers":      {"postgres://u:canary@127.0.0.1:1/db?sslmode=disable", "check that PostgreSQL runs"},
		"not a URL":           {"canary", "write postgres://"},
		"a port of letters":   {"postgres://u:p@canary:canary@h:xx/db", "write postgres://"},
		"a bad escape":        {"postgres://u:%zzcanary@h/db", "write postgres://"},
		"a wrong TLS mode":    {"postgres://u:canary@h/db?sslmode=canary", "write postgres://"},
		"no host, a password": {"postgres://u:canary/x@h/db", "write postgres://"},
	})
}

func TestAPasswordThatIsNotEncodedIsNeverTakenForTheNameOfAHost(t *testing.T) {
	all := map[string][2]string{
		"one slash of two":           {"postgres:/u:canary@127.0.0.1:1/db?sslmode=disable", "write postgres://"},
		"a scheme in capitals":       {"POSTGRES://u:canary@127.0.0.1:1/db?sslmode=disable", "write postgres://"},
		"the longer scheme":          {"postgresql://u:p@canary@127.0.0.1:1/db", "@ as %40"},
		"several hosts":              {"postgres://u:p@canary@127.0.0.1:1,127.0.0.1:2/db", "@ as %40"},
		"the user of another vendor": {"postgres://u@canary:canary@127.0.0.1:1/db", "@ as %40"},
	}
	// What a password can be, at a host where nobody listens.
	for _, password := range []string{
		"p@canary", "p@canary/q", "p@canary:5/q", "p@canary,q", "p@canary?q", "p@canary?q=r", "p@canary/?q=r", "p@canary#q", "p?q@canary", "p#q@canary",
		"1/canary", "1/q?canary=r", "1/q?r=canary", "[p]@canary", "%70@canary",
	} {
		all[password] = [2]string{"postgres://u:" + password + "@127.0.0.1:1/db?sslmode=disable", "@ as %40"}
	}
	suite.Errors(t, all)
	suite.Errors(t, map[string][2]string{
		"what the driver reads as it is meant": {"postgres://u:canary?q#r&s=t,u:v@127.0.0.1:1/db?sslmode=disable", "check that PostgreSQL runs"},
		"what is encoded":                      {"postgres://u%40x:canary%40q%2Fr@127.0.0.1:1/db?sslmode=disable&application_name=a%40b", "check that PostgreSQL runs"},
		"words":                                {"host=127.0.0.1 port=1 user=u password=canary@q/r sslmode=disable", "check that PostgreSQL runs"},
	})
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
			leasetest.WantHint(t, err, "of another shape than this store's")
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

func TestNoCodeOfTheStoreReadsTheClock(t *testing.T) { leasetest.ReadsNoClock(t) }

func TestASaveThatArrivesLateDoesNotUndoALaterOne(t *testing.T) { suite.SavesInOrder(t) }

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
	if got := leasetest.Load(t, s, "k"); got != "two" {
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
	suite.LeavesClients(t, url, leasetest.Client[*postgres.Store]{
		New:  func(ctx context.Context) (*postgres.Store, error) { return postgres.New(ctx, pool) },
		Ping: pool.Ping, End: pool.Close,
	})
}

func TestWhoCannotListenIsToldWhy(t *testing.T) {
	server, err := testservers.Postgres()
	leasetest.Need(t, err)
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
