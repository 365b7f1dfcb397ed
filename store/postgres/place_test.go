//go:build unix

package postgres_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/postgres"
)

func TestStoresOfOneTableAreInOnePlace(t *testing.T) {
	url := schema(t)
	a := open(t, url)
	over := func() *postgres.Store {
		pool, err := pgxpool.New(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		s, err := postgres.New(t.Context(), pool)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	if a.Place() != open(t, url).Place() || a.Place() != open(t, url+"&application_name=other").Place() {
		t.Error("one table is two places")
	}
	if a.Place() == open(t, schema(t)).Place() || a.Place() == over().Place() {
		t.Error("two tables are one place")
	}
}

func TestTheLimitsOutliveWhatPostgreSQLHolds(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, url string){
		"nothing is lost":  func(*testing.T, string) {},
		"all is lost":      func(t *testing.T, url string) { run(t, url, "TRUNCATE ringcx_lineages") },
		"not even a table": func(t *testing.T, url string) { run(t, url, "DROP TABLE ringcx_lineages") },
	} {
		t.Run(name, func(t *testing.T) {
			url := schema(t)
			v := ringcxtest.NewServer(t, nil)
			session := func(key string) *ringcx.Session {
				return v.Session(&ringcx.SessionOptions{Store: open(t, url), Key: key, MaxWait: -1})
			}
			for _, key := range []string{"a", "b", "a", "b", "a"} {
				if err := session(key).Login(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			lose(t, url)
			var e *ringcx.Error
			if err := session("b").Login(t.Context()); !errors.As(err, &e) || !e.Limited() {
				t.Errorf("the sixth login in a minute: %v", err)
			}
			if got := v.Verdicts(); len(got) > 0 {
				t.Errorf("the vendor would object: %v", got)
			}
		})
	}
}

func TestATableThatIsDroppedUnderAProgramIsMadeAnew(t *testing.T) {
	url := schema(t)
	s := open(t, url)
	save(t, s, "k", "one")
	run(t, url, "DROP TABLE ringcx_lineages")
	if got := load(t, s, "k"); got != "" {
		t.Errorf("loaded %q", got)
	}
	run(t, url, "DROP TABLE ringcx_lineages")
	save(t, s, "k", "two")
	if got := load(t, s, "k"); got != "two" {
		t.Errorf("loaded %q", got)
	}
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		run(t, url, "DROP TABLE ringcx_lineages")
		return save([]byte("three"))
	})
	if err == nil {
		t.Error("what a holder saves into a table that is gone is reported as done")
	}
}
