//go:build unix

package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
)

// BenchmarkCommit measures against a bare one-row UPDATE, on a server that waits for the disk.
func BenchmarkCommit(b *testing.B) {
	server, err := testservers.Postgres()
	leasetest.Other(b, server, err)
	pool, err := pgxpool.New(b.Context(), server.URL())
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	run(b, server.URL(), `CREATE TABLE bare (key text PRIMARY KEY, value bytea)`, `INSERT INTO bare VALUES ('k', '')`)
	suite.Commit(b, server.URL(), func(value []byte) error {
		_, err := pool.Exec(b.Context(), `UPDATE bare SET value = $2 WHERE key = $1`, "k", value)
		return err
	})
}
