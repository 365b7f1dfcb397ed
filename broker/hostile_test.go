package broker_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker"
)

// wire has what a broker writes to the vendor, byte for byte.
type wire struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

type wiredConn struct {
	net.Conn
	wire *wire
}

func (c wiredConn) Write(b []byte) (int, error) {
	c.wire.mu.Lock()
	_, _ = c.wire.sent.Write(b)
	c.wire.mu.Unlock()
	return c.Conn.Write(b)
}

// take is what was written since it was last taken.
func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.sent.String()
	w.sent.Reset()
	return text
}

// wired is a broker whose connections to the vendor are seen. The vendor reads bodies, and answers 204.
func wired(t testing.TB, change ...func(*broker.Options)) (*place, *tap, *wire) {
	t.Helper()
	w := new(wire)
	p, vendor := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		_, _ = io.Copy(io.Discard, r.Body)
		rest(w)
		return true
	}, append(change, func(o *broker.Options) {
		o.NoLimits = true
		o.Transport = &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return wiredConn{conn, w}, err
		}}
	})...)
	if _, err := p.session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, vendor, w
}

// rest answers without a body.
func rest(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }

// conversation sends bytes as they are, and returns the statuses of all answers until the broker hangs up.
func (p *place) conversation(t testing.TB, request string) (statuses []int) {
	t.Helper()
	return p.talk(t, request, false)
}

// talk is a conversation. A caller that ends it sends nothing more.
func (p *place) talk(t testing.TB, request string, ends bool) (statuses []int) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(conn, request) // the broker may have hung up
		if ends {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	from := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(from, nil)
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			t.Errorf("%.200q: the broker does not hang up", request)
		}
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode >= 200 {
			statuses = append(statuses, resp.StatusCode)
		}
	}
}

var requestLine = regexp.MustCompile(`(?m)[A-Za-z]+ /\S* HTTP/1\.1\r$`)

// head is a POST with the key, up to its own headers.
func (p *place) head(lines ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%s\r\n", accounts, p.key, strings.Join(append(lines, ""), "\r\n"))
}

// hidden is a request that hides in the body of another one, or behind it: if it is ever on the wire as one of its own, a
// caller had two requests taken for one, or one for two.
const hidden = "GET /voice/api/v1/admin/hidden HTTP/1.1\r\nHost: localhost\r\nX: x\r\n\r\n"

// ambiguous are requests with another one hidden in them, and the statuses that they and the plain one behind them are answered.
func (p *place) ambiguous() map[string]struct{ answers, request string } {
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(hidden), hidden)
	behind := "0\r\n\r\n" + hidden
	chunked := func(lines ...string) string {
		return p.head(append([]string{fmt.Sprint("Content-Length: ", len(behind))}, lines...)...) + behind
	}
	return map[string]struct{ answers, request string }{
		"CL.TE":                    {"204", chunked("Transfer-Encoding: chunked")},
		"TE.CL":                    {"204", p.head("Transfer-Encoding: chunked", "Content-Length: 4") + chunk},
		"TE twice":                 {"501", chunked("Transfer-Encoding: chunked", "Transfer-Encoding: identity")},
		"TE of two":                {"501", chunked("Transfer-Encoding: identity, chunked")},
		"TE with a tab":            {"204", chunked("Transfer-Encoding:\tchunked")},
		"TE before a blank":        {"400", chunked("Transfer-Encoding : chunked")},
		"TE folded":                {"204", chunked("Transfer-Encoding:\r\n chunked")},
		"TE folded behind another": {"204 204", chunked("X: y\r\n Transfer-Encoding: chunked")},
		"TE with a vertical tab":   {"400", chunked("Transfer-Encoding: \x0bchunked")},
		"TE that is no word":       {"501", chunked("Transfer-Encoding: xchunked")},
		"TE in quotes":             {"501", chunked(`Transfer-Encoding: "chunked"`)},
		"TE with _":                {"204 204", chunked("Transfer_Encoding: chunked")},
		"TE behind a bare CR":      {"400", chunked("X: y\rTransfer-Encoding: chunked")},
		"TE behind a bare LF":      {"204", chunked("X: y\nTransfer-Encoding: chunked")},
		"TE behind a zero":         {"400", chunked("X: y\x00Transfer-Encoding: chunked")},
		"TE in HTTP/1.0":           {"204", strings.Replace(chunked("Transfer-Encoding: chunked"), "HTTP/1.1", "HTTP/1.0", 1)},
		"CL twice":                 {"400", p.head("Content-Length: 0", fmt.Sprint("Content-Length: ", len(hidden))) + hidden},
		"CL of two":                {"400", p.head(fmt.Sprintf("Content-Length: 0, %d", len(hidden))) + hidden},
		"CL with a sign":           {"400", p.head("Content-Length: +0") + hidden},
		"CL below zero":            {"400", p.head("Content-Length: -1") + hidden},
		"CL in hex":                {"400", p.head("Content-Length: 0x0") + hidden},
		"CL that is too large":     {"400", p.head("Content-Length: 18446744073709551616") + hidden},
		"CL that is empty":         {"400", p.head("Content-Length:") + hidden},
		"CL folded":                {"204 204", p.head(fmt.Sprintf("Content-Length:\r\n %d", len(hidden))) + hidden},
		"a body of GET":            {"204 204", strings.Replace(p.head(fmt.Sprint("Content-Length: ", len(hidden))), "POST", "GET", 1) + hidden},
		"a chunk with a sign":      {"400", p.head("Transfer-Encoding: chunked") + "+0\r\n\r\n" + hidden},
		"a chunk in 0x":            {"400", p.head("Transfer-Encoding: chunked") + "0x0\r\n\r\n" + hidden},
		"a chunk that is too long": {"400", p.head("Transfer-Encoding: chunked") + "fffffffffffffffff\r\n" + hidden},
		"a chunk with a bare LF":   {"400", p.head("Transfer-Encoding: chunked") + "1;\nx\r\n" + chunk},
		"a chunk of other length":  {"400", p.head("Transfer-Encoding: chunked") + "1\r\nxxx\r\n" + behind},
		"a trailer":                {"400", p.head("Transfer-Encoding: chunked", "Trailer: Content-Length") + "1\r\nx\r\n0\r\nContent-Length: 9\r\nAuthorization: Bearer evil\r\n\r\n"},
		"an upgrade":               {"501", p.head("Connection: Upgrade", "Upgrade: websocket", fmt.Sprint("Content-Length: ", len(hidden))) + hidden},
		"h2c":                      {"204 400", p.head("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA") + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden},
		"HTTP/2 without TLS":       {"400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden},
		"a tunnel":                 {"405 401 204", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n" + hidden},
		"a trailer of a key":       {"204", p.head("Transfer-Encoding: chunked", "Trailer: Authorization, X-Auth-Token, X-Mine") + "1\r\nx\r\n0\r\nAuthorization: Bearer evil\r\nX-Auth-Token: evil\r\nX-Mine: evil\r\n\r\n"},
		"a trailer not announced":  {"204", p.head("Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\nAuthorization: Bearer evil\r\nHost: evil\r\n\r\n"},
	}
}

func TestNoRequestHidesInAnother(t *testing.T) {
	p, vendor, out := wired(t)
	two := regexp.MustCompile(`(?im)^content-length:[^\n]*\n([^\r\n]+\r\n)*transfer-encoding:|^transfer-encoding:[^\n]*\n([^\r\n]+\r\n)*content-length:`)
	for name, c := range p.ambiguous() {
		got := p.conversation(t, c.request+p.get("/voice/api/v1/admin/next"))
		if fmt.Sprint(got) != "["+c.answers+"]" {
			t.Errorf("%s is answered %v, want %s", name, got, c.answers)
		}
		if sent := out.take(); strings.Contains(sent, "evil") || strings.Contains(sent, "Trailer:") || two.MatchString(sent) {
			t.Errorf("%s: the vendor is sent\n%s", name, sent)
		}
	}
	for _, uri := range vendor.uris() {
		if uri != accounts && uri != "/voice/api/v1/admin/next" {
			t.Errorf("%s arrived", uri)
		}
	}
	if got := p.conversation(t, p.head("Content-Length: 1")+"x"+p.get("/voice/api/v1/admin/hidden")); fmt.Sprint(got) != "[204 204]" || !slices.Contains(vendor.uris(), "/voice/api/v1/admin/hidden") {
		t.Errorf("two requests are answered %v", got) // the control
	}
}

// uris are the targets of what arrived.
func (v *tap) uris() (all []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range v.seen {
		all = append(all, r.RequestURI)
	}
	return all
}

func (v *tap) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen = nil
}

func TestARequestThatIsNoneIsNotForwarded(t *testing.T) {
	p, vendor, out := wired(t)
	good := p.get(accounts)
	for name, request := range map[string]string{
		"nothing":              "",
		"bytes":                "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"HTTP/0.9":             "GET " + accounts + "\r\n\r\n",
		"HTTP/3.0":             strings.Replace(good, "HTTP/1.1", "HTTP/3.0", 1),
		"http":                 strings.Replace(good, "HTTP/1.1", "http/1.1", 1),
		"two blanks":           strings.Replace(good, " /", "  /", 1),
		"a tab":                strings.Replace(good, " /", "\t/", 1),
		"a blank in the path":  strings.Replace(good, accounts, accounts+" x", 1),
		"a method of bytes":    strings.Replace(good, "GET", "G\x00T", 1),
		"a method in brackets": strings.Replace(good, "GET", "(GET)", 1),
		"no method":            strings.TrimPrefix(good, "GET"),
		"a zero in a header":   strings.Replace(good, "Connection:", "X: a\x00b\r\nConnection:", 1),
		"a CR in a header":     strings.Replace(good, "Connection:", "X: a\rY: b\r\nConnection:", 1),
		"a DEL in a header":    strings.Replace(good, "Connection:", "X: a\x7fb\r\nConnection:", 1),
		"a name with a blank":  strings.Replace(good, "Connection:", "X Y: b\r\nConnection:", 1),
		"no name":              strings.Replace(good, "Connection:", ": b\r\nConnection:", 1),
		"no colon":             strings.Replace(good, "Connection:", "X\r\nConnection:", 1),
		"it begins folded":     strings.Replace(good, "Host:", " X: b\r\nHost:", 1),
		"an umlaut as a name":  strings.Replace(good, "Connection:", "X\xc3\xa4: b\r\nConnection:", 1),
		"a host of two":        strings.Replace(good, "Host: localhost", "Host: localhost, evil.example", 1),
		"a host with a user":   strings.Replace(good, "Host: localhost", "Host: localhost@evil.example", 1),
		"a host with a path":   strings.Replace(good, "Host: localhost", "Host: localhost/evil.example", 1),
		"a host with a tab":    strings.Replace(good, "Host: localhost", "Host: evil.example\tlocalhost", 1),
		"a host twice":         strings.Replace(good, "Host: localhost", "Host: localhost\r\nHost: localhost", 1),
		"an empty host":        strings.Replace(good, "Host: localhost", "Host: ", 1),
		"a megabyte of header": strings.Replace(good, "Connection:", "X: "+strings.Repeat("x", 1<<20)+"\r\nConnection:", 1),
		"a megabyte of them":   strings.Replace(good, "Connection:", strings.Repeat("X: y\r\n", 1<<18)+"Connection:", 1),
		"a megabyte of method": strings.Replace(good, "GET", strings.Repeat("G", 1<<20), 1),
		"a megabyte of path":   strings.Replace(good, accounts, accounts+strings.Repeat("/x", 1<<19), 1),
		"a megabyte of fold":   strings.Replace(good, "Connection:", "X: y\r\n"+strings.Repeat(" z\r\n", 1<<18)+"Connection:", 1),
		"it ends in a header":  strings.TrimSuffix(good, "\r\n"),
	} {
		if got := p.talk(t, request, strings.HasPrefix(name, "it ends") || len(request) < 60); len(got) > 1 || len(got) == 1 && (got[0] < 400 || got[0] > 499 && got[0] != http.StatusHTTPVersionNotSupported) {
			t.Errorf("%s is answered %v", name, got)
		}
		if sent := out.take(); sent != "" {
			t.Errorf("%s: the vendor is sent\n%.1000s", name, sent)
		}
	}
	if n := vendor.count(); n > 0 {
		t.Errorf("%d requests arrived", n)
	}
	if got := p.conversation(t, good); fmt.Sprint(got) != "[204]" || out.take() == "" { // the control
		t.Errorf("a good one is answered %v", got)
	}
}

func TestACutOffBodyDoesNotEndAsIfItWereWhole(t *testing.T) {
	p, _, out := wired(t)
	for name, request := range map[string]string{
		"within a chunk":     p.head("Transfer-Encoding: chunked") + "a\r\nhalf",
		"between two chunks": p.head("Transfer-Encoding: chunked") + "4\r\nhalf\r\n",
		"at its last chunk":  p.head("Transfer-Encoding: chunked") + "4\r\nhalf\r\n0\r\n",
		"a long one":         p.head("Content-Length: 2000000") + "half",
	} {
		got := p.talk(t, request, true)
		if len(got) == 1 && got[0] < 400 {
			t.Errorf("%s: %v", name, got)
		}
		if sent := out.take(); strings.Contains(sent, "0\r\n\r\n") {
			t.Errorf("%s: the vendor is sent\n%s", name, sent)
		}
	}
	if p.conversation(t, p.head("Transfer-Encoding: chunked", "Connection: close")+"4\r\nhalf\r\n0\r\n\r\n"); !strings.HasSuffix(out.take(), "4\r\nhalf\r\n0\r\n\r\n") {
		t.Error("a whole one does not end") // the control
	}
}

func TestSlowCallersAreHungUpOnAndHinderNobody(t *testing.T) {
	p, vendor, out := wired(t)
	if s := p.broker.Server(); s.ReadHeaderTimeout <= 0 || s.ReadHeaderTimeout > 30*time.Second || s.IdleTimeout <= 0 || s.MaxHeaderBytes > 1<<20 {
		t.Fatalf("a caller may take %v for its headers, and be idle for %v", s.ReadHeaderTimeout, s.IdleTimeout)
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config = p.broker.Server()
	web.Config.ReadHeaderTimeout = 100 * time.Millisecond // as it is in ten seconds
	web.Start()
	defer web.Close()
	var slow sync.WaitGroup
	for range 50 {
		slow.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(web.URL, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
			_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nX", accounts, p.key)
			if _, err := io.ReadAll(conn); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Error("a caller that does not end its headers is waited for")
			}
		})
	}
	p.url = web.URL
	if got := p.conversation(t, p.get(accounts)); fmt.Sprint(got) != "[204]" {
		t.Errorf("a caller beside them is answered %v", got)
	}
	slow.Wait()
	if n := len(requestLine.FindAllString(out.take(), -1)); n != 1 || vendor.count() != 1 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestACallerThatDoesNotReadIsNotReadFor(t *testing.T) {
	gone := make(chan int64, 1)
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		if strings.HasSuffix(r.URL.Path, "/users") {
			rest(w)
			return true
		}
		n, _ := io.CopyN(w, zeros{}, 1<<30)
		gone <- n
		return true
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, p.get(accounts))
	_, _ = conn.Read(make([]byte, 1)) // it has begun
	for range 50 {
		p.ask(http.MethodGet, "/voice/api/v1/admin/users", "").want(t, http.StatusNoContent, "another caller")
	}
	_ = conn.Close()
	if n := <-gone; n > 64<<20 {
		t.Errorf("%d MB were read for a caller that reads none", n>>20)
	}
}
