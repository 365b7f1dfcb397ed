package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is a behaviour that can be chosen. Its value is a JSON string, whole number or boolean.
type setting struct {
	name     string
	possible string   // what it can be, in words
	words    []string // what it can be, if that is a few words; else nil
	initial  any      // the default
	read     func(*rules) any
	set      func(r *rules, text string) error // nothing changes after an error
}

// newSetting makes a setting of the field at, whose values are shown and parsed as given.
func newSetting[T any](name, possible string, initial T, at func(*rules) *T, show func(T) any, parse func(string) (T, bool)) *setting {
	return &setting{
		name: name, possible: possible, initial: show(initial),
		read: func(r *rules) any { return show(*at(r)) },
		set: func(r *rules, text string) error {
			v, ok := parse(text)
			if !ok {
				return fmt.Errorf("%s: %q is not %s", name, clip(text), possible)
			}
			*at(r) = v
			return nil
		},
	}
}

// clip shortens what somebody sent, for an error.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// lasting is a setting that is a duration.
func lasting(name string, initial, low, high time.Duration, at func(*rules) *time.Duration) *setting {
	possible := fmt.Sprintf("a duration from %s to %s, in whole seconds", shortDuration(low), shortDuration(high))
	return newSetting(name, possible, initial, at, func(d time.Duration) any { return shortDuration(d) },
		func(text string) (time.Duration, bool) {
			d, err := time.ParseDuration(text)
			return d, err == nil && low <= d && d <= high && d%time.Second == 0
		})
}

// shortDuration is a duration as Go writes it, without zeros at its end.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// counting is a setting that is a whole number.
func counting(name string, initial, low, high int, at func(*rules) *int) *setting {
	return newSetting(name, fmt.Sprintf("a whole number from %d to %d", low, high), initial, at, func(n int) any { return n },
		func(text string) (int, bool) {
			n, err := strconv.Atoi(text)
			return n, err == nil && low <= n && n <= high
		})
}

// status is a setting that is the status of a refusal.
func status(name string, initial int, at func(*rules) *int) *setting {
	return counting(name, initial, 400, 599, at)
}

// deciding is a setting that is true or false.
func deciding(name string, initial bool, at func(*rules) *bool) *setting {
	return newSetting(name, "true or false", initial, at, func(b bool) any { return b },
		func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" })
}

// choosing is a setting that is one of some words, of which the first is the default.
func choosing(name string, at func(*rules) *string, words ...string) *setting {
	s := newSetting(name, "one of "+strings.Join(words, ", "), words[0], at, func(w string) any { return w },
		func(text string) (string, bool) { return text, slices.Contains(words, text) })
	s.words = words
	return s
}

// saying is a setting that is a text.
func saying(name, initial string, at func(*rules) *string) *setting {
	const most = 200
	strange := func(r rune) bool { return r < ' ' || r > '~' }
	return newSetting(name, fmt.Sprintf("a text of 1 to %d plain characters", most), initial, at, func(s string) any { return s },
		func(text string) (string, bool) {
			return text, text != "" && len(text) <= most && !strings.ContainsFunc(text, strange)
		})
}

// setJSON takes a value of the setting's own type; null is the default.
func (s *setting) setJSON(r *rules, raw json.RawMessage) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	given, fits := "", false
	switch v := v.(type) {
	case nil:
		return s.reset(r)
	case string:
		_, fits = s.initial.(string)
		given = v
	case bool:
		_, fits = s.initial.(bool)
		given = strconv.FormatBool(v)
	case float64:
		_, fits = s.initial.(int)
		given = string(raw)
	}
	if !fits {
		return fmt.Errorf("%s: %s is not %s", s.name, clip(string(raw)), s.possible)
	}
	return s.set(r, given)
}

func (s *setting) reset(r *rules) error { return s.set(r, fmt.Sprint(s.initial)) }

// kind names the type of the setting's value.
func (s *setting) kind() string {
	switch s.initial.(type) {
	case bool:
		return "boolean"
	case int:
		return "number"
	}
	if s.words != nil {
		return "choice"
	}
	if strings.HasPrefix(s.possible, "a duration") {
		return "duration"
	}
	return "text"
}

// Words for which of several codes or texts is sent, where the other choice is one for all.
const (
	byCause  = "by-cause"
	byStatus = "by-status"
)

// settings are those of the contract, in the order of their names.
func settings() []*setting {
	var all []*setting
	for _, subject := range contract {
		for _, l := range subject.lines {
			if l.setting != nil {
				all = append(all, l.setting)
			}
		}
	}
	slices.SortFunc(all, func(a, b *setting) int { return cmp.Compare(a.name, b.name) })
	return all
}

// settingNamed finds a setting, or says which ones there are.
func settingNamed(name string) (*setting, error) {
	all := settings()
	names := make([]string, 0, len(all))
	for _, s := range all {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("there is no setting %q; there are %s", clip(name), strings.Join(names, ", "))
}
