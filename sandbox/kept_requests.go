package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// requestKey has room for as many requests as are remembered: a new one takes the place of the oldest.
func requestKey(number uint64) recordKey {
	return recordKey{recordRequest, fmt.Sprintf("%05d", number%journal.RequestsHeld)}
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

// keptRequest is an entry of the journal as a record.
type keptRequest struct{ journal.Packed }

func (p keptRequest) recordKey() recordKey { return requestKey(p.Number) }
func (p keptRequest) recordValue() any     { return p.Unpack() }
