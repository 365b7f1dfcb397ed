// Package audit writes down what the broker decided and what came of it: one line of JSON for each event, appended, in one write.
package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Log is an audit log. It is safe for concurrent use.
type Log struct {
	mu      sync.Mutex // guards the fields below
	to      io.Writer
	path    string    // of to; "": it is no file
	looked  time.Time // when it was last seen that the file has a name
	torn    bool      // the last line was written in part
	failing bool      // the last line could not be written
	closed  bool
	buf     []byte
}

// New is a log that is written to w, one Write for each line.
func New(w io.Writer) *Log { return &Log{to: w} }

// ErrClosed is why nothing can be written to a log that was closed.
var ErrClosed = errors.New("the audit log was closed")

// Close ends the log when what is being written is, and closes its file, if it was opened.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if c, ok := l.to.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Write appends e. When it returns an error nothing of e may be relied on to be in the log.
func (l *Log) Write(e *Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if err := l.look(e.Time); err != nil {
		l.failing = true
		return err
	}
	l.buf = l.buf[:0]
	if l.torn {
		l.buf = append(l.buf, '\n')
	}
	l.buf = e.append(l.buf)
	n, err := l.to.Write(l.buf)
	if err == nil && n < len(l.buf) {
		err = io.ErrShortWrite
	}
	if n > 0 {
		l.torn = l.buf[n-1] != '\n'
	}
	if l.failing = err != nil; l.failing {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

// look opens the file again, once a second at most, if it was deleted: lines of a file without a name are nobody's. The caller holds mu.
func (l *Log) look(now time.Time) error {
	if age := now.Sub(l.looked); l.path == "" || age >= 0 && age < time.Second {
		return nil
	}
	if f, ok := l.to.(*os.File); ok {
		if info, err := f.Stat(); err == nil && deleted(info) {
			other, err := Open(l.path)
			if err != nil {
				return err
			}
			_ = f.Close()
			l.to, l.torn = other.to, other.torn
		}
	}
	l.looked = now
	return nil
}

// Try tells whether lines can be written. After one that could not be, it writes one that says so: nobody else might, if those who
// look whether requests are served send none until they are.
func (l *Log) Try(now time.Time) error {
	l.mu.Lock()
	failing := !l.closed && (l.look(now) != nil || l.failing)
	l.mu.Unlock()
	if !failing {
		return nil
	}
	return l.Write(&Entry{Time: now, Event: "resumed", Why: "lines before this one could not be written"})
}
