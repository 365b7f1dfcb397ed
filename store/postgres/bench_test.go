//go:build unix

package postgres_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

// BenchmarkCommit measures a save, a whole Update with one save, and a bare one-row UPDATE in turns, on a server that
// waits for the disk. The ratios are of medians.
func BenchmarkCommit(b *testing.B) {
	server, err := testservers.Postgres()
	testservers.Need(b, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	defer func() {
		if err := server.Stop(); err != nil {
			b.Error(err)
		}
	}()
	s := open(b, server.URL())
	defer s.Close()
	pool, err := pgxpool.New(b.Context(), server.URL())
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	run(b, server.URL(), `CREATE TABLE bare (key text PRIMARY KEY, value bytea)`, `INSERT INTO bare VALUES ('k', '')`)
	value := make([]byte, 2000) // about a lineage
	var bare, saves, updates []time.Duration
	measure := func(all *[]time.Duration, do func() error) {
		begin := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		*all = append(*all, time.Since(begin))
	}
	for b.Loop() {
		measure(&bare, func() error {
			_, err := pool.Exec(b.Context(), `UPDATE bare SET value = $2 WHERE key = $1`, "k", value)
			return err
		})
		measure(&updates, func() error {
			return s.Update(b.Context(), "k", func(_ []byte, save func([]byte) error) error {
				measure(&saves, func() error { return save(value) })
				return nil
			})
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(bare).Microseconds()), "bare-µs")
	b.ReportMetric(float64(median(saves))/float64(median(bare)), "save/bare")
	b.ReportMetric(float64(median(updates))/float64(median(bare)), "update/bare")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
