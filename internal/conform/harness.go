package conform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// harness is what a scenario plays on: a vendor of its own, an empty home, and what has happened so far.
type harness struct {
	opts   *Options
	ctx    context.Context // ends with the scenario's time
	dir    string
	url    string
	box    *sandbox.Server
	server *http.Server
	watch  *watch

	mu       sync.Mutex   // guards runs, problems and objections: two copies may run at once
	runs     []*Execution // ended, in the order in which they began
	problems []Problem

	objections []objection // of the vendor, one of a kind, in the order in which they came
}

// stateDirs are the directories of a scenario, by the variables that name them. Programs find one of them.
var stateDirs = map[string]string{
	"HOME": "home", "USERPROFILE": "home", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_DATA_HOME": "data",
	"XDG_CACHE_HOME": "cache", "APPDATA": "config", "LOCALAPPDATA": "state", "RINGCX_CONFORM_STATE": "conform",
	"TMPDIR": "tmp", "TMP": "tmp", "TEMP": "tmp",
}

// homeDirs are those that programs which keep their home keep as well.
var homeDirs = map[string]bool{"HOME": true, "USERPROFILE": true, "XDG_CACHE_HOME": true, "APPDATA": true, "LOCALAPPDATA": true}

func newHarness(opts *Options, dir string) (*harness, error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return nil, err
	}
	for _, name := range stateDirs {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, err
		}
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &harness{opts: opts, dir: dir, url: "http://" + ln.Addr().String(), box: box, watch: newWatch(box)}
	box.OnRequest(s.hear)
	s.server = &http.Server{Handler: s.watch, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(ln) }()
	return s, nil
}

// objection is a verdict with the first request that got it.
type objection struct {
	verdict string
	about   sandbox.Request
}

// hear keeps verdicts: what the sandbox remembers of requests is bounded, and a program may send more.
func (s *harness) hear(r sandbox.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range r.Verdicts {
		if !slices.ContainsFunc(s.objections, func(o objection) bool { return o.verdict == v }) {
			s.objections = append(s.objections, objection{v, r})
		}
	}
}

// objected finds the first objection that counts.
func (s *harness) objected(counts func(verdict string) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objections {
		if counts(o.verdict) {
			return &Problem{Text: fmt.Sprintf("the vendor objects: %s (%s %s)", o.verdict, o.about.Method, o.about.Path)}
		}
	}
	return nil
}

func (s *harness) close() error { return s.server.Close() }

// environ is the environment of the program: that of its caller, less everything about RingCX and its home, and the
// way to the sandbox.
func (s *harness) environ() []string {
	demo := s.box.Demo()
	set := map[string]string{
		"RC_SERVER_URL": s.url, "RINGCX_SERVER_URL": s.url,
		"RC_APP_CLIENT_ID": demo.ClientID, "RC_APP_CLIENT_SECRET": demo.ClientSecret, "RC_USER_JWT": demo.JWT,
		"RC_CLIENT_ID": demo.ClientID, "RC_CLIENT_SECRET": demo.ClientSecret, "RC_JWT": demo.JWT,
		"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
	}
	for name, dir := range stateDirs {
		if !s.opts.KeepHome || !homeDirs[name] {
			set[name] = filepath.Join(s.dir, dir)
		}
	}
	var env []string
	for _, entry := range s.opts.Environ {
		name, _, _ := strings.Cut(entry, "=")
		if _, ours := set[name]; ours || strings.HasPrefix(name, "RC_") || strings.HasPrefix(name, "RINGCX_") {
			continue
		}
		env = append(env, entry)
	}
	for name, value := range set {
		env = append(env, name+"="+value)
	}
	return env
}

// perform takes the steps of a scenario until one finds that the program has not survived, and lets the vendor judge.
// Its error is about this machine.
func (s *harness) perform(ctx context.Context, sc *Scenario) error {
	s.ctx = ctx
	for _, step := range slices.Concat(sc.steps, []step{noVerdicts}) {
		err := step(s)
		var problem *Problem
		switch {
		case errors.As(err, &problem):
			s.problems = append(s.problems, *problem)
			if !problem.Advisory {
				return nil
			}
		case err != nil && ctx.Err() != nil: // nothing can be started any more
			s.problems = append(s.problems, Problem{Text: "its time was over"})
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", sc.Name, err)
		}
	}
	return nil
}

func (s *harness) status() Status {
	status := Pass
	for _, p := range s.problems {
		if !p.Advisory {
			return Fail
		}
		status = Warn
	}
	return status
}

// control asks the sandbox for something under /_sandbox/.
func (s *harness) control(path, body string) error {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.url+"/_sandbox/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	return s.ask(req)
}

// ask sends the sandbox a request that has to be answered 200.
func (s *harness) ask(req *http.Request) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, resp.Status)
	}
	return nil
}

// wait lets real time pass; false if the scenario's time is over before.
func (s *harness) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
