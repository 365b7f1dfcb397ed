//go:build unix

package leasetest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Errors opens what cannot be opened, and wants what to do in the hint, and the password nowhere. Each is a URL and a part of
// the hint. The password has "canary" in it.
func (s *Suite[S]) Errors(t *testing.T, all map[string][2]string) {
	t.Helper()
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			store, err := s.Open(t.Context(), c[0])
			if err == nil {
				store.Close()
				t.Fatal("it opened")
			}
			WantHint(t, err, c[1])
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
				if strings.Contains(text, "canary") || strings.Contains(text, "päss") || strings.Contains(text, "\n") {
					t.Errorf("the error says: %s", text)
				}
			}
		})
	}
}

// AllRefused opens all at the same time. Each is a URL, what is said and a part of the hint, as for [Suite.Refused].
func (s *Suite[S]) AllRefused(t *testing.T, all map[string][3]string) {
	t.Helper()
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.Refused(t, c[0], c[1], c[2])
		})
	}
}

// Refused opens a Store that cannot be, and looks at what is said: once, in a line, without the password, which has "canary"
// in it, and soon.
func (s *Suite[S]) Refused(t *testing.T, url, text, hint string) {
	t.Helper()
	began := time.Now()
	store, err := s.Open(t.Context(), url)
	if err == nil {
		store.Close()
		t.Fatal("it opened")
	}
	WantHint(t, err, hint)
	said := err.Error()
	if strings.Count(said, text) != 1 || strings.Contains(said, "\n") {
		t.Errorf("it says %q, want %q once", said, text)
	}
	for _, told := range []string{said, fmt.Sprintf("%+v", err), hintOf(err)} {
		if strings.Contains(told, "canary") || strings.Contains(told, "://:") {
			t.Errorf("it tells the password: %s", told)
		}
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %s", took)
	}
}

// Web is the address of a web server, which is no database.
func Web(t *testing.T, secure bool) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}
