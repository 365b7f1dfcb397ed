//go:build unix

package testservers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ErrMissing is wrapped by the error of a server whose program is not installed.
var ErrMissing = errors.New("not installed")

// Password is what all servers want, so that tests can look for it where it must not be.
const Password = "p%C3%A4ss-canary" //nolint:gosec // of servers that live as long as a test

// Server is a database server that a test started.
type Server struct {
	engine engine
	dir    string
	port   int
	user   *syscall.Credential // nil: as the test itself

	mu     sync.Mutex // guards all below
	cmd    *exec.Cmd  // nil: not running
	exited chan struct{}
	log    *os.File
}

// engine is what differs between the servers.
type engine struct {
	program  string
	users    []string // run as the first of these that exists if the test runs as root
	prepare  func(s *Server) error
	args     func(s *Server) []string
	ready    func(s *Server) bool
	url      func(s *Server) string
	settings []string
}

// Need ends the test if a server could not be started: skipped if its program is missing, unless it is required.
func Need(t testing.TB, required bool, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrMissing) && !required:
		t.Skipf("needs a database server: %v; scripts/need.sh installs it", err)
	case err != nil:
		t.Fatal(err)
	}
}

func start(e engine) (*Server, error) {
	program, err := find(e.program)
	if err != nil {
		return nil, err
	}
	e.program = program
	s := &Server{engine: e}
	if s.dir, err = os.MkdirTemp(inMemory(), "ringcx-server-"); err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) prepare() error {
	if os.Geteuid() == 0 {
		if err := s.becomeOther(); err != nil {
			return err
		}
	}
	var err error
	if s.log, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	if s.engine.prepare != nil {
		if err := s.engine.prepare(s); err != nil {
			return err
		}
	}
	return s.Start()
}

// becomeOther gives the directory to a user without rights: PostgreSQL does not run as root.
func (s *Server) becomeOther() error {
	for _, name := range s.engine.users {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		s.user = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(s.dir, int(uid), int(gid))
	}
	return fmt.Errorf("no user to run %s as, of %v: %w", s.engine.program, s.engine.users, ErrMissing)
}

// URL is where the server is, with the password.
func (s *Server) URL() string { return s.engine.url(s) }

// Start starts a server that was stopped or killed, with its data, and waits until it answers.
func (s *Server) Start() error {
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); pause(50 * time.Millisecond) {
		if err := s.launch(); err != nil {
			return err
		}
		if s.await() {
			return nil
		}
		// It ended again: another program has the port, or what is left of the server before it is not gone yet.
		if err := s.Kill(); err != nil {
			return err
		}
	}
	text, _ := os.ReadFile(s.log.Name())
	return fmt.Errorf("%s does not start:\n%s", s.engine.program, text)
}

func (s *Server) launch() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == 0 {
		port, err := Port()
		if err != nil {
			return err
		}
		s.port, _ = strconv.Atoi(port)
	}
	s.cmd = exec.Command(s.engine.program, s.engine.args(s)...) //nolint:gosec,noctx // a program of the test's choice; it outlives contexts
	s.cmd.Dir = s.dir
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = attributes(s.user)
	exited := make(chan struct{})
	s.exited = exited
	return launch(s.cmd, exited)
}

// await waits until the server answers. False: it ended, or it takes too long.
func (s *Server) await() bool {
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		select {
		case <-s.exited:
			return false
		case <-limit.C:
			return false
		default:
		}
		if s.engine.ready(s) {
			return true
		}
		pause(10 * time.Millisecond)
	}
}

// Kill ends the server and all its processes at once, as a crash does.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return nil
	}
	err := s.signal(syscall.SIGKILL)
	<-s.exited
	s.cmd = nil
	return err
}

// Quit ends the server as its administrator does: it says goodbye to its clients and writes everything down.
func (s *Server) Quit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return nil
	}
	if err := syscall.Kill(s.cmd.Process.Pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	<-s.exited
	s.cmd = nil
	return nil
}

// Pause stops the server and all its processes where they are, until Resume.
func (s *Server) Pause() error { return s.locked(syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume() error { return s.locked(syscall.SIGCONT) }

func (s *Server) locked(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return errors.New("the server does not run")
	}
	return s.signal(sig)
}

// Stop ends the server and deletes its data. Nil is no server.
func (s *Server) Stop() error {
	if s == nil {
		return nil
	}
	err := s.Kill()
	if s.log != nil {
		err = errors.Join(err, s.log.Close())
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// signal reaches the server first and then its children, who would otherwise report each other's death. A server that is
// stopped has no child that is not reached: one that was begun meanwhile would outlive it, and hold what it had.
func (s *Server) signal(sig syscall.Signal) error {
	server := s.cmd.Process.Pid
	if sig != syscall.SIGCONT {
		_ = syscall.Kill(server, syscall.SIGSTOP) // whether it is there shows below
	}
	var err error
	for _, pid := range append([]int{server}, children(server)...) {
		if e := syscall.Kill(pid, sig); e != nil && !errors.Is(e, syscall.ESRCH) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func children(parent int) []int {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output() //nolint:noctx // at once
	if err != nil {
		return nil
	}
	var all []int
	for line := range strings.Lines(string(out)) {
		var pid, ppid int
		if n, _ := fmt.Sscan(line, &pid, &ppid); n == 2 && ppid == parent {
			all = append(all, pid)
		}
	}
	return all
}

// sibling is a program beside the server's, whose path may be a link.
func (s *Server) sibling(name string) string {
	path, err := filepath.EvalSymlinks(s.engine.program)
	if err != nil {
		path = s.engine.program
	}
	return filepath.Join(filepath.Dir(path), name)
}

// run runs a program of the server's to its end, as the server's user.
func (s *Server) run(program string, args ...string) error {
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // programs of the server
	cmd.Dir = s.dir
	if s.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.user}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, bytes.TrimSpace(out))
	}
	return nil
}

// find looks for a program in the PATH and where Debian and Homebrew keep those of PostgreSQL.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/postgresql*/bin/", "/usr/local/opt/postgresql*/bin/"} {
		if found, _ := filepath.Glob(pattern + program); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%s: %w", program, ErrMissing)
}

// pause is between two looks at something that another process does.
func pause(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	<-ctx.Done()
}
