package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
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

// changeJSON sets the settings that are given, each by a value of its type or by null for its default; the others stay.
func (s *Server) changeJSON(values map[string]json.RawMessage) error {
	return s.change(func(r *contract.Rules) error {
		var all []error
		for _, name := range slices.Sorted(maps.Keys(values)) {
			found, err := contract.FindSetting(name)
			if err == nil {
				err = found.SetJSON(r, values[name])
			}
			all = append(all, err)
		}
		return errors.Join(all...)
	})
}

// controlContract is GET /_sandbox/contract: the whole table, as JSON or, with format=markdown, as the document.
func (s *Server) controlContract(w http.ResponseWriter, r *http.Request) {
	doc := contract.NewDocument(s.opts.Profile, s.rules.Load())
	switch format := r.URL.Query().Get("format"); format {
	case "", "json":
		endpoint.JSON(http.StatusOK, doc).Write(w)
	case "markdown":
		endpoint.NewResponse(http.StatusOK, "text/markdown; charset=utf-8", []byte(doc.Markdown())).Write(w)
	default:
		controlAnswer(nil, fmt.Errorf("format %q: there are json and markdown", wording.Clip(format))).Write(w)
	}
}
