package sandbox

import (
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// What the two servers do, and how sure that is, is the table in internal/contract: facts*.go. Here is what a server does
// with it: begin with its rules, change them while it runs, and show the document.

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
func (s *Server) change(change func(*contract.Rules) error) error {
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
