package broker_test

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// frame is one of HTTP/2, RFC 9113, section 4.1.
func frame(kind, flags byte, stream uint32, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind)) //nolint:gosec // it is short
	return string(binary.BigEndian.AppendUint32(append(head, flags), stream)) + payload
}

// block has headers as they are, each as a literal without Huffman's code: RFC 7541, section 6.2.2.
func block(headers ...string) string {
	var b strings.Builder
	text := func(s string) {
		n := len(s)
		if n < 127 {
			b.WriteByte(byte(n))
		} else {
			b.WriteByte(127)
			for n -= 127; n >= 128; n >>= 7 {
				b.WriteByte(byte(n) | 128) //nolint:gosec // seven bits
			}
			b.WriteByte(byte(n)) //nolint:gosec // what is left of them
		}
		b.WriteString(s)
	}
	for i := 0; i < len(headers); i += 2 {
		b.WriteByte(0)
		text(headers[i])
		text(headers[i+1])
	}
	return b.String()
}

const (
	framesData, framesHeaders, framesReset, framesSettings, framesGoAway = 0, 1, 3, 4, 7

	endStream, endHeaders = 1, 4
)

// frames sends frames, and reads until their stream or the connection has ended.
func (p *place) frames(t *testing.T, send string) {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(p.url, "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // it is the test's own
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if got := conn.ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Fatalf("the protocol is %q", got)
	}
	_, _ = io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+frame(framesSettings, 0, 0, "")+send)
	for {
		var head [9]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		n, kind := int64(head[0])<<16|int64(head[1])<<8|int64(head[2]), head[3]
		if _, err := io.CopyN(io.Discard, conn, n); err != nil {
			return
		}
		if kind == framesReset || kind == framesGoAway || (kind == framesData || kind == framesHeaders) && head[4]&endStream != 0 {
			return
		}
	}
}

func TestHTTP2IsNoWayAroundTheChecks(t *testing.T) {
	p, vendor, out := wired(t)
	web := httptest.NewUnstartedServer(nil)
	web.Config, web.EnableHTTP2 = p.broker.Server(), true
	web.StartTLS()
	defer web.Close()
	p.url = web.URL
	request := func(flags byte, method, path, host string, more ...string) string {
		return frame(framesHeaders, flags|endHeaders, 1, block(append([]string{":method", method, ":scheme", "https", ":path", path, ":authority", host, "authorization", "Bearer " + p.key}, more...)...))
	}
	get := func(path string, more ...string) string { return request(endStream, "GET", path, "localhost", more...) }
	for name, send := range map[string]string{
		"another host": request(endStream, "GET", accounts, "evil.example"), "a host with a user": request(endStream, "GET", accounts, "localhost@evil.example"), "a second host": get(accounts, "host", "evil.example", ":authority", "evil.example"),
		"a path with a line": get(accounts + " HTTP/1.1\r\nX: y"), "a path twice": get(accounts, ":path", "/evil"), "no path": get(""), "a star": get("*"), "an address": get("https://localhost" + accounts), "two dots": get("/voice/api/v1/%2e%2e/x"), "two slashes": get("//evil" + accounts),
		"a method with a line": request(endStream, "GET /evil HTTP/1.1\r\nX: y\r\n\r\nGET", accounts, "localhost"), "a method in small letters": request(endStream, "get", accounts, "localhost"), "a tunnel": frame(framesHeaders, endStream|endHeaders, 1, block(":method", "CONNECT", ":authority", "localhost:443", "authorization", "Bearer "+p.key)),
		"an extended tunnel": get(accounts, ":protocol", "websocket"), "a value with a line": get(accounts, "x", "y\r\nevil: z"), "a value with a zero": get(accounts, "x", "y\x00z"), "a name with a line": get(accounts, "x: y\r\nevil", "z"), "a name with a colon": get(accounts, "x:y", "z"), "a name in capitals": get(accounts, "Evil", "z"),
		"TE": get(accounts, "transfer-encoding", "chunked"), "a connection": get(accounts, "connection", "authorization"), "an upgrade": get(accounts, "upgrade", "h2c"),
		"a length that is too short":       request(0, "POST", accounts, "localhost", "content-length", "1") + frame(framesData, endStream, 1, hidden),
		"a length that is too long":        request(0, "POST", accounts, "localhost", "content-length", "999") + frame(framesData, endStream, 1, hidden),
		"a body that is reset":             request(0, "POST", accounts, "localhost", "content-length", "999") + frame(framesData, 0, 1, hidden) + frame(framesReset, 0, 1, "\x00\x00\x00\x08") + frame(framesHeaders, endStream|endHeaders, 3, block(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "localhost")),
		"a megabyte of headers":            frame(framesHeaders, endStream, 1, block(":method", "GET", ":scheme", "https", ":path", accounts, ":authority", "localhost")) + strings.Repeat(frame(9, 0, 1, block("x", strings.Repeat("x", 8<<10))), 128),
		"two keys":                         get(accounts, "authorization", "Bearer x"),
		"a key in a cookie beside another": get(accounts, "x-auth-token", "x", "cookie", "access_token=x"),
	} {
		p.frames(t, send)
		if sent := out.take(); sent != "" {
			t.Errorf("%s: the vendor is sent\n%.600s", name, sent)
		}
	}
	if n := vendor.count(); n > 0 {
		t.Errorf("%d requests arrived", n)
	}
	p.frames(t, request(0, "POST", accounts, "localhost", "content-length", fmt.Sprint(len(hidden)), "x-kept", "1")+frame(framesData, endStream, 1, hidden))
	if sent := out.take(); vendor.count() != 1 || !strings.Contains(sent, "X-Kept: 1\r\n") || !strings.HasSuffix(sent, "\r\n\r\n"+hidden) || vendor.last().Method != http.MethodPost { // the control
		t.Errorf("a good one is\n%s", sent)
	}
}
