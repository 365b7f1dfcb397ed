package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Setting is a behaviour that can be chosen. Its value is a JSON string, whole number or boolean.
type Setting struct {
	name     string
	Possible string   // what it can be, in words: "a whole number from 1 to 1000"
	words    []string // what it can be, if that is a few words; else nil
	initial  any      // the default
	read     func(*Rules) any
	Set      func(r *Rules, text string) error // takes the value as text; nothing changes after an error
}

// newSetting makes a setting of the field at, whose values are shown and parsed as given.
func newSetting[T any](name, possible string, initial T, at func(*Rules) *T, show func(T) any, parse func(string) (T, bool)) *Setting {
	return &Setting{
		name: name, Possible: possible, initial: show(initial),
		read: func(r *Rules) any { return show(*at(r)) },
		Set: func(r *Rules, text string) error {
			v, ok := parse(text)
			if !ok {
				return fmt.Errorf("%s: %q is not %s", name, wording.Clip(text), possible)
			}
			*at(r) = v
			return nil
		},
	}
}

// lasting is a setting that is a duration.
func lasting(name string, initial, low, high time.Duration, at func(*Rules) *time.Duration) *Setting {
	possible := fmt.Sprintf("a duration from %s to %s, in whole seconds", wording.Duration(low), wording.Duration(high))
	return newSetting(name, possible, initial, at, func(d time.Duration) any { return wording.Duration(d) },
		func(text string) (time.Duration, bool) {
			d, err := time.ParseDuration(text)
			return d, err == nil && low <= d && d <= high && d%time.Second == 0
		})
}

// counting is a setting that is a whole number.
func counting(name string, initial, low, high int, at func(*Rules) *int) *Setting {
	return newSetting(name, fmt.Sprintf("a whole number from %d to %d", low, high), initial, at, func(n int) any { return n },
		func(text string) (int, bool) {
			n, err := strconv.Atoi(text)
			return n, err == nil && low <= n && n <= high
		})
}

// status is a setting that is the status of a refusal.
func status(name string, initial int, at func(*Rules) *int) *Setting {
	return counting(name, initial, 400, 599, at)
}

// deciding is a setting that is true or false.
func deciding(name string, initial bool, at func(*Rules) *bool) *Setting {
	return newSetting(name, "true or false", initial, at, func(b bool) any { return b },
		func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" })
}

// choosing is a setting that is one of some words, of which the first is the default.
func choosing(name string, at func(*Rules) *string, words ...string) *Setting {
	s := newSetting(name, "one of "+strings.Join(words, ", "), words[0], at, func(w string) any { return w },
		func(text string) (string, bool) { return text, slices.Contains(words, text) })
	s.words = words
	return s
}

// saying is a setting that is a text.
func saying(name, initial string, at func(*Rules) *string) *Setting {
	const most = 200
	strange := func(r rune) bool { return r < ' ' || r > '~' }
	return newSetting(name, fmt.Sprintf("a text of 1 to %d plain characters", most), initial, at, func(s string) any { return s },
		func(text string) (string, bool) {
			return text, text != "" && len(text) <= most && !strings.ContainsFunc(text, strange)
		})
}

// SetJSON takes a value of the setting's own type; null is the default. Nothing changes after an error.
func (s *Setting) SetJSON(r *Rules, raw json.RawMessage) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	given, fits := "", false
	switch v := v.(type) {
	case nil:
		return s.Reset(r)
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
		return fmt.Errorf("%s: %s is not %s", s.name, wording.Clip(string(raw)), s.Possible)
	}
	return s.Set(r, given)
}

// Reset gives the setting its default.
func (s *Setting) Reset(r *Rules) error { return s.Set(r, fmt.Sprint(s.initial)) }

// Kind names the type of the setting's value: boolean, number, choice, duration or text.
func (s *Setting) Kind() string {
	switch s.initial.(type) {
	case bool:
		return "boolean"
	case int:
		return "number"
	}
	if s.words != nil {
		return "choice"
	}
	if strings.HasPrefix(s.Possible, "a duration") {
		return "duration"
	}
	return "text"
}

// Values of settings that say which of several codes or texts is sent, where the other choice is one for all.
const (
	ByCause  = "by-cause"
	ByStatus = "by-status"
)

// settings are those of the contract, in the order of their names.
func settings() []*Setting {
	var all []*Setting
	for _, subject := range facts {
		for _, f := range subject.facts {
			if f.setting != nil {
				all = append(all, f.setting)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Setting) int { return cmp.Compare(a.name, b.name) })
	return all
}

// FindSetting finds a setting, or says which ones there are.
func FindSetting(name string) (*Setting, error) {
	all := settings()
	names := make([]string, 0, len(all))
	for _, s := range all {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("there is no setting %q; there are %s", wording.Clip(name), strings.Join(names, ", "))
}
