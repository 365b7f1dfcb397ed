// Package postgres is a Store in PostgreSQL, for programs on many machines that share lineages.
//
// All lineages are rows of one table, ringcx_lineages, which [Open] makes where there is none. Who may renew a lineage
// is a lease in its row, with the server's clock: the clocks of the machines do not matter. A holder renews its lease
// while it works. When it dies another takes over after Store.Lease; when it is only slow and another has taken over,
// what it saves is refused. That a lease is free is told by NOTIFY, and found by looking where nobody is told.
// No connection is kept for the time of an Update, and no session state is needed, so PgBouncer may be in between in
// any of its modes; in transaction mode notifications do not pass it.
//
// A save is committed with synchronous_commit = on, whatever the server's setting, before it returns nil: it survives a
// crash of the server, and a failover if the standby is a synchronous one. What a failover to an asynchronous standby
// loses is lost, but a holder from before it cannot overwrite what was done after. A save that fails because the server
// cannot be reached for the length of a lease may have been done all the same.
//
// Values hold secrets and are stored as they are: grant SELECT, INSERT and UPDATE on the table to the role of these
// programs and to nobody else, connect with TLS (sslmode=verify-full), and mind who can read backups.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ringcx-go/ringcx/store/internal/lease"
	"github.com/ringcx-go/ringcx/store/internal/reach"
)

// Store implements ringcx.Store. It is made by [Open] or [New]. The fields are set before its first use.
type Store struct {
	// Lease is how long a holder that died keeps others waiting, ten seconds if zero. A holder that is alive and
	// reaches the server keeps the key as long as it needs it.
	Lease time.Duration
	// Poll is the longest time between two looks at a lease that another holds, half a second if zero. It matters
	// only where notifications do not arrive.
	Poll time.Duration

	pool       *pgxpool.Pool
	own        bool // the pool is closed with the Store
	place      string
	prepared   pgx.QueryExecMode
	unprepared atomic.Bool // see mode
	warnings   []string
	leases     lease.Leases
}

const form = "write postgres://user:password@host:5432/database, with special characters of the password percent-encoded: @ as %40, / as %2F" //nolint:gosec // nobody's

// problem is why a URL is not given to the driver, "" if it is. An @ behind the first one, or behind a slash, is one of a password: the
// driver would take what is left of that for a host or a database, whose names go to servers and into errors. So it would what
// stands before a "=" where the two slashes are missing.
func problem(url string) string {
	scheme, rest, isURL := strings.Cut(url, "://")
	if !isURL || scheme != "postgres" && scheme != "postgresql" {
		if name, _, _ := strings.Cut(url, "="); strings.ContainsAny(name, ":@/") {
			return "it is not one"
		}
		return "" // host=… user=…
	}
	if i := strings.IndexAny(rest, "@/"); i >= 0 && strings.Contains(rest[i+1:], "@") {
		return "it has an @ that does not end user and password"
	}
	return ""
}

// Open connects to the database of a URL (postgres://user:password@host:5432/database?sslmode=verify-full; all that
// libpq understands) and makes the table if there is none. Many programs may do so at once.
func Open(ctx context.Context, url string) (*Store, error) {
	if why := problem(url); why != "" {
		return nil, &reach.Error{Server: product, Op: reach.OpURL, Cause: errors.New(why), Remedy: form}
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// What the parser says can hold parts of the password.
		return nil, &reach.Error{Server: product, Op: reach.OpURL, Cause: errors.New("it is not one"), Remedy: form}
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "ringcx"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explain(reach.OpConnect, err)
	}
	trying, end := reach.Meanwhile(ctx, judge(&config.ConnConfig.Config))
	s, err := New(trying, pool)
	end()
	if err != nil {
		pool.Close()
		return nil, blame(trying, err)
	}
	s.own = true
	s.place = placeOf(config.ConnConfig)
	return s, nil
}

// placeOf tells the table that a connection leads to. The role, and settings such as search_path, choose the schema.
func placeOf(c *pgx.ConnConfig) string {
	settings := maps.Clone(c.RuntimeParams)
	delete(settings, "application_name")
	return fmt.Sprintf("%q %d %q %q %q", c.Host, c.Port, c.Database, c.User, settings)
}

// New is [Open] with a pool of the caller's, who closes it after the Store.
func New(ctx context.Context, pool *pgxpool.Pool) (*Store, error) {
	s := &Store{pool: pool, place: fmt.Sprintf("%p", pool), prepared: pool.Config().ConnConfig.DefaultQueryExecMode}
	s.leases.Engine = steps{s}
	if err := s.leases.Patiently(ctx, lease.Patience, lease.Default, s.prepare); err != nil {
		return nil, err
	}
	return s, nil
}

// Close gives back all connections. It is called when no Update is under way any more.
func (s *Store) Close() {
	s.leases.Close()
	if s.own {
		s.pool.Close()
	}
}

// Warnings says how the server, as it was configured at [Open], can lose what it has acknowledged. Nil: it cannot.
func (s *Store) Warnings() []string { return s.warnings }

// Place tells the database, so that sessions of a process that were given several Stores of one URL, or of one pool, know it.
func (s *Store) Place() string { return "postgres: " + s.place }

// Load implements ringcx.Store.
func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
	if err := lease.CheckKey(key); err != nil {
		return nil, err
	}
	var value []byte
	err := s.leases.Patiently(ctx, lease.Patience, lease.OneTry, func(try context.Context) error {
		err := s.pool.QueryRow(try, sqlLoad, s.mode(), key).Scan(&value)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if isDropped(err) {
			return s.makeTable(try)
		}
		return explain("load a lineage", err)
	})
	return value, err
}

// Update implements ringcx.Store. A save goes on, for the length of a lease at most, when ctx has ended.
func (s *Store) Update(ctx context.Context, key string, fn func(old []byte, save func([]byte) error) error) error {
	if err := lease.CheckKey(key); err != nil {
		return err
	}
	return s.leases.Update(ctx, lease.Timing{Lease: s.Lease, Poll: s.Poll}, key, fn)
}
