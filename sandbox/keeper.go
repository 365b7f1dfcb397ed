package sandbox

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
)

// Record is a thing that a Server keeps between runs: an account, an app, a session, a request that was answered.
type Record struct {
	Kind  string          `json:"kind"`
	Key   string          `json:"key"`             // names it among those of its kind
	Value json.RawMessage `json:"value,omitempty"` // nil: it is gone
}

// Keeper keeps the state of a Server between runs. The Server calls it from one goroutine at a time.
type Keeper interface {
	// Load calls yield with every record of a namespace, in any order, until it fails.
	Load(namespace string, yield func(Record) error) error
	// Save keeps records, all of them or none; what is kept survives the end of the process, however that comes. With
	// replace, nothing else of the namespace stays.
	Save(namespace string, replace bool, records []Record) error
	// Namespaces lists the namespaces that have a record.
	Namespaces() ([]string, error)
}

// kept is a part of the state that is kept as a record of its own.
type kept interface {
	recordKey() recordKey
	recordValue() any // nil: it is gone
}

type recordKey struct{ kind, key string }

// changes are the parts of the state that have changed since they were kept. A nil changes is that of a server that
// keeps nothing. Server.mu guards it.
type changes struct {
	all     bool // everything
	touched map[recordKey]kept
}

func newChanges() *changes { return &changes{touched: map[recordKey]kept{}} }

// touch marks things as changed.
func (c *changes) touch(things ...kept) {
	if c == nil {
		return
	}
	for _, t := range things {
		c.touched[t.recordKey()] = t
	}
}

// gone is a thing that does not exist any more.
type gone recordKey

func (g gone) recordKey() recordKey { return recordKey(g) }
func (gone) recordValue() any       { return nil }

func encode(t kept) (Record, error) {
	k := t.recordKey()
	out := Record{Kind: k.kind, Key: k.key}
	value := t.recordValue()
	if value == nil {
		return out, nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return out, fmt.Errorf("encoding %s %s: %w", k.kind, k.key, err)
	}
	out.Value = raw
	return out, nil
}

// common is what a server and its namespaces have together.
type common struct {
	logs      atomic.Int64  // bytes that all logs take
	pages     atomic.Int64  // of all tables
	objects   atomic.Int64  // weight of all objects
	restoring atomic.Int64  // weight of all snapshots that are being taken
	arrivals  atomic.Uint64 // requests to namespaces so far
	routings  routings      // of the namespaces
	snapshots gate          // for all snapshots that are on their way
}

// memory is how a server keeps its state.
type memory struct {
	saving *sync.Mutex // held while records are on their way to the keeper; taken before Server.mu
	keeper Keeper      // nil: nowhere
	name   string      // of the namespace
	began  uint64      // which request to any namespace began it, if it was not kept
	over   bool        // what this server still answers is kept no more; guarded by saving

	shared *common // by all of the process
}

// keep gives the keeper what has changed since it was called last, and returns when that, and what others had given it
// before, is safe. An answer leaves only after that.
func (s *Server) keep() error {
	if s.memory.keeper == nil {
		return nil
	}
	s.memory.saving.Lock()
	defer s.memory.saving.Unlock()
	if s.memory.over {
		return nil
	}
	records, all, err := s.news()
	if err == nil && (all || len(records) > 0) {
		records, err = s.andUse(records)
	}
	if err == nil && (all || len(records) > 0) {
		err = s.memory.keeper.Save(s.memory.name, all, records)
	}
	if err != nil {
		s.mu.Lock()
		s.changes.all = true // the next time says it all again
		s.mu.Unlock()
		return fmt.Errorf("sandbox: keeping what has changed: %w", err)
	}
	return nil
}

// news takes what has changed since the last time.
func (s *Server) news() (records []Record, all bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes.all {
		*s.changes = *newChanges()
		s.journal.news()
		records, err = s.records()
		return records, true, err
	}
	for _, t := range s.changes.touched {
		r, err := encode(t)
		if err != nil {
			return nil, false, err
		}
		records = append(records, r)
	}
	clear(s.changes.touched)
	entries, forgotten := s.journal.news()
	for _, g := range forgotten {
		records = append(records, Record{Kind: g.kind, Key: g.key})
	}
	for _, e := range entries {
		r, err := encode(e)
		if err != nil {
			return nil, false, err
		}
		records = append(records, r)
	}
	return records, false, nil
}
