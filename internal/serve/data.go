package serve

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// keep has the sandbox keep everything in its file, and gives what lets go of it.
func (s *process) keep() (closing func() error, err error) {
	path := s.Data
	if path == "" {
		return func() error { return nil }, nil
	}
	data, err := datafile.Open(path)
	if err != nil {
		text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), path+" "), path+": ")
		if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) && wrong.Path == path {
			text = wrong.Err.Error() // the path is named already
		}
		return nil, usage.New("--data "+path+": "+text, dataHint(text))
	}
	for _, loose := range data.WasOpen() {
		fmt.Fprintf(s.Talk.Stderr, "Other users could read %s until now. It is private from now on (mode 0600).\n", loose)
	}
	s.Sandbox.Keeper = data
	return data.Close, nil
}

// badStart is why a sandbox does not start: its options, or what is kept in the file data.
func badStart(text, data string) error {
	if data == "" || !strings.Contains(text, "what was kept") {
		for begins, flag := range map[string]string{
			"token lifetime": "--token-ttl: the ", "unknown algorithm": "--algorithm: ", "hostile is": "--hostile: ", "there is no profile": "--emulate: ",
		} {
			if strings.HasPrefix(text, begins) {
				text = flag + text
			}
		}
		return usage.New(text, "see 'ringcx sandbox --help'")
	}
	return usage.New("--data "+data+": "+text, dataHint(text))
}

// dataHint is what helps where a file cannot be used.
func dataHint(text string) string {
	switch {
	case strings.Contains(text, "no such file"):
		return "make the directory that it is to lie in, or give another file"
	case strings.Contains(text, "with seed"):
		return "start it with that seed, or give another file"
	case strings.Contains(text, "symbolic link"):
		return "give the file that it leads to"
	case strings.Contains(text, "in use"):
		return "give another file, or stop what uses this one"
	case strings.Contains(text, "malformed"), strings.Contains(text, "reading what was kept"):
		return "the file is damaged: give another one, or a copy from before"
	}
	return "give another file"
}

// takeSnapshot makes box what a snapshot in a file says.
func takeSnapshot(box *sandbox.Server, path string) error {
	if path == "" {
		return nil
	}
	const purpose = "give what GET /_sandbox/snapshot answered"
	f, err := os.Open(path) //nolint:gosec // the user's file
	if err != nil {
		return usage.WithHint(errors.New("--snapshot "+usage.OfPath(err)), purpose)
	}
	defer f.Close() //nolint:errcheck // it was read
	if err := box.Restore(f); err != nil {
		text := strings.TrimPrefix(err.Error(), "sandbox: ")
		return usage.New(fmt.Sprintf("--snapshot %s: %s", path, text), purpose)
	}
	return nil
}

// checkSeed refuses a snapshot of another seed than the one that was asked for, before it takes the place of anything.
func (s *process) checkSeed() error {
	if !s.Seeded || s.Snapshot == "" {
		return nil
	}
	trial, err := sandbox.New(&sandbox.Options{})
	if err == nil {
		err = takeSnapshot(trial, s.Snapshot)
	}
	if err != nil {
		return err
	}
	if made := s.seedOf(trial); made != s.Sandbox.Seed {
		return usage.New(fmt.Sprintf("--snapshot %s: it was made with seed %d, not %d", s.Snapshot, made, s.Sandbox.Seed), "leave --seed out, or give another snapshot")
	}
	return nil
}

// inForce is what holds in a sandbox that is about to begin, whatever was asked for.
type inForce struct {
	tokenTTL time.Duration
	hostile  float64 // share of the requests that are spoiled
}

func (s *process) inForce(box *sandbox.Server) (now inForce) {
	var state struct {
		TokenTTL string `json:"tokenTTL"`
	}
	var faults struct {
		Hostile struct {
			Share float64 `json:"share"`
		} `json:"hostile"`
	}
	_ = json.Unmarshal(s.steer(box, http.MethodGet, "state", nil), &state) // it is our own
	_ = json.Unmarshal(s.steer(box, http.MethodGet, "faults", nil), &faults)
	now.tokenTTL, _ = time.ParseDuration(state.TokenTTL)
	now.hostile = faults.Hostile.Share
	return now
}

// seedOf is the seed of a sandbox that took it from its snapshot.
func (s *process) seedOf(box *sandbox.Server) uint64 {
	var state struct {
		Seed uint64 `json:"seed"`
	}
	_ = json.Unmarshal(s.steer(box, http.MethodGet, "state", nil), &state) // 0 says nothing about it
	return state.Seed
}

// steer asks the control plane of a sandbox in this process, and returns what it answers.
func (s *process) steer(box *sandbox.Server, method, path string, body []byte) []byte {
	r, err := http.NewRequestWithContext(s.ctx, method, "https://127.0.0.1/_sandbox/"+path, bytes.NewReader(body))
	if err != nil {
		return nil // the address is ours
	}
	r.RemoteAddr = "127.0.0.1:1" // this machine
	r.TLS = &tls.ConnectionState{Version: tls.VersionTLS12, HandshakeComplete: true}
	r.SetBasicAuth("ringcx", s.Sandbox.ConsolePassword)
	return answer(box, r)
}

// answer is the body that a handler answers with, without a network.
func answer(h http.Handler, r *http.Request) []byte {
	w := &memory{header: http.Header{}}
	h.ServeHTTP(w, r)
	return w.body.Bytes()
}

// memory keeps the answer of a handler that is asked without a network.
type memory struct {
	header http.Header
	body   bytes.Buffer
}

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(int) {}

func (m *memory) Write(p []byte) (int, error) { return m.body.Write(p) }
