package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// suite is a package with tests.
type suite struct {
	pkg     string // import path
	dir     string
	args    []string        // what its tests are called with besides
	blocks  []block         // what they run
	targets map[string]bool // the packages of which they run something
	program string          // the tests of the code as it is

	mu   sync.Mutex    // guards took, once mutants are tried
	took time.Duration // how long they take on the code as it is
}

// limit is how long the tests of a mutant may take.
func (s *suite) limit() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 4*s.took + 10*time.Second
}

// outgrows measures again how long the tests take on the code as it is, and tells whether a limit is too short for that.
func (s *suite) outgrows(ctx context.Context, tmp string, limit time.Duration) bool {
	begin := time.Now()
	_, err := s.run(ctx, s.program, tmp, longest)
	s.mu.Lock()
	s.took = time.Since(begin)
	s.mu.Unlock()
	return err == nil && s.limit() > limit+limit/4
}

// longest is how long tests may take that are measured.
const longest = 10 * time.Minute

// block is a stretch of code that a suite runs.
type block struct {
	file       string // import path and base name
	begin, end int    // lines
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Module                             struct{ Dir string }
}

// list asks go list, which leaves out the files of other systems.
func list(ctx context.Context, dir string, patterns ...string) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-json"}, patterns...)...) //nolint:gosec // go
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %v: %w", patterns, err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// mutants lists those of all files of the packages. Two may have the same name: the second gets "#2".
func mutants(pkgs []listed) ([]mutant, error) {
	var all []mutant
	seen := map[string]int{}
	for _, p := range pkgs {
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			file, err := filepath.Rel(p.Module.Dir, path)
			if err != nil {
				return nil, err
			}
			found, err := find(p.ImportPath, file, path)
			if err != nil {
				return nil, err
			}
			for _, m := range found {
				if seen[m.key]++; seen[m.key] > 1 {
					m.key += " #" + strconv.Itoa(seen[m.key])
				}
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// measure runs the tests of s on the code as it is: they must pass. It notes what they run of the targets, and how long
// that takes.
func (s *suite) measure(ctx context.Context, tmp string, targets []listed) error {
	s.program = filepath.Join(tmp, strings.ReplaceAll(s.pkg, "/", "-")+".test")
	profile := filepath.Join(tmp, "profile")
	var paths []string
	for _, t := range targets {
		paths = append(paths, t.ImportPath)
	}
	if out, err := compile(ctx, s, s.program, "-cover", "-coverpkg="+strings.Join(paths, ",")); err != nil {
		return fmt.Errorf("compile the tests of %s: %w\n%s", s.pkg, err, out)
	}
	begin := time.Now()
	if out, err := s.run(ctx, s.program, tmp, longest, "-test.coverprofile="+profile); err != nil {
		return fmt.Errorf("the tests of %s fail without any change: %w\n%s", s.pkg, err, out)
	}
	s.took = time.Since(begin)
	text, err := os.ReadFile(profile) //nolint:gosec // made above
	if err != nil {
		return err
	}
	s.blocks, err = blocks(string(text))
	s.targets = map[string]bool{}
	for _, b := range s.blocks {
		s.targets[b.file[:strings.LastIndexByte(b.file, '/')]] = true
	}
	return err
}

// blocks reads a coverage profile, less what was not run.
func blocks(profile string) ([]block, error) {
	var all []block
	for line := range strings.Lines(profile) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "mode:") || strings.HasSuffix(line, " 0") {
			continue
		}
		file, rest, ok := strings.Cut(line, ".go:")
		from, to, both := strings.Cut(rest, ",")
		begin, err := strconv.Atoi(before(from, "."))
		end, other := strconv.Atoi(before(to, "."))
		if err := errors.Join(err, other); !ok || !both || err != nil {
			return nil, fmt.Errorf("a coverage profile with the line %q: %w", line, err)
		}
		all = append(all, block{file + ".go", begin, end})
	}
	return all, nil
}

func before(s, sep string) string {
	s, _, _ = strings.Cut(s, sep)
	return s
}

// runs tells whether the suite runs the line of m. Of a declaration, which coverage does not know, it does if it runs
// anything of its package.
func (s *suite) runs(m *mutant) bool {
	if m.outside {
		return s.targets[m.pkg]
	}
	name := m.pkg + "/" + filepath.Base(m.file)
	for _, b := range s.blocks {
		if b.file == name && b.begin <= m.line && m.line <= b.end {
			return true
		}
	}
	return false
}

// compile makes the test program of s.
func compile(ctx context.Context, s *suite, program string, args ...string) ([]byte, error) {
	all := append([]string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", program}, args...)
	cmd := exec.CommandContext(ctx, "go", append(all, s.pkg)...) //nolint:gosec // go
	cmd.Dir = s.dir
	return cmd.CombinedOutput()
}

// errSlow says that tests took longer than they were given.
var errSlow = errors.New("not done in time")

// run runs a test program in the directory of its package, up to the first failure. Temporary files go below tmp.
func (s *suite) run(ctx context.Context, program, tmp string, limit time.Duration, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit+10*time.Second)
	defer cancel()
	all := append([]string{"-test.failfast", "-test.timeout=" + limit.String()}, args...)
	cmd := exec.CommandContext(ctx, program, append(all, s.args...)...) //nolint:gosec // compiled above
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil && (ctx.Err() != nil || bytes.Contains(out, []byte("panic: test timed out after"))) {
		err = errSlow
	}
	return out, err
}
