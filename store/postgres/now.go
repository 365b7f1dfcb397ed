package postgres

import (
	"context"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// Now is the server's time, by which sessions on all machines keep their records.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.leases.Patiently(ctx, lease.Patience, lease.OneTry, func(try context.Context) error {
		return explain("ask for the time", s.pool.QueryRow(try, "SELECT clock_timestamp()", s.mode()).Scan(&now))
	})
	return now, err
}
