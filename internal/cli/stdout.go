package cli

import (
	"errors"
	"io"
	"io/fs"
	"runtime"
	"sync"
	"syscall"
)

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

// unwrapOutput is what went wrong with standard output, without its name.
func unwrapOutput(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// isUnread tells the error of a pipe whose reader has left, as head does when it has enough.
func isUnread(err error) bool {
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232) // of Windows
	var number syscall.Errno
	return errors.Is(err, syscall.EPIPE) ||
		runtime.GOOS == "windows" && errors.As(err, &number) && (number == brokenPipe || number == noData)
}

// unprintedError is a result that is there and that nobody has read. It is told even where the reader has left.
type unprintedError struct {
	error
	hint string
}

// Hint tells what to do about it.
func (e *unprintedError) Hint() string { return e.hint }

// Unwrap is what went wrong with the printing.
func (e *unprintedError) Unwrap() error { return e.error }
