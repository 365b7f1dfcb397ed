package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// archive are the records of a server, by kind and key.
type archive struct {
	kinds map[string]map[string]json.RawMessage
}

func newArchive() *archive { return &archive{map[string]map[string]json.RawMessage{}} }

func (a *archive) add(r Record) error {
	if r.Value == nil {
		return fmt.Errorf("the %s %q has no value", r.Kind, r.Key)
	}
	if a.kinds[r.Kind] == nil {
		a.kinds[r.Kind] = map[string]json.RawMessage{}
	}
	a.kinds[r.Kind][r.Key] = r.Value
	return nil
}

func (a *archive) empty() bool { return len(a.kinds) == 0 }

// each decodes the records of a kind, in the order of their keys, and gives them to do.
func each[T any](a *archive, kind string, do func(key string, v *T) error) error {
	for _, key := range slices.Sorted(maps.Keys(a.kinds[kind])) {
		v := new(T)
		err := json.Unmarshal(a.kinds[kind][key], v)
		if err == nil {
			err = do(key, v)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", kind, key, err)
		}
	}
	return nil
}

// only decodes the one record of a kind that has to be there.
func only[T any](a *archive, kind string) (v T, err error) {
	raw, ok := a.kinds[kind][""]
	if !ok {
		return v, fmt.Errorf("there is no record of the kind %s", kind)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%s: %w", kind, err)
	}
	return v, nil
}
