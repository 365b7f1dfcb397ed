package upstream_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/upstream"
)

// answers are what a server could say, and what it should not.
var answers = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nuntil the end",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2;x=y\r\nok\r\n0\r\nA: b\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "HTTP/1.1 999 \r\n\r\n", "HTTP/1.1 000\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok", "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\nok", "",
	"HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nokmore", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}

// read is all that a caller sees of an answer.
func read(via http.RoundTripper, r *http.Request) string {
	resp, err := via.RoundTrip(r)
	if err != nil {
		return "refused"
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	var header bytes.Buffer
	_ = resp.Header.Write(&header)
	return fmt.Sprintf("%s %q %d %q %v %v", resp.Status, header.String(), resp.ContentLength, body, resp.Trailer, err)
}

// FuzzAnswers sends what a server could answer to both transports: to callers they are the same.
func FuzzAnswers(f *testing.F) {
	for _, s := range answers {
		f.Add(s, false)
		f.Add(s, true)
	}
	var mu sync.Mutex
	var answer []byte
	ln, err := new(net.ListenConfig).Listen(f.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				mu.Lock()
				_, _ = c.Write(answer)
				mu.Unlock()
			}
			_ = c.Close()
		}
	}()
	f.Fuzz(func(t *testing.T, raw string, head bool) {
		if strings.Contains(raw, " 101") { // net/http gives the connection away
			return
		}
		mu.Lock()
		answer = []byte(raw)
		mu.Unlock()
		method := http.MethodPost // which neither sends again
		if head {
			method = http.MethodHead
		}
		send := func() *http.Request { return request(t, method, "http://"+ln.Addr().String(), "") }
		own, theirs := upstream.New(settings()), settings()
		defer own.CloseIdleConnections()
		defer theirs.CloseIdleConnections()
		if a, b := read(own, send()), read(theirs, send()); a != b {
			t.Errorf("here:\n%s\nnet/http:\n%s", a, b)
		}
	})
}
