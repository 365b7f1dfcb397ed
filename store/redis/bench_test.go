//go:build unix

package redis_test

import (
	"testing"
)

// BenchmarkCommit measures against a bare HSET, on a server that waits for the disk.
func BenchmarkCommit(b *testing.B) {
	server := other(b, "appendonly yes", "appendfsync always")
	c := client(b, server.URL())
	suite.Commit(b, server.URL(), func(value []byte) error { return c.HSet(b.Context(), "bare", "value", value).Err() })
}
