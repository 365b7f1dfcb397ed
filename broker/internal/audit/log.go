// Package audit writes down what the broker decided and what came of it: one line of JSON for each event, appended, in one write.
package audit

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Log is an audit log. It is safe for concurrent use.
type Log struct {
	mu      sync.Mutex // guards the fields below
	to      io.Writer
	torn    bool // the last line was written in part
	failing bool // the last line could not be written
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

// Try tells whether lines can be written. After one that could not be, it writes one that says so: nobody else might, if those who
// look whether requests are served send none until they are.
func (l *Log) Try(now time.Time) error {
	l.mu.Lock()
	failing := l.failing && !l.closed
	l.mu.Unlock()
	if !failing {
		return nil
	}
	return l.Write(&Entry{Time: now, Event: "resumed", Why: "lines before this one could not be written"})
}
