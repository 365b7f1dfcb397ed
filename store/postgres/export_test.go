//go:build unix

package postgres

import (
	"context"
	"time"
)

// SaveAgain is a save as it may arrive late: of an earlier number, while its holder has gone on.
func (s *Store) SaveAgain(ctx context.Context, key, holder string, number int64, value []byte) (bool, error) {
	return steps{s}.Save(ctx, key, holder, number, value, time.Minute)
}

// Listen is how the store hears of leases that are given back, until ctx ends or the connection does.
func (s *Store) Listen(ctx context.Context) error { return steps{s}.Listen(ctx, func(string) {}) }
