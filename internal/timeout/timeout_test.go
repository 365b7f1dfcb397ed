package timeout_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/timeout"
)

// locked is a buffer for several writers at once.
type locked struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// slowServer takes its time for everything: to read what it is sent, byte by byte, to answer, and for each byte of the answer.
type slowServer struct {
	read, answer, each time.Duration
	bytes              int
}

func (s *slowServer) RoundTrip(req *http.Request) (*http.Response, error) {
	for req.Body != nil {
		if !pass(req.Context(), s.read) {
			return nil, context.Cause(req.Context())
		}
		if _, err := req.Body.Read(make([]byte, 1)); err != nil {
			break
		}
	}
	if !pass(req.Context(), s.answer) {
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&slowBody{req.Context(), *s})}, nil
}

type slowBody struct {
	ctx context.Context
	slowServer
}

func (b *slowBody) Read(p []byte) (int, error) {
	switch {
	case b.bytes == 0:
		return 0, io.EOF
	case !pass(b.ctx, b.each):
		return 0, b.ctx.Err()
	}
	b.bytes--
	return copy(p, "x"), nil
}

// pass lets time pass, of which there is enough where the tests make it.
func pass(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func TestOnlySilenceEndsACallWithoutATimeout(t *testing.T) {
	const long, tooLong = 50 * time.Second, 70 * time.Second
	for name, c := range map[string]struct {
		server slowServer
		want   string
		talk   string
	}{
		"nothing is slow":            {slowServer{0, 0, 0, 9}, "", ""},
		"everything takes its time":  {slowServer{long, long, long, 9}, "", "ringcx: waiting for api.example to answer until "},
		"it takes nothing":           {slowServer{tooLong, 0, 0, 9}, "api.example did not answer in time, a limit of 1m0s", ""},
		"it does not answer":         {slowServer{0, tooLong, 0, 9}, "api.example did not answer in time, a limit of 1m0s", "waiting for api.example to answer until "},
		"it stops within the answer": {slowServer{0, 0, tooLong, 9}, "api.example did not send its whole answer in time, a limit of 1m0s", "waiting for the rest of the answer of api.example until "},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var talk locked
				client := &http.Client{Transport: &timeout.Transport{Base: &c.server, Silence: timeout.Silence, Tell: tell.New(&env.Env{Stderr: &talk})}}
				resp, err := client.Post("https://api.example/", "text/plain", strings.NewReader("xyz"))
				if err == nil {
					buf := make([]byte, 1)
					for err == nil {
						_, err = resp.Body.Read(buf)
						time.Sleep(10 * time.Minute) // the reader's own time does not count
					}
					if err == io.EOF { //nolint:errorlint // readers return it as it is
						err = nil
					}
					_ = resp.Body.Close()
				}
				if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("%v", err)
				}
				if got := talk.String(); c.talk == "" && c.want == "" && got != "" || !strings.Contains(got, c.talk) {
					t.Errorf("it said %q", got)
				}
			})
		})
	}
}
