package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// archive are the records of a server, by kind, as texts: how much memory they would take is weighed before any of them becomes
// a row, because a row can take many times the room of its text. They are read once: what has been read is let go.
type archive struct {
	kinds   map[string][]archived
	weight  int      // of all
	lasting int      // of what stays for good, and has no bound of its own
	passing []string // kinds of what there can be only so many of: the oldest go
}

type archived struct {
	key   string
	value json.RawMessage
}

func newArchive(passing []string) *archive {
	return &archive{kinds: map[string][]archived{}, passing: passing}
}

func (a *archive) add(r Record) error {
	if r.Value == nil {
		return fmt.Errorf("the %s %q has no value", r.Kind, wording.Clip(r.Key))
	}
	a.kinds[r.Kind] = append(a.kinds[r.Kind], archived{r.Key, r.Value})
	weight := budget.Weigh(r.Value) + len(r.Key) + budget.ObjectWeight
	a.weight += weight
	switch {
	case r.Kind == recordRequest:
	case slices.Contains(a.passing, r.Kind):
		a.lasting += max(0, weight-budget.ObjectLeast)
	default:
		a.lasting += weight
	}
	return nil
}

func (a *archive) empty() bool { return len(a.kinds) == 0 }

// names are the kinds of what is in it.
func (a *archive) names() []string { return slices.Sorted(maps.Keys(a.kinds)) }

// each decodes the records of a kind, in the order of their keys, and gives them to do.
func each[T any](a *archive, kind string, do func(key string, v *T) error) error {
	all := a.take(kind)
	for i, r := range all {
		if i > 0 && r.key == all[i-1].key {
			return fmt.Errorf("%s %q is there twice", kind, wording.Clip(r.key))
		}
		v := new(T)
		err := json.Unmarshal(r.value, v)
		if err == nil {
			err = do(r.key, v)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", kind, wording.Clip(r.key), err)
		}
		all[i].value = nil
	}
	return nil
}

// give lets go of the records of some kinds, in the order of their keys.
func (a *archive) give(kinds []string, yield func(state.Record) error) error {
	for _, kind := range kinds {
		all := a.take(kind)
		for i, r := range all {
			if err := yield(state.Record{Kind: kind, Key: r.key, Value: r.value}); err != nil {
				return err
			}
			all[i].value = nil
		}
	}
	return nil
}

// take are the records of a kind, in the order of their keys, which are in a no more.
func (a *archive) take(kind string) []archived {
	all := a.kinds[kind]
	delete(a.kinds, kind)
	slices.SortFunc(all, func(x, y archived) int { return cmp.Compare(x.key, y.key) })
	return all
}

// seed is that of the world in a, which stays there.
func (a *archive) seed() (uint64, error) {
	for _, r := range a.kinds["world"] {
		if r.key == "" {
			var world struct {
				Seed uint64 `json:"seed"`
			}
			if err := json.Unmarshal(r.value, &world); err != nil {
				return 0, fmt.Errorf("world %q: %w", r.key, err)
			}
			return world.Seed, nil
		}
	}
	return 0, errors.New("there is no record of the kind world")
}
