package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// archive are the records of a server, by kind. They are read once: what has been read is let go.
type archive struct {
	kinds map[string][]archived
	count int
}

type archived struct {
	key   string
	value json.RawMessage
}

func newArchive() *archive { return &archive{kinds: map[string][]archived{}} }

func (a *archive) add(r Record) error {
	if r.Value == nil {
		return fmt.Errorf("the %s %q has no value", r.Kind, clip(r.Key))
	}
	a.kinds[r.Kind] = append(a.kinds[r.Kind], archived{r.Key, r.Value})
	a.count++
	return nil
}

func (a *archive) empty() bool { return len(a.kinds) == 0 }

// names are the kinds of what is in it.
func (a *archive) names() []string { return slices.Sorted(maps.Keys(a.kinds)) }

// each decodes the records of a kind, in the order of their keys, and gives them to do.
func each[T any](a *archive, kind string, do func(key string, v *T) error) error {
	all := a.kinds[kind]
	delete(a.kinds, kind)
	slices.SortFunc(all, func(x, y archived) int { return cmp.Compare(x.key, y.key) })
	for i, r := range all {
		if i > 0 && r.key == all[i-1].key {
			return fmt.Errorf("%s %q is there twice", kind, clip(r.key))
		}
		v := new(T)
		err := json.Unmarshal(r.value, v)
		if err == nil {
			err = do(r.key, v)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", kind, clip(r.key), err)
		}
		all[i].value = nil
	}
	return nil
}

// only decodes the one record of a kind that has to be there.
func only[T any](a *archive, kind string) (v T, err error) {
	err = fmt.Errorf("there is no record of the kind %s", kind)
	failed := each(a, kind, func(key string, got *T) error {
		if key != "" {
			return nil
		}
		v, err = *got, nil
		return nil
	})
	return v, cmp.Or(failed, err)
}
