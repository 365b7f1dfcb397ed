package upstream_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
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
	unlooked
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
		return &leaving{unlooked{here}, cancel, make(chan struct{}, 1)}, nil
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

func TestNothingIsSentForACallerThatHasLeft(t *testing.T) {
	var sent atomic.Int32
	v := newVendor(t, func(_ int32, c net.Conn) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if r.Method == http.MethodPost {
				sent.Add(1)
			}
			_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		}
	})
	via := transport(t, settings())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		if _, err := send(via, request(t, "GET", v.url, "")); err != nil {
			t.Fatal(err)
		}
		if _, err := send(via, request(t, "POST", v.url, "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if _, err := send(via, request(t, "GET", v.url, "")); err != nil || sent.Load() > 0 || v.conns.Load() != 1 {
		t.Errorf("%v, sent %d times over %d connections", err, sent.Load(), v.conns.Load())
	}
}

func TestThatARequestCannotBeSentAgainDoesNotMeanThatItWasNotSent(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		in := bufio.NewReader(c)
		_, _ = http.ReadRequest(in)
		_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
		_, _ = http.ReadRequest(in)
		_ = ln.Close()
		_ = c.Close()
	}()
	via := transport(t, settings())
	if _, err := send(via, request(t, "GET", "http://"+ln.Addr().String(), "")); err != nil {
		t.Fatal(err)
	}
	_, err = send(via, request(t, "GET", "http://"+ln.Addr().String(), ""))
	var dial *net.OpError
	if err == nil || errors.As(err, &dial) && dial.Op == "dial" {
		t.Error(err)
	}
}

func TestAConnectionInUseEndsWithItsAnswerOnceAllAreClosed(t *testing.T) {
	ended := make(chan struct{}, 1)
	v := newVendor(t, func(_ int32, c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			_, _ = io.Copy(io.Discard, c)
			ended <- struct{}{}
		}
	})
	via := upstream.New(settings())
	resp, err := via.RoundTrip(request(t, "GET", v.url, ""))
	if err != nil {
		t.Fatal(err)
	}
	via.CloseIdleConnections()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "ok" {
		t.Errorf("%q, %v", body, err)
	}
	_ = resp.Body.Close()
	<-ended
}

func TestAServerThatSpeaksOnlyHTTP2IsServedByNetHTTP(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	srv.EnableHTTP2 = true
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		speaks := "h2"
		if !slices.Contains(hello.SupportedProtos, speaks) {
			speaks = "nothing else" // crypto/tls would let in who speaks HTTP/1.1
		}
		return &tls.Config{Certificates: srv.TLS.Certificates, NextProtos: []string{speaks}, MinVersion: tls.VersionTLS12}, nil
	}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	base := settings()
	base.ForceAttemptHTTP2 = true
	base.TLSClientConfig = &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
	defer base.CloseIdleConnections()
	via := transport(t, base)
	for range 2 {
		if got, err := send(via, request(t, "POST", srv.URL, "{}")); err != nil || got != "200 HTTP/2.0" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestARequestWhoseConnectionEndsLateIsNotSentAgain(t *testing.T) {
	var sent atomic.Int32
	v := newVendor(t, func(_ int32, c net.Conn) {
		in := bufio.NewReader(c)
		for range 2 {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if sent.Add(1) == 1 {
				_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		}
		<-time.After(2100 * time.Millisecond)
	})
	via := transport(t, settings())
	if _, err := send(via, request(t, "GET", v.url, "")); err != nil {
		t.Fatal(err)
	}
	if _, err := send(via, request(t, "GET", v.url, "")); err == nil || sent.Load() != 2 {
		t.Errorf("%v, sent %d times", err, sent.Load())
	}
}

func TestADiallerThatMakesNothingIsAnError(t *testing.T) {
	base := settings()
	base.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, nil } //nolint:nilnil // that is the point
	if _, err := send(transport(t, base), request(t, "GET", "http://vendor.test", "")); err == nil {
		t.Error("it was answered")
	}
}
