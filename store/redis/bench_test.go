//go:build unix

package redis_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

// BenchmarkCommit measures a save, a whole Update with one save, and a bare HSET in turns, on a server that
// waits for the disk. The ratios are of medians.
func BenchmarkCommit(b *testing.B) {
	server, err := testservers.Redis("appendonly yes", "appendfsync always")
	testservers.Need(b, os.Getenv("RINGCX_TEST_REQUIRE") == "1", err)
	defer func() {
		if err := server.Stop(); err != nil {
			b.Error(err)
		}
	}()
	s := open(b, server.URL())
	defer s.Close()
	c := client(b, server.URL())
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
			return c.HSet(b.Context(), "bare", "value", value).Err()
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
