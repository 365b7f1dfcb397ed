package ringcx_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// watched is a body that notes whether it was closed.
type watched struct {
	io.Reader
	closed bool
}

func (w *watched) Close() error {
	w.closed = true
	return nil
}

func TestTheBodyOfARequestThatIsNotSentIsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		transport *ringcx.Transport
		url       string
	}{
		"no source":   {&ringcx.Transport{Host: "ringcx.example"}, "https://ringcx.example/"},
		"no host":     {&ringcx.Transport{Source: &numbered{}}, "https://ringcx.example/"},
		"without TLS": {&ringcx.Transport{Source: &numbered{}, Host: "ringcx.example"}, "http://ringcx.example/"},
		"no token":    {&ringcx.Transport{Source: ringcx.APIToken(""), Host: "ringcx.example"}, "https://ringcx.example/"},
	} {
		t.Run(name, func(t *testing.T) {
			body := &watched{Reader: strings.NewReader("body")}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, body)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.transport.RoundTrip(req); err == nil || !body.closed { //nolint:bodyclose // there is none
				t.Errorf("closed: %v, %v", body.closed, err)
			}
		})
	}
}

func TestTheContextOfAnAnswerEndsWithIt(t *testing.T) {
	for name, end := range map[string]func(body io.ReadCloser) error{
		"read to its end": func(body io.ReadCloser) error { _, err := io.Copy(io.Discard, body); return err },
		"closed":          func(body io.ReadCloser) error { return body.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			var of context.Context
			base := roundTrip(func(r *http.Request) (*http.Response, error) {
				of = r.Context()
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("answer"))}, nil
			})
			c := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: distant}, HTTPClient: &http.Client{Transport: base}}
			resp, _, err := getOver(t, c.Client(ringcx.APIToken("aws80:1")), http.MethodGet, "/", nil)
			if err != nil {
				t.Fatal(err)
			}
			if of.Err() != nil {
				t.Fatalf("%s: it has ended before", name)
			}
			if err := end(resp.Body); err != nil || !errors.Is(of.Err(), context.Canceled) {
				t.Errorf("%s: %v, the context: %v", name, err, of.Err())
			}
			_ = resp.Body.Close()
		})
	}
}

func TestAConnectionForCallsOfTheAPIIsClosedInOrder(t *testing.T) {
	ended := make(chan error, 1)
	at := "http://" + testservers.Listen(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if _, err := http.ReadRequest(r); err != nil {
			ended <- err
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		_, err := r.ReadByte()
		ended <- err
	})
	client := &http.Client{Transport: &ringcx.Transport{Base: &http.Transport{}}}
	call(t, client, at)
	client.CloseIdleConnections()
	if err := <-ended; !errors.Is(err, io.EOF) { // and no reset
		t.Errorf("the server saw %v", err)
	}
}
