package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// use is how a namespace is used.
type use struct {
	busy atomic.Int64  // requests that it is answering; far below 0: it has made room for another
	last atomic.Uint64 // which request to any namespace was the latest of this one
}

// recordUse is a kind of record, which is no part of a snapshot.
const recordUse = "use"

// andUse adds to records of a namespace, if there are any, how lately it was used.
func (s *server) andUse(records []Record) ([]Record, error) {
	if s.memory.name == "" || len(records) == 0 {
		return records, nil
	}
	value, err := json.Marshal(max(s.use.last.Load(), s.memory.began))
	return append(records, Record{recordUse, "", value}), err
}

// loadUse finds that among what was kept: 0 if it is not there.
func (s *server) loadUse(in *archive) error {
	return each(in, recordUse, func(_ string, last *uint64) error {
		s.use.last.Store(*last)
		return nil
	})
}

// arrive notes that a request came; false if the namespace is there no more. Who is let in calls leave.
func (s *server) arrive() bool {
	if s.use.busy.Add(1) <= 0 {
		return false
	}
	s.use.last.Store(s.memory.shared.arrivals.Add(1))
	return true
}

func (s *server) leave() { s.use.busy.Add(-1) }

// retire ends the use of a namespace; false if somebody is using it.
func (s *server) retire() bool { return s.use.busy.CompareAndSwap(0, math.MinInt64/2) }

// retiredAnswer is that of the address of a namespace that has made room.
func retiredAnswer() endpoint.Response {
	return endpoint.Text(http.StatusServiceUnavailable, "sandbox: this namespace has made room for others: begin it again")
}

// makeRoom lets the namespace go that was used least recently, if there are as many as there can be. server.inside is locked.
func (s *server) makeRoom() error {
	for len(s.inside.all) >= namespacesMost {
		var idle *namespace
		for _, n := range s.inside.all {
			if n.use.busy.Load() <= 0 && (idle == nil || n.use.last.Load() < idle.use.last.Load()) {
				idle = n
			}
		}
		switch {
		case idle == nil:
			return errNamespaces
		case !idle.retire(): // somebody came to its own address just now
			continue
		}
		if err := s.drop(idle); err != nil {
			idle.use.busy.Store(0)
			return err
		}
	}
	return nil
}

// forgetNamespace ends a namespace, with all that was kept of it.
func (s *server) forgetNamespace(name string) error {
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	n := s.inside.all[name]
	if n == nil {
		return fmt.Errorf("%w: namespace %s", admin.ErrNoSuchThing, wording.Clip(name))
	}
	return s.drop(n)
}

// forgetNamespaces ends all of them.
func (s *server) forgetNamespaces() (err error) {
	s.inside.mu.Lock()
	defer s.inside.mu.Unlock()
	for _, n := range s.inside.all {
		err = errors.Join(err, s.drop(n))
	}
	return err
}

// drop ends a namespace, unless what was kept of it cannot be removed. server.inside is locked.
func (s *server) drop(n *namespace) error {
	if err := n.mu.DB.Forget(); err != nil { // requests that it is still answering leave nothing behind
		return fmt.Errorf("forgetting namespace %s: %w", n.name, err)
	}
	delete(s.inside.all, n.name)
	n.end()
	if n.close != nil {
		n.close()
	}
	return nil
}

// end lets go of what the namespace takes of what it shares. Requests that it is still answering find nothing.
func (n *namespace) end() {
	n.journal.End()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ended = true
	n.letGo()
}

// letGo gives back the room that s shares with others. server.mu is locked.
func (s *server) letGo() {
	s.mu.DB.LeaveRoom(s.mu.Tx)
	s.purse.Close()
}
