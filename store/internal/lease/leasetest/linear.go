//go:build unix

package leasetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/ringcx-go/ringcx"
)

// step is one operation of a history: a Load, or an Update that reads and writes.
type step struct {
	key   string
	write string // "": a Load
}

// register is what a Store must look like from outside: for each key one value, replaced and read in one order.
var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		keys := map[string][]porcupine.Operation{}
		for _, op := range history {
			key := op.Input.(step).key
			keys[key] = append(keys[key], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range keys {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return "" },
	Step: func(state, input, output any) (bool, any) {
		if in := input.(step); in.write != "" {
			return output == state, in.write
		}
		return output == state, state
	},
}

func (s *Suite[S]) linearizes(t *testing.T) {
	const clients, rounds = 6, 30
	begin, key := time.Now(), newKey()
	var mu sync.Mutex
	var history []porcupine.Operation
	var all sync.WaitGroup
	for client := range clients {
		store := s.lease(t, 0, 0)
		all.Go(func() {
			for round := range rounds {
				in := step{key: fmt.Sprintf("%s.%d", key, round%2)}
				if (client+round)%3 > 0 {
					in.write = fmt.Sprintf("%d.%d", client, round)
				}
				call := time.Since(begin)
				out, err := do(t, store, in)
				op := porcupine.Operation{ClientId: client, Input: in, Call: int64(call), Output: out, Return: int64(time.Since(begin))}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if result := porcupine.CheckOperationsTimeout(register, history, 20*time.Second); result != porcupine.Ok {
		t.Errorf("the history of %d operations is not linearizable: %v", len(history), result)
	}
	// Control: the same history and one more Load, after all, that finds nothing.
	late := int64(time.Since(begin))
	history = append(history, porcupine.Operation{Input: step{key: key + ".0"}, Call: late, Output: "", Return: late + 1})
	if porcupine.CheckOperations(register, history) {
		t.Error("a history with a stale read passes the check")
	}
}

func do(t *testing.T, store ringcx.Store, in step) (string, error) {
	if in.write == "" {
		value, err := store.Load(t.Context(), in.key)
		return string(value), err
	}
	return swap(t.Context(), store, in.key, in.write)
}
