package serve

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

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
