package tell

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// Logger tells people on stderr what the engine does: everything with --verbose, what failed on a terminal, else the waits.
func (t *Teller) Logger(verbose bool) *slog.Logger {
	level := slog.LevelError
	switch {
	case verbose:
		level = slog.LevelInfo
	case t.ErrTerminal:
		level = slog.LevelWarn
	}
	return slog.New(&talk{w: t.Stderr, level: level, failure: &t.failure})
}

// talk is a slog.Handler that writes sentences.
type talk struct {
	w     io.Writer
	level slog.Level
	attrs []slog.Attr

	failure *failure
}

// failure is the line of a request that failed, until it is known what comes of it: where that is the error the command
// ends with, it is said once.
type failure struct {
	mu          sync.Mutex
	line, cause string
}

// take takes the line out.
func (f *failure) take() (line, cause string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	line, cause = f.line, f.cause
	f.line, f.cause = "", ""
	return line, cause
}

// EndsWith tells what failed and was not the end of the command, which is err.
func (t *Teller) EndsWith(err error) {
	if line, cause := t.failure.take(); line != "" && (err == nil || !strings.Contains(err.Error(), cause)) {
		fmt.Fprintln(t.Stderr, line)
	}
}

func (t *talk) Enabled(_ context.Context, l slog.Level) bool {
	return l >= min(t.level, slog.LevelInfo)
}

func (t *talk) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *t
	c.attrs = append(append([]slog.Attr(nil), t.attrs...), attrs...)
	return &c
}

func (t *talk) WithGroup(string) slog.Handler { return t }

func (t *talk) Handle(_ context.Context, r slog.Record) error {
	if line, _ := t.failure.take(); line != "" {
		fmt.Fprintln(t.w, line)
	}
	until, waits := waitsUntil(r)
	if r.Level < t.level && (!waits || time.Until(until) < Noticeable/2) {
		return nil
	}
	var b strings.Builder
	var cause string
	b.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		value := a.Value.String()
		if a.Value.Kind() == slog.KindTime {
			value = a.Value.Time().Format("15:04:05")
		}
		switch a.Key {
		case "key":
		case "error":
			cause = value
			b.WriteString(": " + value)
		case "until":
			b.WriteString(" until " + value)
		default:
			fmt.Fprintf(&b, ", %s %s", a.Key, value)
		}
		return true
	}
	for _, a := range t.attrs {
		write(a)
	}
	r.Attrs(write)
	if waits {
		b.WriteString(", when the vendor may be asked again")
	}
	line := wording.Printable(b.String())
	if cause != "" && t.level == slog.LevelWarn {
		t.failure.mu.Lock()
		t.failure.line, t.failure.cause = line, cause
		t.failure.mu.Unlock()
		return nil
	}
	_, err := fmt.Fprintln(t.w, line)
	return err
}

// waitsUntil is when the wait ends that a line tells of, see ringcx.SessionOptions.
func waitsUntil(r slog.Record) (until time.Time, waits bool) {
	r.Attrs(func(a slog.Attr) bool {
		if waits = a.Key == "until" && a.Value.Kind() == slog.KindTime; waits {
			until = a.Value.Time()
		}
		return !waits
	})
	return until, waits
}
