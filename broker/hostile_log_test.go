package broker_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

// unsafe is the first thing in a text that could move the cursor, end a line or turn letters around; "": there is none.
func unsafe(text string) string {
	for line := range strings.Lines(text) {
		for _, r := range strings.TrimSuffix(line, "\n") {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
				return fmt.Sprintf("%q in %q", r, line)
			}
		}
		if !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "time=") {
			return "a line of its own: " + line
		}
	}
	return ""
}

func TestNothingThatACallerSendsReachesALogAsItIs(t *testing.T) {
	for name, form := range map[string]func(*lines) slog.Handler{
		"text": func(l *lines) slog.Handler {
			return slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
		"json": func(l *lines) slog.Handler {
			return slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
	} {
		t.Run(name, func(t *testing.T) {
			log, written := new(lines), new(lines)
			p, _ := startTapped(t, nil, metered, func(o *broker.Options) {
				o.Log = slog.New(o.Metrics.Count(form(log)))
				o.Audit = broker.NewAuditLog(written)
			})
			const rest = "\r\nConnection: close\r\n\r\n"
			attack := func() {
				for _, evil := range []string{"\x1b[2J", "%1b%5b2J", "%0a{\"event\":\"begin\"}", "\u202egnp.exe", "%e2%80%ae", "\u2066x", "\u0085y", "\x7f", "%00", "\xff\xfe", "a\rb"} {
					p.raw(t, "GET /voice/api/v1/"+evil+" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "+p.key+rest)
					p.raw(t, "GET "+accounts+"?x="+evil+" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "+p.key+rest)
					for _, header := range []string{"Host", "RingCX-Profile", "User-Agent", "X-Forwarded-For", "Cookie", "Traceparent"} {
						p.raw(t, "GET "+accounts+" HTTP/1.1\r\nHost: 127.0.0.1\r\n"+header+": "+evil+"\r\nAuthorization: Bearer "+p.key+rest)
					}
					p.raw(t, "GET "+accounts+" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "+evil+rest)
					p.form("/oauth2/token", "grant_type=client_credentials&client_id="+evil+"&client_secret="+evil+"&scope="+evil)
				}
			}
			attack()
			written.fail(errors.New("no space left"))
			attack() // which is in the log of the broker now
			if log.text.Len() == 0 || written.text.Len() == 0 {
				t.Fatal("nothing was written")
			}
			for _, text := range []string{log.text.String(), written.text.String()} {
				if bad := unsafe(text); bad != "" {
					t.Error(bad)
				}
			}
			page := p.ask(http.MethodGet, "/metrics", "").body
			if bad := unsafe(strings.ReplaceAll(strings.ReplaceAll(page, "ringcx_broker", "time="), "# ", "time=")); bad != "" {
				t.Error("the numbers:", bad)
			}
		})
	}
	for _, bad := range []string{"{\x1b[2J}\n", "{\u202e}\n", "{}\nnext\n"} { // the control
		if unsafe(bad) == "" {
			t.Errorf("%q is not found", bad)
		}
	}
}
