package conform

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// outputKept is how much of what a program prints is looked at, for each of its two outputs.
const outputKept = 1 << 20

// start is a run of the program that is under way.
type start struct {
	*Execution
	cmd            *exec.Cmd
	stdout, stderr output
	visits         int    // before it, as the watch counts
	requests       uint64 // number of the latest before it
	done           chan struct{}
}

// launch starts the program. It dies with ctx, and so does whatever it started itself.
func (s *harness) launch(ctx context.Context) (*start, error) {
	cmd := exec.CommandContext(ctx, s.opts.Command[0], s.opts.Command[1:]...) //nolint:gosec // to run it is what the user asks for
	cmd.Env = s.environ()
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = time.Second
	r := &start{Execution: &Execution{Exit: -1, Requests: []sandbox.Request{}}, cmd: cmd, visits: len(s.watch.all()), requests: s.latest(), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &r.stdout, &r.stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.runs = append(s.runs, r.Execution)
	s.mu.Unlock()
	go func() {
		defer close(r.done)
		err := cmd.Wait()
		_ = killGroup(cmd) // what it left behind
		r.Seconds = time.Since(begun).Seconds()
		if r.TimedOut = ctx.Err() != nil; !r.TimedOut && (err == nil || errors.Is(err, exec.ErrWaitDelay) || cmd.ProcessState.Exited()) {
			r.Exit = cmd.ProcessState.ExitCode()
		}
		r.stdoutText, r.stderrText = r.stdout.text(), r.stderr.text()
		r.Stderr = s.lastLine(r.stderrText)
		s.noteRequests(r)
	}()
	return r, nil
}

// noteRequests writes down what the vendor has got since the run began, as far as it remembers it.
func (s *harness) noteRequests(r *start) {
	for _, one := range s.box.Requests() {
		if one.Number > r.requests {
			r.Requests = append(r.Requests, one)
		}
	}
}

// latest is the number of the latest request.
func (s *harness) latest() uint64 {
	if all := s.box.Requests(); len(all) > 0 {
		return all[len(all)-1].Number
	}
	return 0
}

// run starts the program and waits for its end.
func (s *harness) run(ctx context.Context) (*start, error) {
	r, err := s.launch(ctx)
	if err == nil {
		<-r.done
	}
	return r, err
}

// answered says whether the vendor answered an API call while the program ran.
func (s *harness) answered(r *start) bool {
	for _, v := range s.watch.all()[r.visits:] {
		if v.apiRead() {
			return true
		}
	}
	return false
}

// lastLine is the last line of a text, without secrets.
func (s *harness) lastLine(text string) string {
	text = strings.TrimSpace(text)
	line := text[strings.LastIndexByte(text, '\n')+1:]
	for secret, what := range s.watch.known() {
		line = strings.ReplaceAll(line, secret, "["+what+"]")
	}
	if runes := []rune(line); len(runes) > 300 {
		line = string(runes[:300]) + "…"
	}
	return line
}

// output keeps the beginning of what a program prints.
type output struct {
	mu   sync.Mutex // guards kept: a program that is killed may still be read from
	kept []byte
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, p[:min(len(p), outputKept-len(o.kept))]...)
	return len(p), nil
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.kept)
}
