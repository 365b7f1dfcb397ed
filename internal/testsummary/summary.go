package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Elapsed    float64
	Output     string
}

// test is one test that has begun.
type test struct {
	name   string
	output strings.Builder
	ended  bool
	failed bool
}

// pack is one package that has begun.
type pack struct {
	output  strings.Builder // what no test printed
	tests   []*test         // in the order of their start
	byName  map[string]*test
	passed  int
	failed  int
	skipped int
}

// failure is a test that failed, and what it printed last.
type failure struct{ what, end string }

// summary collects the results of runs, which may be read at the same time.
type summary struct {
	mu       sync.Mutex // guards all that follows
	out      io.Writer
	running  map[string]*pack
	build    map[string]*strings.Builder // compiler messages by import path
	ok       int                         // packages that passed
	bad      int                         // packages that failed
	broken   []string                    // those of them in which no test did
	untested int                         // packages without tests
	passed   int
	failed   []failure
	skipped  []string // each with its reason
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, running: map[string]*pack{}, build: map[string]*strings.Builder{}}
}

// read follows the stream to its end. Lines that are not events are passed on.
func (s *summary) read(in io.Reader) error {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			if err := s.readLine(line); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) readLine(line []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var e event
	if json.Unmarshal(line, &e) == nil && e.Action != "" {
		s.take(e)
		return nil
	}
	_, err := s.out.Write(line)
	return err
}

// sound says whether nothing has failed so far.
func (s *summary) sound() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad == 0 && len(s.running) == 0
}

func (s *summary) take(e event) {
	switch {
	case e.Action == "build-output":
		if s.build[e.ImportPath] == nil {
			s.build[e.ImportPath] = &strings.Builder{}
		}
		s.build[e.ImportPath].WriteString(e.Output)
	case e.Action == "build-fail":
		if b := s.build[e.ImportPath]; b != nil {
			fmt.Fprint(s.out, b)
		}
	case e.Package == "":
	case e.Test == "":
		s.takePackage(e)
	default:
		s.takeTest(e)
	}
}

// pack is the package of an event, begun if need be.
func (s *summary) pack(name string) *pack {
	p := s.running[name]
	if p == nil {
		p = &pack{byName: map[string]*test{}}
		s.running[name] = p
	}
	return p
}

func (s *summary) takeTest(e event) {
	p := s.pack(e.Package)
	t := p.byName[e.Test]
	if t == nil {
		t = &test{name: e.Test}
		p.byName[e.Test] = t
		p.tests = append(p.tests, t)
	}
	switch e.Action {
	case "output":
		t.output.WriteString(e.Output)
	case "pass":
		t.ended = true
		p.passed++
		s.passed++
	case "skip":
		t.ended = true
		p.skipped++
		s.skipped = append(s.skipped, fmt.Sprintf("%s %s: %s", e.Package, t.name, reason(t.output.String())))
	case "fail":
		t.ended, t.failed = true, true
	}
}

// reason is what a skipped test said, without the frame that go test puts around it.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	if said == nil {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

// end is the last lines of what a test printed, where most say what is wrong, without the frame that go test puts around
// it, and indented.
func end(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, "    "+line+"\n")
		}
	}
	return strings.Join(said[max(0, len(said)-8):], "")
}

func (s *summary) takePackage(e event) {
	p := s.pack(e.Package)
	switch e.Action {
	case "output":
		p.output.WriteString(e.Output)
	case "pass", "skip", "fail":
		delete(s.running, e.Package)
		s.endOf(e.Package, p, e)
	}
}

// endOf prints the line of a package, and the whole output of what failed in it.
func (s *summary) endOf(name string, p *pack, e event) {
	if e.Action == "skip" || e.Action == "pass" && len(p.tests) == 0 {
		s.untested++
		return
	}
	verdict := "ok    "
	if e.Action == "fail" {
		verdict = "FAILED"
		s.bad++
		s.printFailures(name, p)
		if p.failed == 0 {
			s.broken = append(s.broken, name)
		}
	} else {
		s.ok++
	}
	line := fmt.Sprintf("%s %-50s %6.1fs  %d passed", verdict, name, e.Elapsed, p.passed)
	if p.failed > 0 {
		line += fmt.Sprintf(", %d failed", p.failed)
	}
	if p.skipped > 0 {
		line += fmt.Sprintf(", %d skipped", p.skipped)
	}
	fmt.Fprintln(s.out, line)
}

// printFailures prints what failed, and what was still running when the package ended.
func (s *summary) printFailures(name string, p *pack) {
	for _, t := range p.tests {
		if t.ended && !t.failed {
			continue
		}
		p.failed++
		what := name + " " + t.name
		if !t.ended {
			what += " (did not finish)"
		}
		s.failed = append(s.failed, failure{what, end(t.output.String())})
		fmt.Fprint(s.out, t.output.String())
	}
	fmt.Fprint(s.out, p.output.String())
}

// report prints the totals and says whether all is well.
func (s *summary) report() bool {
	for name, p := range s.running { // the stream was cut off
		s.endOf(name, p, event{Action: "fail"})
	}
	fmt.Fprintf(s.out, "\npackages: %d ok, %d failed, %d without tests\n", s.ok, s.bad, s.untested)
	fmt.Fprintf(s.out, "tests:    %d ok, %d failed, %d skipped\n", s.passed, len(s.failed), len(s.skipped))
	for _, name := range s.broken {
		fmt.Fprintln(s.out, "  failed:", name, "(outside its tests)")
	}
	for _, f := range s.failed {
		fmt.Fprintf(s.out, "  failed: %s\n%s", f.what, f.end)
	}
	for _, line := range s.skipped {
		fmt.Fprintln(s.out, "  skipped:", line)
	}
	if s.ok+s.bad == 0 {
		fmt.Fprintln(s.out, "no package was tested")
		return false
	}
	return s.bad == 0
}
