package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Restore is that of a [Server].
func (s *server) Restore(r io.Reader) error {
	_, err := s.resume(wording.WithoutMark(r), nil)
	if err == nil {
		err = s.edited()
	}
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// resume makes the server what a snapshot says, or changes nothing. It gives the kinds of what was in it. If room is given,
// that may not be too much, and takes of it.
func (s *server) resume(r io.Reader, room *atomic.Int64) (kinds []string, err error) {
	in, leave, err := readSnapshot(r, room, s.kinds(), s.mu.DB.Bounded())
	defer leave()
	if err != nil {
		return nil, err
	}
	kinds = in.names()
	err = s.adopt(in, room != nil, false)
	switch {
	case errors.As(err, new(budget.HeavyError)):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	return kinds, nil
}

// takeSnapshot makes the server what the snapshot in the body of r says, or changes nothing.
func (s *server) takeSnapshot(r *http.Request) (kinds []string, err error) {
	if r.ContentLength > budget.SnapshotLimit {
		return nil, &http.MaxBytesError{Limit: budget.SnapshotLimit}
	}
	leave, err := s.memory.shared.snapshots.Enter(r)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.resume(http.MaxBytesReader(nil, r.Body, budget.SnapshotLimit), &s.memory.shared.restoring)
}
