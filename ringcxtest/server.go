// Package ringcxtest puts the vendor into your tests: an emulator of RingCentral's token endpoints and of RingCX that
// runs inside the test process, with a clock that tests move and a log of what was asked.
//
//	func TestReport(t *testing.T) {
//		vendor := ringcxtest.NewServer(t, nil)
//		session := vendor.Session(nil)
//		resp, err := session.Client().Get(vendor.URL + "/voice/api/v1/admin/accounts")
//		…
//		vendor.Advance(6 * time.Minute) // the token ends; the next call renews it
//	}
//
// With Options.NoSockets the vendor is reached through memory alone, so that tests can run in a testing/synctest
// bubble, where a week of five-minute tokens takes a moment.
package ringcxtest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/sandbox"
)

// Server is a sandbox that is running. Its methods come from [sandbox.Server]: Advance, Requests, Reset and so on.
type Server struct {
	*sandbox.Server

	// URL is the origin of both vendor servers, without a trailing slash. It leads nowhere but through Client when
	// the server has no sockets.
	URL string

	client *http.Client
}

// Options configures a Server; the zero value is fine.
type Options struct {
	// Sandbox configures the emulator.
	Sandbox sandbox.Options
	// NoSockets serves through memory only.
	NoSockets bool
}

// NewServer starts a sandbox that stops when the test ends. opts may be nil.
func NewServer(t testing.TB, opts *Options) *Server {
	t.Helper()
	if opts == nil {
		opts = &Options{}
	}
	box, err := sandbox.New(&opts.Sandbox)
	if err != nil {
		t.Fatalf("start the sandbox: %v", err)
	}
	if opts.NoSockets {
		return &Server{Server: box, URL: "http://localhost", client: &http.Client{Transport: memory{box}}}
	}
	live := httptest.NewServer(box)
	t.Cleanup(live.Close)
	return &Server{Server: box, URL: live.URL, client: live.Client()}
}

// Client is an HTTP client that reaches the server. It is not signed in.
func (s *Server) Client() *http.Client { return s.client }

// Config is the configuration of the sandbox's demo app.
func (s *Server) Config() *ringcx.Config {
	demo := s.Demo()
	return &ringcx.Config{
		ClientID: demo.ClientID, ClientSecret: demo.ClientSecret, HTTPClient: s.client,
		Endpoint: ringcx.Endpoint{RingCentral: s.URL, RingCX: s.URL},
	}
}

// Session is a session of the sandbox's demo user in its demo app. opts may be nil.
func (s *Server) Session(opts *ringcx.SessionOptions) *ringcx.Session {
	c := s.Config()
	return c.NewSession(c.JWT(s.Demo().JWT), opts)
}

// Paths are the method and path of each request so far, oldest first.
func (s *Server) Paths() []string {
	var paths []string
	for _, r := range s.Requests() {
		paths = append(paths, r.Method+" "+r.Path)
	}
	return paths
}

// Verdicts are the different verdicts on the requests so far, sorted. An empty answer is the sandbox's praise.
func (s *Server) Verdicts() []string {
	var verdicts []string
	for _, r := range s.Requests() {
		verdicts = append(verdicts, r.Verdicts...)
	}
	slices.Sort(verdicts)
	return slices.Compact(verdicts)
}
