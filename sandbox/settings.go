package sandbox

import (
	"encoding/json"
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// settingValues are the settings that differ from those that the server was started with, by name.
type settingValues map[string]json.RawMessage

// settingsChanged are the settings of now that differ from those of start.
func settingsChanged(now, start *contract.Rules) settingValues {
	before, out := start.Values(), settingValues{}
	for name, value := range now.Values() {
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
func (v settingValues) over(start *contract.Rules) (*contract.Rules, error) {
	out := *start
	for name, value := range v {
		found, err := contract.FindSetting(name)
		if err == nil {
			err = found.SetJSON(&out, value)
		}
		if err != nil {
			return nil, err
		}
	}
	return &out, nil
}
