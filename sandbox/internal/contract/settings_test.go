package contract_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// another is a value that s can have and has not.
func another(s *contract.SettingValue) any {
	switch v := s.Value.(type) {
	case bool:
		return !v
	case int:
		return v + 1
	case string:
		switch {
		case s.Type == "choice":
			return s.Choices[len(s.Choices)-1]
		case s.Type == "duration" && v != "1m":
			return "1m"
		case s.Type == "duration":
			return "2m"
		}
	}
	return "other"
}

// changed are the names of the settings that differ.
func changed(before, after map[string]any) []string {
	var out []string
	for name := range before {
		if before[name] != after[name] {
			out = append(out, name)
		}
	}
	return out
}

func TestEverySettingHasAFieldOfItsOwn(t *testing.T) {
	rules := contract.Defaults()
	before := rules.Values()
	if fields := reflect.TypeFor[contract.Rules]().NumField(); fields != len(before) {
		t.Errorf("%d fields for %d settings", fields, len(before))
	}
	for _, l := range contract.NewDocument(contract.DefaultProfile, &rules).Lines {
		if l.Setting == nil {
			continue
		}
		s, err := contract.FindSetting(l.Setting.Name)
		if err != nil {
			t.Fatal(err)
		}
		next := rules
		if err := s.Set(&next, fmt.Sprint(another(l.Setting))); err != nil {
			t.Error(err)
		}
		if got := changed(before, next.Values()); len(got) != 1 || got[0] != l.Setting.Name {
			t.Errorf("%s changes %q", l.Setting.Name, got)
		}
		if err := s.Reset(&next); err != nil || next != rules {
			t.Errorf("%s does not go back to its default: %v", l.Setting.Name, err)
		}
	}
}
