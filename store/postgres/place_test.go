//go:build unix

package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
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
	suite.RemembersLimits(t, map[string]func(t *testing.T, url string){
		"nothing is lost":  func(*testing.T, string) {},
		"all is lost":      func(t *testing.T, url string) { run(t, url, "TRUNCATE ringcx_lineages") },
		"not even a table": func(t *testing.T, url string) { run(t, url, "DROP TABLE ringcx_lineages") },
	})
}

func TestATableThatIsDroppedUnderAProgramIsMadeAnew(t *testing.T) {
	url := schema(t)
	s := open(t, url)
	leasetest.Save(t, s, "k", "one")
	run(t, url, "DROP TABLE ringcx_lineages")
	if got := leasetest.Load(t, s, "k"); got != "" {
		t.Errorf("loaded %q", got)
	}
	run(t, url, "DROP TABLE ringcx_lineages")
	leasetest.Save(t, s, "k", "two")
	if got := leasetest.Load(t, s, "k"); got != "two" {
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
