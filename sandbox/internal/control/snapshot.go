package control

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
)

// sendSnapshot sends a snapshot.
func (c *control) sendSnapshot(w http.ResponseWriter, r *http.Request) {
	if err := c.SendSnapshot(w, r, func(http.Header, time.Time) {}); err != nil {
		admin.Answer(nil, err).Write(w)
	}
}

// restore takes a snapshot of up to budget.SnapshotLimit.
func (c *control) restore(r *http.Request) (any, error) {
	tooLarge := &http.MaxBytesError{Limit: budget.SnapshotLimit}
	if r.ContentLength > budget.UploadLimit || r.ContentLength > budget.SnapshotLimit && r.Header.Get("Expect") != "" {
		return nil, tooLarge
	}
	kinds, err := c.Restore(r)
	if errors.As(err, &tooLarge) || errors.As(err, new(budget.HeavyError)) {
		_, _ = io.CopyN(io.Discard, r.Body, budget.UploadLimit) // who is still sending would not see the answer
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"now": c.Now(), "kinds": kinds}, nil
}
