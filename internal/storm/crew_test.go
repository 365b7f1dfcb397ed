//go:build unix && storm

package storm_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// lineage is what workers share, and what became of them.
type lineage struct {
	t      *testing.T
	place  *place
	vendor *vendor
	key    string
	jwt    bool          // workers can log in by themselves
	nobody bool          // workers are ordinary users
	flaw   string        // of the store, see trap
	ahead  time.Duration // of the workers' clocks
	gate   *os.File      // the workers' standard input; nil: a pipe for each

	mu      sync.Mutex // guards the fields below
	workers map[string]*worker
	figures figures
	watch   *watch // nil: nobody waits for a moment
}

// figures are what the workers of a lineage told.
type figures struct {
	kills, served, refused, lost, failed int
	saved, unsaved                       int // kills after an answer was delivered
	aimed                                int // kills at a certain moment of a renewal
	failures                             []string
	phases                               map[string]int // kills of workers that tell, by the phase they died in
}

// newLineage makes a lineage that nobody has logged in to, with a vendor of its own.
func newLineage(t *testing.T, p *place, name string, opts *sandbox.Options) *lineage {
	t.Helper()
	l := &lineage{t: t, place: p, vendor: newVendor(t, opts), jwt: true, workers: map[string]*worker{}}
	l.key = strings.ToLower(rand.Text()[:8]) + name // new, however often a test runs on a server
	t.Cleanup(l.dismiss)
	return l
}

// worker is a process.
type worker struct {
	lineage *lineage
	name    string
	cmd     *exec.Cmd
	in      io.Closer
	stderr  bytes.Buffer
	begun   chan struct{} // closed when cmd has its process: the worker can be seen before
	exited  chan struct{} // closed when it is gone

	mu   sync.Mutex // guards the fields below
	said []string
	news chan struct{} // closed at the next line
}

// hire starts a worker that calls every 50 milliseconds until it ends, unless change says otherwise.
func (l *lineage) hire(change func(*orders)) *worker {
	l.t.Helper()
	demo := l.vendor.box.Demo()
	o := orders{
		Store: l.place.url, Vendor: l.vendor.server.URL, ClientID: demo.ClientID, Secret: demo.ClientSecret,
		Key: l.key, Pace: 50 * time.Millisecond, Nobody: l.nobody, Flaw: l.flaw, Ahead: l.ahead, Gate: l.gate != nil,
	}
	if l.jwt {
		o.JWT = demo.JWT
	}
	if change != nil {
		change(&o)
	}
	w := &worker{lineage: l, begun: make(chan struct{}), exited: make(chan struct{}), news: make(chan struct{})}
	l.mu.Lock()
	w.name = fmt.Sprintf("worker-%d", len(l.workers)+1)
	l.workers[w.name] = w
	l.mu.Unlock()
	o.Name = w.name
	if err := w.start(o); err != nil {
		l.t.Fatal(err)
	}
	return w
}

func (w *worker) start(o orders) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	w.cmd = exec.Command(os.Args[0])
	// With the race detector a process would take a second to end.
	w.cmd.Env = append(os.Environ(), variable+"="+string(text), "GORACE=atexit_sleep_ms=0")
	w.cmd.Stderr = &w.stderr
	if w.cmd.Stdin, w.in = w.lineage.gate, w.lineage.gate; !o.Gate {
		w.cmd.Stdin = nil
		w.in, err = w.cmd.StdinPipe()
	}
	if err != nil {
		return err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := w.cmd.Start(); err != nil {
		return err
	}
	close(w.begun)
	go w.listen(out)
	return nil
}

// listen hears what the worker says until it is gone.
func (w *worker) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		w.hear(lines.Text())
	}
	_ = w.cmd.Wait()
	if status, ok := w.cmd.ProcessState.Sys().(syscall.WaitStatus); ok {
		w.lineage.died(w, status)
	}
	close(w.exited)
}

func (w *worker) hear(line string) {
	w.mu.Lock()
	if n := len(w.said); n == 0 || w.said[n-1] != line {
		w.said = append(w.said, line)
	}
	close(w.news)
	w.news = make(chan struct{})
	w.mu.Unlock()
	l := w.lineage
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen(w, line)
	switch word, _, _ := strings.Cut(line, " "); word {
	case saidOK:
		l.figures.served++
		return
	case saidRefused:
		l.figures.refused++
	case saidLost:
		l.figures.lost++
	case saidFailed:
		l.figures.failed++
	default:
		return
	}
	l.figures.failures = append(l.figures.failures, w.name+" "+line)
}

// died counts a kill. Any other end that nobody asked for is a failure.
func (l *lineage) died(w *worker, status syscall.WaitStatus) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if status.Signaled() && status.Signal() == syscall.SIGKILL {
		l.figures.kills++
		if phase := w.phase(); phase != "" {
			if l.figures.phases == nil {
				l.figures.phases = map[string]int{}
			}
			l.figures.phases[phase]++
		}
	} else if status.ExitStatus() != 0 {
		l.figures.failed++
		l.figures.failures = append(l.figures.failures, fmt.Sprintf("%s ended with %v: %s %s", w.name, status, w.last(), w.stderr.String()))
	}
}

func (w *worker) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.said) == 0 {
		return "(it said nothing)"
	}
	return w.said[len(w.said)-1]
}

// heard returns the first line that begins with one of the words, or nil, and a channel that closes at the next line.
func (w *worker) heard(words []string) (line string, ok bool, news <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.said {
		if word, _, _ := strings.Cut(line, " "); slices.Contains(words, word) {
			return line, true, nil
		}
	}
	return "", false, w.news
}

// says waits until the worker has said one of the words, and returns the first such line.
func (w *worker) says(words ...string) (string, error) {
	limit := time.NewTimer(tooLong)
	defer limit.Stop()
	for {
		line, ok, news := w.heard(words)
		if ok {
			return line, nil
		}
		select {
		case <-news:
		case <-w.exited:
			if line, ok, _ := w.heard(words); ok {
				return line, nil
			}
			return "", fmt.Errorf("%s of %s ended before it said %q: %s %s", w.name, w.lineage.key, words, w.last(), w.stderr.String())
		case <-limit.C:
			return "", fmt.Errorf("%s of %s did not say %q in %v, but %q", w.name, w.lineage.key, words, tooLong, w.last())
		}
	}
}

// forget makes says wait for what is said from now on.
func (w *worker) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = nil
}

// dies waits until the worker is gone.
func (w *worker) dies() error {
	limit := time.NewTimer(tooLong)
	defer limit.Stop()
	select {
	case <-w.exited:
		return nil
	case <-limit.C:
		return fmt.Errorf("%s of %s does not die; it said %q", w.name, w.lineage.key, w.last())
	}
}

// kill is kill -9, and returns when the worker is gone.
func (w *worker) kill() {
	<-w.begun
	_ = w.cmd.Process.Kill()
	<-w.exited
}

// leave tells the worker to end and waits for it.
func (w *worker) leave() error {
	_ = w.in.Close()
	return w.dies()
}

func (w *worker) signal(sig syscall.Signal) error {
	<-w.begun
	return w.cmd.Process.Signal(sig)
}

// halt stops the worker, and returns when it stands still. A signal is not obeyed at once: on a busy machine some of a
// process's threads go on for longer than it takes to read an answer and save it.
func (w *worker) halt() error {
	if err := w.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		var status syscall.WaitStatus
		switch _, err := syscall.Wait4(w.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return fmt.Errorf("wait until %s stands still: %w", w.name, err)
		case !status.Stopped():
			return fmt.Errorf("%s ended instead of standing still: %v", w.name, status)
		default:
			return nil
		}
	}
}

// kill kills the worker of that name.
func (l *lineage) kill(name string) {
	l.mu.Lock()
	w := l.workers[name]
	l.mu.Unlock()
	if w != nil {
		w.kill()
	}
}

// survives has a fresh worker get a token and use it. One that cannot has lost the lineage.
func (l *lineage) survives() error {
	w := l.hire(func(o *orders) { o.Pace = 0 })
	line, err := w.says(saidOK, saidFailed, saidLost, saidRefused)
	if err == nil && !strings.HasPrefix(line, saidOK) {
		err = fmt.Errorf("after the storm a fresh worker says %q", line)
	}
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.figures.lost++
		return err
	}
	return w.leave()
}

// dismiss ends all workers.
func (l *lineage) dismiss() {
	l.mu.Lock()
	all := l.workers
	l.workers = map[string]*worker{}
	l.mu.Unlock()
	for _, w := range all {
		select {
		case <-w.begun:
			w.kill()
		default: // it could not be started
		}
	}
}
