package sandbox

import (
	"encoding/json"
	"fmt"
)

// settingValues are the settings that differ from those that the server was started with, by name.
type settingValues map[string]json.RawMessage

// settingsChanged are the settings of now that differ from those of start.
func settingsChanged(now, start *rules) settingValues {
	before, out := start.inForce(), settingValues{}
	for name, value := range now.inForce() {
		if value == before[name] {
			continue
		}
		raw, err := json.Marshal(value)
		if err != nil {
			panic(fmt.Sprintf("sandbox: the setting %s: %v", name, err)) // it is a number, a text or a switch
		}
		out[name] = raw
	}
	return out
}

// over are the rules of start with v instead.
func (v settingValues) over(start *rules) (*rules, error) {
	out := *start
	for name, value := range v {
		found, err := settingNamed(name)
		if err == nil {
			err = found.setJSON(&out, value)
		}
		if err != nil {
			return nil, err
		}
	}
	return &out, nil
}
