package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ringcx-go/ringcx/store/internal/reach"
)

const (
	sqlLook = `SELECT to_regclass('ringcx_lineages') IS NOT NULL, current_setting('fsync'), current_setting('full_page_writes')`

	// Two CREATE TABLE IF NOT EXISTS at once can fail. The lock ends with the transaction.
	sqlLock = `SELECT pg_advisory_xact_lock(7266424780)`

	// Collation C: an index of text in any other breaks when the system's library changes its mind.
	sqlTable = `CREATE TABLE IF NOT EXISTS ringcx_lineages (
	key         text COLLATE "C" PRIMARY KEY,
	value       bytea,                            -- null: none
	generation  bigint NOT NULL DEFAULT 0,        -- number of the last save
	holder      text,                             -- who took the lease last: one random name for each Update
	lease_until timestamptz,                      -- null: free
	updated_at  timestamptz NOT NULL DEFAULT now()
)`
)

// prepare makes the table and looks at the server's settings. A role that may not create tables can use one that is
// there.
func (s *Store) prepare(ctx context.Context) error {
	var there bool
	var fsync, fullPages string
	err := s.pool.QueryRow(ctx, sqlLook, pgx.QueryExecModeExec).Scan(&there, &fsync, &fullPages)
	if err != nil {
		return explain(reach.OpConnect, err)
	}
	s.warnings = nil
	for name, value := range map[string]string{"fsync": fsync, "full_page_writes": fullPages} {
		if value != "on" {
			s.warnings = append(s.warnings, fmt.Sprintf("PostgreSQL runs with %s = %s: a power cut can lose lineages", name, value))
		}
	}
	if there {
		return nil
	}
	return s.makeTable(ctx)
}

func (s *Store) makeTable(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, sql := range []string{sqlLock, sqlTable} {
			if _, err := tx.Exec(ctx, sql, pgx.QueryExecModeExec); err != nil {
				return err
			}
		}
		return nil
	})
	return explain("create the table ringcx_lineages", err)
}
