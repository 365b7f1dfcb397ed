package upstream_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/upstream"
)

// settings are those that the broker has.
func settings() *http.Transport {
	return &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 512, IdleConnTimeout: 30 * time.Second}
}

// vendor is a server that counts its connections, and what it does with each is up to a test.
type vendor struct {
	url   string
	conns atomic.Int32
}

// newVendor has do serve each connection.
func newVendor(t *testing.T, do func(n int32, c net.Conn)) *vendor {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &vendor{url: "http://" + ln.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = ln.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			n := v.conns.Add(1)
			all.Go(func() {
				defer func() { _ = c.Close() }()
				do(n, c)
			})
		}
	})
	return v
}

// each answers every request with the same bytes.
func each(answer string) func(int32, net.Conn) {
	return func(_ int32, c net.Conn) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

func transport(t *testing.T, base *http.Transport) *upstream.Transport {
	t.Helper()
	own := upstream.New(base)
	t.Cleanup(own.CloseIdleConnections)
	return own
}

// request is one with a body, if there is any, that can be had again.
func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// send is the status and body of an answer.
func send(via http.RoundTripper, r *http.Request) (string, error) {
	resp, err := via.RoundTrip(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return fmt.Sprint(resp.StatusCode, " ", string(body)), err
}

func TestRequestsAfterEachOtherShareAConnection(t *testing.T) {
	for name, answer := range map[string]string{
		"of a length": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"in chunks":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"a trailer":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
		"of nothing":  "HTTP/1.1 204 No Content\r\n\r\n",
	} {
		v := newVendor(t, each(answer))
		via := transport(t, settings())
		for _, method := range []string{"GET", "POST", "PUT", "GET"} {
			got, err := send(via, request(t, method, v.url+"/x", strings.Repeat("b", len(method)-3)))
			if err != nil || got != "200 ok" && got != "204 " {
				t.Errorf("%s: %s: %q, %v", name, method, got, err)
			}
		}
		if n := v.conns.Load(); n != 1 {
			t.Errorf("%s: %d connections", name, n)
		}
	}
}

func TestAConnectionIsNotUsedAgainWhenItsAnswerSaysSoOrWasNotRead(t *testing.T) {
	for name, answer := range map[string]string{
		"close":                 "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.0":              "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"another protocol":      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
		"more than was asked":   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
		"a body that is unread": "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\nok",
	} {
		v := newVendor(t, each(answer))
		via := transport(t, settings())
		for range 2 {
			resp, err := via.RoundTrip(request(t, "GET", v.url, ""))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if resp.ContentLength < 3 {
				if body, err := io.ReadAll(resp.Body); err != nil || len(body) > 0 && string(body) != "ok" {
					t.Errorf("%s: %q, %v", name, body, err)
				}
			}
			if err := resp.Body.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Errorf("%s: %d bytes after the end", name, n)
			}
		}
		if n := v.conns.Load(); n != 2 {
			t.Errorf("%s: %d connections", name, n)
		}
	}
}

func TestWhatComesWithoutBeingAskedForIsNobodysAnswer(t *testing.T) {
	const (
		bad  = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"
		head = "HTTP/1.1 200 OK\r\nContent-Length: 4055\r\n\r\n"
	)
	// It is as long as what reads it takes at once, so that TLS has the rest in its hands.
	ok := head + strings.Repeat("o", 4096-len(head))
	for name, more := range map[string]string{"an answer": bad, "a byte": "x", "nothing but the end": ""} {
		for _, secure := range []bool{false, true} {
			said := make(chan struct{}, 1)
			srv := httptest.NewUnstartedServer(nil)
			srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(c, ok+more)
				if more == "" {
					_ = c.Close()
				} else {
					t.Cleanup(func() { _ = c.Close() })
				}
				said <- struct{}{}
			})
			base := settings()
			if secure {
				srv.TLS = &tls.Config{DynamicRecordSizingDisabled: true, MinVersion: tls.VersionTLS12}
				srv.StartTLS()
				base.TLSClientConfig = &tls.Config{RootCAs: srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
			} else {
				srv.Start()
			}
			via := transport(t, base)
			for range 3 {
				got, err := send(via, request(t, "POST", srv.URL, "{}"))
				if err != nil || !strings.HasPrefix(got, "200 oooo") || len(got) != 4+4055 {
					t.Errorf("%s, TLS %t: %.20q, %v", name, secure, got, err)
				}
				<-said
			}
			srv.Close()
		}
	}
}

func TestARequestIsSentAgainOnlyIfItChangesNothingAndItsConnectionHadBeenKept(t *testing.T) {
	for _, c := range []struct {
		method string
		kept   bool
		times  int32
	}{{"GET", true, 2}, {"HEAD", true, 2}, {"GET", false, 1}, {"POST", true, 1}, {"PUT", true, 1}, {"DELETE", true, 1}, {"PATCH", true, 1}} {
		var asked atomic.Int32
		v := newVendor(t, func(n int32, conn net.Conn) {
			in := bufio.NewReader(conn)
			if c.kept && n == 1 { // one that is answered, so that it is kept
				if _, err := http.ReadRequest(in); err != nil {
					return
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
			}
			if r, err := http.ReadRequest(in); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				if asked.Add(1) > 1 {
					_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
				}
			}
		})
		via := transport(t, settings())
		if c.kept {
			if _, err := send(via, request(t, "GET", v.url, "")); err != nil {
				t.Fatal(err)
			}
		}
		_, err := send(via, request(t, c.method, v.url, strings.Repeat("b", len(c.method)-3)))
		if n := asked.Load(); n != c.times || (err == nil) != (c.times == 2) {
			t.Errorf("%s over a connection that was kept %t: sent %d times, %v", c.method, c.kept, n, err)
		}
	}
}

func TestAConnectionThatEndedWhileNobodyUsedItCostsNoRequest(t *testing.T) {
	ended := make(chan struct{})
	v := newVendor(t, func(_ int32, c net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") // and it ends, though it did not say so
		}
		_ = c.Close()
		ended <- struct{}{}
	})
	via := transport(t, settings())
	for range 20 {
		got, err := send(via, request(t, "POST", v.url, "{}"))
		if err != nil || got != "200 ok" {
			t.Errorf("%q, %v", got, err)
		}
		<-ended
	}
}

func TestAnAnswerWithoutAnEndToItsHeadersIsGivenUp(t *testing.T) {
	for name, line := range map[string]string{
		"headers": "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 100), "a line": strings.Repeat("A", 100_000), "interim answers": strings.Repeat("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", 3000),
	} {
		v := newVendor(t, func(_ int32, c net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
				return
			}
			for {
				if _, err := io.WriteString(c, line); err != nil {
					return
				}
				if name == "headers" {
					line = line[strings.Index(line, "A:"):]
				}
			}
		})
		base := settings()
		base.MaxResponseHeaderBytes = 200_000
		if got, err := send(transport(t, base), request(t, "GET", v.url, "")); err == nil {
			t.Errorf("%s: %.100q", name, got)
		}
	}
}

func TestHeadersOfAnAnswerMayBeAsLongAsTheSettingsSay(t *testing.T) {
	for _, c := range []struct {
		limit int64
		bytes int
		taken bool
	}{{0, 1 << 20, true}, {0, 11 << 20, false}, {200_000, 190_000, true}, {200_000, 210_000, false}} {
		v := newVendor(t, each("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: "+strings.Repeat("b", c.bytes)+"\r\n\r\nok"))
		base := settings()
		base.MaxResponseHeaderBytes = c.limit
		if got, err := send(transport(t, base), request(t, "GET", v.url, "")); (err == nil) != c.taken {
			t.Errorf("%d bytes with a limit of %d: %q, %v", c.bytes, c.limit, got, err)
		}
	}
}

func TestInterimAnswersReachWhoTraces(t *testing.T) {
	v := newVendor(t, each("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	var seen []string
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		seen = append(seen, fmt.Sprint(code, h.Get("Link")))
		return nil
	}})
	got, err := send(transport(t, settings()), request(t, "GET", v.url, "").WithContext(ctx))
	if err != nil || got != "200 ok" || fmt.Sprint(seen) != "[103a]" {
		t.Errorf("%q, %v, %q", got, err, seen)
	}
}

func TestAnAnswerToWhatWasNotReadIsNotLost(t *testing.T) {
	v := newVendor(t, func(_ int32, c net.Conn) {
		if _, err := bufio.NewReader(c).ReadString('\n'); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
			_, _ = io.Copy(io.Discard, c)
		}
	})
	r := request(t, "POST", v.url, strings.Repeat("b", upstream.Short/2))
	r.Header.Set("X-Long", strings.Repeat("h", upstream.Short/3))
	if got, err := send(transport(t, settings()), r); err != nil || got != "431 no" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAnAnswerThatDoesNotBeginIsWaitedForOnceAndAsTheSettingsSay(t *testing.T) {
	var asked atomic.Int32
	v := newVendor(t, func(_ int32, c net.Conn) {
		for in := bufio.NewReader(c); ; {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if asked.Add(1) == 1 {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		}
	})
	base := settings()
	base.ResponseHeaderTimeout = time.Minute
	via := transport(t, base)
	if got, err := send(via, request(t, "GET", v.url, "")); err != nil || got != "200 ok" {
		t.Fatalf("%q, %v", got, err)
	}
	base.ResponseHeaderTimeout = 50 * time.Millisecond
	_, err := send(via, request(t, "GET", v.url, ""))
	var timeout net.Error
	if n := asked.Load(); !errors.As(err, &timeout) || !timeout.Timeout() || n != 2 || v.conns.Load() != 1 {
		t.Errorf("%v, sent %d times over %d connections", err, n, v.conns.Load())
	}
}

// unlooked is a connection that ends before anybody looks whether it is still there.
type unlooked struct{ net.Conn }

func (unlooked) SyscallConn() (syscall.RawConn, error) { return nil, nil } //nolint:nilnil // it is not asked

// deaf is one that takes nothing of what is sent.
type deaf struct{ unlooked }

var errDeaf = errors.New("it takes nothing")

func (deaf) Write([]byte) (int, error) { return 0, errDeaf }

func TestAServerThatTakesNoMoreMaySayWhyForASecond(t *testing.T) {
	for _, c := range []struct {
		says  string
		want  string
		after time.Duration
	}{{"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno", "400 no", 0}, {"", "", time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			here, there := net.Pipe()
			base := settings()
			base.DialContext = func(context.Context, string, string) (net.Conn, error) { return deaf{unlooked{here}}, nil }
			via := upstream.New(base)
			ended := make(chan error, 1)
			go func() {
				_, _ = io.WriteString(there, c.says)
				_, err := there.Read(make([]byte, 1))
				ended <- err
			}()
			began := time.Now()
			got, err := send(via, request(t, "POST", "http://vendor.test", "{}"))
			if got != c.want || (c.want == "") != errors.Is(err, errDeaf) || time.Since(began) != c.after {
				t.Errorf("%q, %v after %v", got, err, time.Since(began))
			}
			if err := <-ended; !errors.Is(err, io.EOF) || time.Since(began) != c.after {
				t.Errorf("the connection goes on: %v, after %v", err, time.Since(began))
			}
			_ = there.Close()
		})
	}
}

func TestWhatIsNotShortAndWhatHasAProxyGoesThroughNetHTTP(t *testing.T) {
	v := newVendor(t, each("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	to, err := url.Parse(v.url)
	if err != nil {
		t.Fatal(err)
	}
	var dials atomic.Int32
	for name, c := range map[string]struct {
		change func(*http.Transport)
		body   string
		host   string
		dials  int32 // with the first: net/http dials in a goroutine of its own
	}{
		"short":        {body: "b", host: v.url, dials: 1},
		"long":         {body: strings.Repeat("b", upstream.Short+1), host: v.url},
		"long headers": {body: "b", host: v.url + "/" + strings.Repeat("p", upstream.Short)},
		"an end unseen": {body: "b", host: v.url, dials: 1, change: func(b *http.Transport) {
			dial := b.DialContext
			b.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dial(ctx, network, address)
				return struct{ net.Conn }{c}, err
			}
		}},
		"a proxy":      {body: "b", host: "http://vendor.invalid", change: func(b *http.Transport) { b.Proxy = http.ProxyURL(to) }},
		"no keepalive": {body: "b", host: v.url, change: func(b *http.Transport) { b.DisableKeepAlives = true }},
		"a limit":      {body: "b", host: v.url, change: func(b *http.Transport) { b.MaxConnsPerHost = 3 }},
	} {
		base := settings()
		dials.Store(0)
		own := new(context.Context)
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if *own == ctx { //nolint:errorlint // the same one
				dials.Add(1)
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		if c.change != nil {
			c.change(base)
		}
		r := request(t, "POST", c.host, c.body)
		*own = r.Context()
		if got, err := send(transport(t, base), r); err != nil || got != "200 ok" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if n := dials.Load(); n != c.dials {
			t.Errorf("%s: %d connections were made here", name, n)
		}
		base.CloseIdleConnections()
	}
}

func TestACertificateThatIsNotTrustedIsNoServer(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	_, err := send(transport(t, settings()), request(t, "GET", srv.URL, ""))
	var untrusted *tls.CertificateVerificationError
	if !errors.As(err, &untrusted) {
		t.Error(err)
	}
}

func TestAServerThatIsNotThereIsADialThatFailed(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	_, err = send(transport(t, settings()), request(t, "POST", "http://"+ln.Addr().String(), "{}"))
	var dial *net.OpError
	if !errors.As(err, &dial) || dial.Op != "dial" {
		t.Error(err)
	}
}

func TestManyCallersGetEachTheirOwnAnswerFromAServerThatEndsConnectionsAsItLikes(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := r.URL.Query().Get("n")
		if strings.HasSuffix(n, "7") {
			w.Header().Set("Connection", "close")
		}
		_, _ = io.WriteString(w, strings.Repeat(n+" ", 500))
	}))
	defer srv.Close()
	via := transport(t, settings())
	var all sync.WaitGroup
	for g := range 20 {
		all.Go(func() {
			for i := range 100 {
				n := fmt.Sprint(g*1000 + i)
				ctx, cancel := context.WithCancel(t.Context())
				if i%11 == 0 {
					go cancel()
				}
				got, err := send(via, request(t, "GET", srv.URL+"?n="+n, "").WithContext(ctx))
				if err == nil && got != "200 "+strings.Repeat(n+" ", 500) || err != nil && i%11 != 0 {
					t.Errorf("%s: %.60q, %v", n, got, err)
				}
				cancel()
			}
		})
	}
	all.Wait()
}
