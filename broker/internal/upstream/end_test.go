package upstream_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/upstream"
)

func TestACallerThatLeavesEndsItsRequestAtOnce(t *testing.T) {
	come, gone := make(chan struct{}), make(chan struct{})
	v := newVendor(t, func(n int32, c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		if n == 2 {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
		} else {
			come <- struct{}{}
		}
		_, _ = io.Copy(io.Discard, c) // until it is closed
		gone <- struct{}{}
	})
	via := transport(t, settings())
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-come
		cancel()
	}()
	if got, err := send(via, request(t, "GET", v.url, "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("before the answer: %q, %v", got, err)
	}
	<-gone

	ctx, cancel = context.WithCancel(t.Context())
	resp, err := via.RoundTrip(request(t, "GET", v.url, "").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if body, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("within the answer: %q, %v", body, err)
	}
	_ = resp.Body.Close()
	<-gone
	if _, err := send(via, request(t, "GET", v.url, "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("who had left before: %v", err)
	}
}

// leaving is a connection whose caller leaves just before it may wait for as long as it likes.
type leaving struct {
	net.Conn
	leave func()
	left  chan struct{}
}

func (l *leaving) SetReadDeadline(t time.Time) error {
	if t.IsZero() {
		l.leave()
		<-l.left
	}
	return l.Conn.SetReadDeadline(t)
}

func (l *leaving) SetDeadline(t time.Time) error {
	err := l.Conn.SetDeadline(t)
	select {
	case l.left <- struct{}{}:
	default:
	}
	return err
}

func TestACallerThatLeavesAsTheAnswerBeginsIsNotWaitedFor(t *testing.T) {
	here, there := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	base := settings()
	base.ResponseHeaderTimeout = time.Minute
	base.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return &leaving{here, cancel, make(chan struct{})}, nil
	}
	go func() {
		_, _ = http.ReadRequest(bufio.NewReader(there))
		_, _ = io.WriteString(there, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
	}()
	if got, err := send(transport(t, base), request(t, "GET", "http://vendor.test", "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", got, err)
	}
	_ = there.Close()
}

func TestConnectionsThatNobodyUsesEnd(t *testing.T) {
	var busy sync.WaitGroup
	ended := make(chan struct{})
	v := newVendor(t, func(_ int32, c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			busy.Done()
			busy.Wait() // until all are there
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			_, _ = io.Copy(io.Discard, c)
			ended <- struct{}{}
		}
	})
	few, short := settings(), settings()
	few.MaxIdleConnsPerHost, short.IdleConnTimeout = 2, 10*time.Millisecond
	via := upstream.New(few)
	ask := func(via http.RoundTripper) {
		busy.Add(5)
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if got, err := send(via, request(t, "GET", v.url, "")); err != nil || got != "200 ok" {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		all.Wait()
	}
	ask(via)
	for range 3 { // which are more than may be kept
		<-ended
	}
	via.CloseIdleConnections()
	for range 2 {
		<-ended
	}
	ask(upstream.New(short))
	for range 5 {
		<-ended
	}
}
