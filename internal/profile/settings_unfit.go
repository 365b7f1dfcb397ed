package profile

import (
	"fmt"
	"maps"
	"slices"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// misfit is a setting of another type than belongs there, or one in capitals. A profile with one cannot be used, and others do
// without it.
type misfit struct {
	path    []string
	problem string
}

const (
	aTable      = "a table, such as [profile.NAME]"
	aRule       = "a table of directories and profiles, [directory]"
	aName       = "the name of a profile, in quotes"
	aText       = "a text, in quotes"
	aProfileTab = "a table, [profile.NAME] and its settings below"
)

// decodeSettings reads what can be read: profiles with misfits are there, and have none of them. Other misfits are left out, too.
func decodeSettings(text string) (s *Settings, meta toml.MetaData, misfits []misfit, err error) {
	s = &Settings{Unfit: map[string]*usage.Error{}}
	meta, err = toml.Decode(text, s)
	table := func(name string) bool { // what is none is left out in silence; one that [name.x] makes has no type
		return !meta.IsDefined(name) || meta.Type(name) == "Hash" || meta.Type(name) == ""
	}
	misspelt := func(key toml.Key) bool { return meant(key) != "" }
	if err == nil && table("profile") && table("directory") && !slices.ContainsFunc(meta.Keys(), misspelt) {
		return s, meta, nil, nil
	}
	all := map[string]any{}
	if meta, err := toml.Decode(text, &all); err != nil {
		return nil, meta, nil, err // it is not TOML
	}
	if misfits = takeMisfits(all); len(misfits) == 0 && err != nil {
		return nil, meta, nil, err
	}
	s = &Settings{Unfit: map[string]*usage.Error{}}
	meta, err = toml.Decode(encoded(all), s)
	return s, meta, misfits, err
}

// takeMisfits takes out of a document what does not fit.
func takeMisfits(all map[string]any) (found []misfit) {
	take := func(in map[string]any, path toml.Key, problem string) {
		found = append(found, misfit{path: path, problem: problem})
		delete(in, path[len(path)-1])
	}
	wrong := func(in map[string]any, name, belongs string, path ...string) {
		key := toml.Key(append(path, name))
		take(in, key, fmt.Sprintf("%s is %s, and has to be %s", wording.Said(key.String()), kindOf(in[name]), belongs))
	}
	capitals := func(in map[string]any, path ...string) {
		for _, name := range slices.Sorted(maps.Keys(in)) {
			key := toml.Key(append(slices.Clone(path), name))
			if small := meant(key); small != "" {
				take(in, key, fmt.Sprintf("%q is written %q", wording.Clip(key.String()), small))
			}
		}
	}
	texts := func(in map[string]any, names []string, belongs string, path ...string) {
		for _, name := range names {
			if _, ok := in[name].(string); in[name] != nil && !ok {
				wrong(in, name, belongs, path...)
			}
		}
	}
	capitals(all)
	texts(all, []string{"default"}, aName)
	if rules, ok := all["directory"].(map[string]any); ok {
		texts(rules, slices.Sorted(maps.Keys(rules)), aName, "directory")
	} else if all["directory"] != nil {
		wrong(all, "directory", aRule)
	}
	profiles, ok := all["profile"].(map[string]any)
	if !ok && all["profile"] != nil {
		wrong(all, "profile", aTable)
	}
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		if fields, ok := profiles[name].(map[string]any); ok {
			capitals(fields, "profile", name)
			texts(fields, profileFields, aText, "profile", name)
		} else {
			wrong(profiles, name, aProfileTab, "profile")
			profiles[name] = map[string]any{}
		}
	}
	return found
}

// kindOf is a value of TOML in words, without what may be a secret in the wrong place.
func kindOf(v any) string {
	switch v := v.(type) {
	case int64, float64, bool:
		return wording.Clip(fmt.Sprint(v))
	case string:
		return "a text"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// Fit is the profile of that name, if it can be used.
func (s *Settings) Fit(name string) (p Profile, known bool) {
	if s.Unfit[name] != nil {
		return Profile{}, false
	}
	p, known = s.Profiles[name]
	return p, known
}

// TellUnfit warns of the profiles that cannot be used.
func (a *Accounts) TellUnfit(s *Settings) {
	for _, name := range slices.Sorted(maps.Keys(s.Unfit)) {
		a.Warn(s.Unfit[name].Problem)
	}
}
