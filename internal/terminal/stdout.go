package terminal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
)

// HoldPipe has what is written to a pipe that nobody reads any more fail, as to a file, in place of ending the process, until
// what it returns is called: for what has to be finished, or told elsewhere.
func HoldPipe() (release func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGPIPE)
	return func() { signal.Stop(signals) }
}

// sink is standard output, and keeps the first error of writing to it, so that no command has to look for one: what could
// not be written is a failure of the command. Several may write at once.
type sink struct {
	mu  sync.Mutex // guards both
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil || len(p) == 0 {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// failure is the first error, nil if everything was written.
func (s *sink) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// UnwrapOutput is what went wrong with standard output, without its name.
func UnwrapOutput(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// IsUnread tells the error of a pipe whose reader has left, as head does when it has enough.
func IsUnread(err error) bool {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // of Windows
	var number syscall.Errno
	return errors.Is(err, syscall.EPIPE) ||
		runtime.GOOS == "windows" && errors.As(err, &number) && (number == brokenPipe || number == noData)
}

// Unprinted is a result that is there and that nobody has read. It is told even where the reader has left.
type Unprinted struct {
	error
	hint string
}

// NewUnprinted says why a result was not printed, and how to get at it.
func NewUnprinted(err error, hint string) *Unprinted { return &Unprinted{err, hint} }

// Hint tells what to do about it.
func (e *Unprinted) Hint() string { return e.hint }

// Unwrap is what went wrong with the printing.
func (e *Unprinted) Unwrap() error { return e.error }
