package ringcx

import (
	"context"
	"sync"
	"time"
)

// Store keeps lineages between runs and decides who may renew: all sessions that share a Store and a key renew one
// after the other. Values hold secrets; a Store keeps them from other users of the machine. Package
// [github.com/ringcx-go/ringcx/store/file] is a Store for one machine, [Memory] for one process.
//
// A Store that several machines share may also have a method Now(context.Context) (time.Time, error), which tells the
// same time to all of them. Sessions then keep their records by it, and it does not matter that the machines' clocks
// differ.
//
// It may also have a method Place() string. Values that return the same are one Store in different words: sessions of a
// process then share what they know of the vendor's limits, in case the Store forgets it. Without it each value is a Store.
type Store interface {
	// Load returns the value of key as last saved, byte for byte (values carry checksums), nil if there is none. It does
	// not wait for an Update under way.
	Load(ctx context.Context, key string) ([]byte, error)

	// Update calls fn with the value of key, nil if there is none, and returns fn's error. While fn runs no other
	// Update of the key runs, in this or any process or machine that shares the Store; ctx bounds the wait for that, and
	// fn is not called when ctx has ended before.
	//
	// Each call of save replaces the value, nil deletes it. When save returns nil the value is durable: it survives
	// a crash of the process and of the machine. When it returns an error the value before stays. fn may save more
	// than once, as the engine does before and after each request, and what it saved stays whatever fn returns.
	// A save by a holder that lost its exclusivity fails with [ErrTakenOver].
	Update(ctx context.Context, key string, fn func(old []byte, save func(value []byte) error) error) error
}

// storeWait bounds the wait for the Store of a renewal that nobody waits for, unless SessionOptions.MaxWait is longer.
const storeWait = time.Minute

// Memory is a Store that lives as long as the process, shared by all sessions that are given the same one. The zero
// value is empty and ready.
type Memory struct {
	mu   sync.Mutex // guards rows
	rows map[string]*memoryRow
}

type memoryRow struct {
	turn  chan struct{} // holds one value: who takes it may run an Update
	value []byte        // guarded by Memory.mu
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, key string) ([]byte, error) {
	row := m.row(key)
	m.mu.Lock()
	defer m.mu.Unlock()
	return row.value, nil
}

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	row := m.row(key)
	select {
	case <-row.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { row.turn <- struct{}{} }()
	old, err := m.Load(ctx, key)
	if err != nil {
		return err
	}
	return fn(old, func(value []byte) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		row.value = value
		return nil
	})
}

func (m *Memory) row(key string) *memoryRow {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[key]
	if row == nil {
		row = &memoryRow{turn: make(chan struct{}, 1)}
		row.turn <- struct{}{}
		if m.rows == nil {
			m.rows = make(map[string]*memoryRow)
		}
		m.rows[key] = row
	}
	return row
}
