package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// requestKey has room for as many requests as are remembered: a new one takes the place of the oldest.
func requestKey(number uint64) string { return fmt.Sprintf("%05d", number%journal.RequestsHeld) }

// requestRows are the log, in the order of its keys.
func (s *Server) requestRows() iter.Seq[state.Row] {
	entries, _ := s.journal.Since(0)
	slices.SortFunc(entries, func(a, b journal.Packed) int { return cmp.Compare(requestKey(a.Number), requestKey(b.Number)) })
	return func(yield func(state.Row) bool) {
		for _, e := range entries {
			if !yield(state.Row{Kind: recordRequest, Key: requestKey(e.Number), Value: e.Unpack()}) {
				return
			}
		}
	}
}

func (st *contents) loadRequests(in *archive) error {
	err := each(in, recordRequest, func(key string, v *journal.Entry) error {
		_, err := strconv.Atoi(key)
		st.requests = append(st.requests, *v)
		return errors.Join(err, v.Check())
	})
	slices.SortFunc(st.requests, func(a, b journal.Entry) int { return int(a.Number) - int(b.Number) }) //nolint:gosec // close together
	return err
}
