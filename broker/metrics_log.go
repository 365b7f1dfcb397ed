package broker

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/metrics"
)

// Count is a handler that passes records on to next, and counts those of sessions that tell of renewals. It is to be that of
// ringcx.SessionOptions.Log, with the name of the profile as the attribute "profile":
//
//	log := slog.New(m.Count(slog.Default().Handler())).With("profile", "support")
func (m *Metrics) Count(next slog.Handler) slog.Handler { return &counting{next: next, m: m} }

// counting implements slog.Handler.
type counting struct {
	next    slog.Handler
	m       *Metrics
	profile string
	inGroup bool
}

// ways are what sessions do to have a token, as their log and Status.Next call it.
var ways = map[string]string{
	"refresh RingCX": "refresh_ringcx", "exchange": "exchange", "refresh RingCentral": "refresh_ringcentral", "log in": "login", "log in to RingCX": "direct_login",
}

// Enabled implements slog.Handler: what is counted need not be shown.
func (h *counting) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *counting) Handle(ctx context.Context, r slog.Record) error { //nolint:gocritic // as the interface has it
	if said, ok := strings.CutPrefix(r.Message, "ringcx: "); ok {
		what, failed := strings.CutSuffix(said, " failed")
		if way, ok := ways[what]; ok {
			h.m.renewals.Inc(metrics.Values{h.profile, way, result(&r, failed)})
		}
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// result is what became of a renewal.
func result(r *slog.Record, failed bool) string {
	if !failed {
		return "ok"
	}
	said := "failed"
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		if !ok {
			return true
		}
		var e *ringcx.Error
		switch {
		case errors.Is(err, ringcx.ErrLoginRequired):
			said = "login_required"
		case !errors.As(err, &e):
		case e.Limited():
			said = "limited"
		case e.StatusCode == 0:
			said = "unreachable"
		case !e.Temporary():
			said = "refused"
		}
		return false
	})
	return said
}

// WithAttrs implements slog.Handler.
func (h *counting) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.next = h.next.WithAttrs(attrs)
	for _, a := range attrs {
		if a.Key == "profile" && !h.inGroup {
			with.profile = a.Value.String()
		}
	}
	return &with
}

// WithGroup implements slog.Handler.
func (h *counting) WithGroup(name string) slog.Handler {
	with := *h
	with.next, with.inGroup = h.next.WithGroup(name), h.inGroup || name != ""
	return &with
}
