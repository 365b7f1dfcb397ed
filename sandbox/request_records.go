package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// recordRequest is the kind of the records of the log, which is the one thing that is kept and in no table.
const recordRequest = "request"

// requestKey has room for as many requests as are remembered: a new one takes the place of the oldest.
func requestKey(number uint64) string { return fmt.Sprintf("%05d", number%journal.RequestsHeld) }

// requestRows are the log, in the order of its keys.
func (s *server) requestRows() iter.Seq[state.Row] {
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

// loadRequests finds the log among what was kept.
func (st *contents) loadRequests(in *archive) error {
	err := each(in, recordRequest, func(key string, v *journal.Entry) error {
		_, err := strconv.Atoi(key)
		st.requests = append(st.requests, *v)
		return errors.Join(err, v.Check())
	})
	slices.SortFunc(st.requests, func(a, b journal.Entry) int { return int(a.Number) - int(b.Number) }) //nolint:gosec // close together
	return err
}

// news takes what the log has that the keeper lacks: with all, that is everything.
func (s *server) news(_ *state.Tx, all bool) ([]state.Record, error) {
	entries, forgotten := s.journal.News()
	if all {
		entries, _ = s.journal.Since(0)
		forgotten = nil
	}
	records := make([]state.Record, 0, len(entries)+len(forgotten))
	for _, n := range forgotten {
		records = append(records, state.Record{Kind: recordRequest, Key: requestKey(n)})
	}
	for _, e := range entries {
		raw, err := json.Marshal(e.Unpack())
		if err != nil {
			return nil, fmt.Errorf("encoding request %d: %w", e.Number, err)
		}
		records = append(records, state.Record{Kind: recordRequest, Key: requestKey(e.Number), Value: raw})
	}
	return records, nil
}
