package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
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
		switch a.Key {
		case "key":
		case "error":
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
	_, err := fmt.Fprintln(t.w, printable(b.String()))
	return err
}

// client is the client of the environment, with hosts of this machine reached as package ringcx says. On a terminal it says
// for whom it waits, if that takes over a second.
func (a *app) client() *http.Client {
	client := &http.Client{}
	if a.HTTPClient != nil {
		*client = *a.HTTPClient
	}
	client.Transport = &ringcx.Transport{Base: client.Transport, AllowHTTP: a.variable("RINGCX_ALLOW_HTTP")}
	if a.ErrTerminal {
		client.Transport = telling{client.Transport, a.Stderr}
	}
	return client
}

// telling is an http.RoundTripper that speaks up when it takes long.
type telling struct {
	base http.RoundTripper
	w    io.Writer
}

func (t telling) RoundTrip(req *http.Request) (*http.Response, error) {
	timer := time.AfterFunc(time.Second, func() { fmt.Fprintf(t.w, "ringcx: waiting for %s to answer\n", req.URL.Host) })
	defer timer.Stop()
	return t.base.RoundTrip(req)
}
