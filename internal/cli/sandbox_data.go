package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// keepIn has the sandbox keep everything in a file, and gives what lets go of it.
func (a *app) keepIn(path string, opts *sandbox.Options) (closing func() error, err error) {
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
		fmt.Fprintf(a.Stderr, "Other users could read %s until now. It is private from now on (mode 0600).\n", loose)
	}
	opts.Keeper = data
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
func (a *app) checkSeed(at *place, seed uint64) error {
	if !at.seeded || at.snapshot == "" {
		return nil
	}
	trial, err := sandbox.New(&sandbox.Options{})
	if err == nil {
		err = takeSnapshot(trial, at.snapshot)
	}
	if err != nil {
		return err
	}
	if made := a.seedOf(trial); made != seed {
		return usage.New(fmt.Sprintf("--snapshot %s: it was made with seed %d, not %d", at.snapshot, made, seed), "leave --seed out, or give another snapshot")
	}
	return nil
}

// steer asks the control plane of a sandbox in this process.
func (a *app) steer(box *sandbox.Server, method, path string, body []byte) (status int, answer []byte) {
	r := httptest.NewRequestWithContext(a.Context, method, "https://127.0.0.1/_sandbox/"+path, bytes.NewReader(body))
	r.RemoteAddr = "127.0.0.1:1" // this machine
	r.SetBasicAuth("ringcx", a.consoleWord)
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// inForce is what holds in a sandbox that is about to begin, whatever was asked for.
type inForce struct {
	tokenTTL time.Duration
	hostile  float64 // share of the requests that are spoiled
}

func (a *app) inForce(box *sandbox.Server) (now inForce) {
	var state struct {
		TokenTTL string `json:"tokenTTL"`
	}
	var faults struct {
		Hostile struct {
			Share float64 `json:"share"`
		} `json:"hostile"`
	}
	_, raw := a.steer(box, http.MethodGet, "state", nil)
	_ = json.Unmarshal(raw, &state) // it is our own
	_, raw = a.steer(box, http.MethodGet, "faults", nil)
	_ = json.Unmarshal(raw, &faults)
	now.tokenTTL, _ = time.ParseDuration(state.TokenTTL)
	now.hostile = faults.Hostile.Share
	return now
}

// seedOf is the seed of a sandbox that took it from its file.
func (a *app) seedOf(box *sandbox.Server) uint64 {
	var state struct {
		Seed uint64 `json:"seed"`
	}
	_, raw := a.steer(box, http.MethodGet, "state", nil)
	_ = json.Unmarshal(raw, &state) // 0 says nothing about it
	return state.Seed
}

// opener gives each namespace an address beside that of the sandbox.
func (a *app) opener(at *place) func(http.Handler) (string, func(), error) {
	return func(h http.Handler) (string, func(), error) {
		host, _, err := net.SplitHostPort(at.listen)
		if err != nil {
			return "", nil, err
		}
		beside := *at
		beside.listen = net.JoinHostPort(host, "0")
		ln, config, _, err := beside.listener(a.Context, time.Now())
		if err != nil {
			return "", nil, err
		}
		host, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return "", nil, errors.Join(err, ln.Close())
		}
		server := a.httpServer(h, config, at.held)
		go func() { _ = server.Serve(ln) }()
		forget := context.AfterFunc(a.Context, func() { _ = server.Close() })
		return at.url(host, port), func() {
			forget() // else the namespace would stay until the sandbox ends
			_ = server.Close()
		}, nil
	}
}
