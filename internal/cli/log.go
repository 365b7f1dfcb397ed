package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// logger tells people on stderr what the engine does: everything with --verbose, else on a terminal the waits.
func (a *app) logger() *slog.Logger {
	level := slog.LevelError
	switch {
	case a.verbose:
		level = slog.LevelInfo
	case a.ErrTerminal:
		level = slog.LevelWarn
	}
	return slog.New(&talk{w: a.Stderr, level: level, waits: a.ErrTerminal})
}

// talk is a slog.Handler that writes sentences.
type talk struct {
	w     io.Writer
	level slog.Level
	waits bool
	attrs []slog.Attr
}

func (t *talk) Enabled(_ context.Context, l slog.Level) bool { return l >= t.level || t.waits }

func (t *talk) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *t
	c.attrs = append(append([]slog.Attr(nil), t.attrs...), attrs...)
	return &c
}

func (t *talk) WithGroup(string) slog.Handler { return t }

func (t *talk) Handle(_ context.Context, r slog.Record) error {
	if r.Level < t.level && !strings.HasSuffix(r.Message, "waiting") {
		return nil
	}
	var b strings.Builder
	b.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		value := a.Value.String()
		if a.Value.Kind() == slog.KindTime {
			value = a.Value.Time().Format("15:04:05")
		}
		if a.Key != "key" {
			fmt.Fprintf(&b, ", %s %s", a.Key, value)
		}
		return true
	}
	for _, a := range t.attrs {
		write(a)
	}
	r.Attrs(write)
	_, err := fmt.Fprintln(t.w, b.String())
	return err
}
