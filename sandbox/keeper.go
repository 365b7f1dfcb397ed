package sandbox

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
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

// sessionsRoom is how many sessions and sign-ins a server and its namespaces remember together.
const sessionsRoom = 4_096 * 512

// common is what a server and its namespaces have together.
type common struct {
	logs      atomic.Int64  // bytes that all logs take
	sessions  state.Room    // for all sessions and sign-ins
	objects   atomic.Int64  // weight of all objects
	restoring atomic.Int64  // weight of all snapshots that are being taken
	arrivals  atomic.Uint64 // requests to namespaces so far
	snapshots budget.Gate   // for all snapshots that are on their way
}

func newCommon() *common {
	return &common{snapshots: make(budget.Gate, budget.SnapshotsMost), sessions: state.Room{Rows: sessionsRoom}}
}

// memory is how a server keeps its state.
type memory struct {
	saving *sync.Mutex // held while the keeper is at work, for the server or a namespace; taken after all others
	keeper Keeper      // nil: nowhere
	name   string      // of the namespace
	began  uint64      // which request to any namespace began it, if it was not kept

	shared *common // by all of the process
}

// tablesKeeper is the keeper of s as tables know one.
type tablesKeeper struct{ of *server }

func (s *server) tablesKeeper() state.Keeper {
	if s.memory.keeper == nil {
		return nil
	}
	return tablesKeeper{s}
}

func (k tablesKeeper) Load(namespace string, yield func(state.Record) error) error {
	return k.of.memory.keeper.Load(namespace, func(r Record) error { return yield(state.Record(r)) })
}

func (k tablesKeeper) Save(namespace string, replace bool, records []state.Record) error {
	out := make([]Record, 0, len(records)+1)
	for _, r := range records {
		out = append(out, Record(r))
	}
	out, err := k.of.andUse(out)
	if err != nil {
		return err
	}
	k.of.memory.saving.Lock()
	defer k.of.memory.saving.Unlock()
	return k.of.memory.keeper.Save(namespace, replace, out)
}

// keep gives the keeper what has changed since it was called last, and returns when that, and what others had given it
// before, is safe. An answer leaves only after that.
func (s *server) keep() error {
	if err := s.mu.DB.FlushWith(s.news); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// edited keeps what those who steer the server changed, and has answers made anew.
func (s *server) edited() error {
	s.mu.Lock()
	s.ringcx.ForgetViews()
	s.mu.Unlock()
	return s.keep()
}
