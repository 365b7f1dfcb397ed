package redis

import (
	"context"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// Now is the server's time, by which sessions on all machines keep their records.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.leases.Patiently(ctx, lease.Patience, lease.OneTry, func(try context.Context) (err error) {
		now, err = s.client.Time(try).Result()
		return explain("ask for the time", err)
	})
	return now, err
}
