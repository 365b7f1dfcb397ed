package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// Each step is one statement and so one transaction, which needs nothing of a session. set_config is SET LOCAL inside a
// statement, and is reached when the row is the right one. clock_timestamp, unlike now, goes on while a statement waits for the row.
const (
	sqlLoad = `SELECT value FROM ringcx_lineages WHERE key = $1`

	sqlTake = `UPDATE ringcx_lineages
SET holder = $2, lease_until = clock_timestamp() + $3::bigint * interval '1 microsecond', updated_at = clock_timestamp()
WHERE key = $1 AND (lease_until IS NULL OR lease_until <= clock_timestamp() OR holder = $2)
AND set_config('synchronous_commit', 'on', true) = 'on'
RETURNING value, generation`

	sqlLeft = `SELECT coalesce(extract(epoch FROM lease_until - clock_timestamp()) * 1000000, 0)::bigint
FROM ringcx_lineages WHERE key = $1`

	sqlMake = `INSERT INTO ringcx_lineages (key, holder, lease_until)
SELECT $1::text, $2::text, clock_timestamp() + $3::bigint * interval '1 microsecond'
FROM set_config('synchronous_commit', 'on', true)
ON CONFLICT (key) DO NOTHING`

	sqlKeep = `UPDATE ringcx_lineages SET lease_until = clock_timestamp() + $3::bigint * interval '1 microsecond'
WHERE key = $1 AND holder = $2 AND set_config('synchronous_commit', 'on', true) = 'on'`

	// The generation refuses a save that comes after a later one of the same holder: one whose connection was given up.
	sqlSave = `UPDATE ringcx_lineages
SET value = $5::bytea, generation = $4, lease_until = clock_timestamp() + $3::bigint * interval '1 microsecond', updated_at = clock_timestamp()
WHERE key = $1 AND holder = $2 AND generation <= $4 AND set_config('synchronous_commit', 'on', true) = 'on'`

	// Not durable: a release that is lost in a crash costs the next one the rest of a lease.
	sqlRelease = `WITH done AS (
	UPDATE ringcx_lineages SET lease_until = NULL, holder = NULL
	WHERE key = $1 AND holder = $2 AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING key
) SELECT pg_notify('ringcx_lineages', key) FROM done`

	sqlListen = `LISTEN ringcx_lineages`
)

// steps are what the server does for the leases, as [lease.Engine] says.
type steps struct{ *Store }

// Take makes the table anew if somebody has dropped it since it was made: then the store is empty.
func (s steps) Take(ctx context.Context, key, holder string, length time.Duration) (lease.Claim, error) {
	c, err := s.take(ctx, key, holder, length)
	if !isDropped(err) {
		return c, err
	}
	if err := s.makeTable(ctx); err != nil {
		return c, err
	}
	return s.take(ctx, key, holder, length)
}

func (s steps) take(ctx context.Context, key, holder string, length time.Duration) (lease.Claim, error) {
	c := lease.Claim{Taken: true}
	err := s.pool.QueryRow(ctx, sqlTake, s.mode(), key, holder, length.Microseconds()).Scan(&c.Value, &c.Number)
	if !errors.Is(err, pgx.ErrNoRows) {
		return c, explain("take the lease on a lineage", err)
	}
	var left int64
	err = s.pool.QueryRow(ctx, sqlLeft, s.mode(), key).Scan(&left)
	if !errors.Is(err, pgx.ErrNoRows) {
		return lease.Claim{Left: max(0, time.Duration(left)*time.Microsecond)}, explain("look at the lease on a lineage", err)
	}
	made, err := s.changes(ctx, "take the lease on a lineage", sqlMake, key, holder, length.Microseconds())
	return lease.Claim{Taken: made}, err
}

func (s steps) Keep(ctx context.Context, key, holder string, length time.Duration) (bool, error) {
	return s.changes(ctx, "renew the lease on a lineage", sqlKeep, key, holder, length.Microseconds())
}

func (s steps) Save(ctx context.Context, key, holder string, number int64, value []byte, length time.Duration) (bool, error) {
	return s.changes(ctx, "save a lineage", sqlSave, key, holder, length.Microseconds(), number, value)
}

func (s steps) Release(ctx context.Context, key, holder string) error {
	_, err := s.changes(ctx, "release the lease on a lineage", sqlRelease, key, holder)
	return err
}

// mode is prepared statements, which save a third of a commit's time, until one was found missing: a pooler without
// support for them gives each transaction another session.
func (s *Store) mode() pgx.QueryExecMode {
	if s.unprepared.Load() {
		return pgx.QueryExecModeExec
	}
	return s.prepared
}

// changes says whether a statement found its row.
func (s *Store) changes(ctx context.Context, op, sql string, args ...any) (bool, error) {
	tag, err := s.pool.Exec(ctx, sql, append([]any{s.mode()}, args...)...)
	return tag.RowsAffected() > 0, explain(op, err)
}

// listen has a connection of its own, which is the only one with session state.
func (s steps) Listen(ctx context.Context, ring func(string)) error {
	pool := s.pool.Config()
	config := pool.ConnConfig
	if pool.BeforeConnect != nil {
		if err := pool.BeforeConnect(ctx, config); err != nil {
			return err
		}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(end)
	}()
	if _, err := conn.Exec(ctx, sqlListen, pgx.QueryExecModeExec); err != nil {
		return err
	}
	ring("")
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		ring(n.Payload)
	}
}
