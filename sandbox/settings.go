package sandbox

import (
	"encoding/json"
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

//go:generate go test -run ^TestTheDocumentIsPrintedFromTheTable$ -args -rewrite

// startRules are what a server begins with, and returns to: the defaults, then the profile, the option TokenTTL, and the
// option Settings.
func startRules(opts *Options) (*contract.Rules, error) {
	r, err := contract.ForProfile(opts.Profile)
	if err != nil {
		return nil, err
	}
	if opts.TokenTTL != 0 {
		if err := r.Apply(map[string]string{"ringcxTokenTTL": opts.TokenTTL.String()}); err != nil {
			return nil, fmt.Errorf("token lifetime %v: %w", opts.TokenTTL, err)
		}
	}
	return r, r.Apply(opts.Settings)
}

// change sets what change sets, or nothing after an error. Calls under way go on by the rules they began with.
func (s *server) change(change func(*contract.Rules) error) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	next := *s.rules.Load()
	if err := change(&next); err != nil {
		return err
	}
	s.rules.Store(&next)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.Set(s.mu.Tx, settingsChanged(&next, s.start))
	return nil
}

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
