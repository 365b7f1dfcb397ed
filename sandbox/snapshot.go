package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// snapshot is what GET /_sandbox/snapshot gives and POST takes.
type snapshot struct {
	Format  string                                `json:"format"`
	Made    time.Time                             `json:"made"` // on the server's clock
	Records map[string]map[string]json.RawMessage `json:"records"`
}

// snapshotFormat changes when an older server could not read a snapshot.
const snapshotFormat = "ringcx-sandbox/1"

// snapshot is everything the server knows. It holds secrets: those of the sandbox, which are nobody's.
func (s *Server) snapshot() (*snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	all := newArchive()
	for _, r := range records {
		if err := all.add(r); err != nil {
			return nil, err
		}
	}
	return &snapshot{snapshotFormat, s.Now(), all.kinds}, nil
}

// resume makes the server what the snapshot in the body of r says, or changes nothing.
func (s *Server) resume(r *http.Request) (*snapshot, error) {
	var in snapshot
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Format != snapshotFormat {
		return nil, fmt.Errorf("the format of the snapshot is %q; this server reads %q", clip(in.Format), snapshotFormat)
	}
	if err := s.adopt(&archive{in.Records}); err != nil {
		return nil, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	return &in, nil
}

func (s *Server) controlSnapshot(*http.Request) (any, error) { return s.snapshot() }

func (s *Server) controlRestore(r *http.Request) (any, error) {
	in, err := s.resume(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"now": s.Now(), "kinds": slices.Sorted(maps.Keys(in.Records))}, nil
}
