package broker_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker"
)

// dial is a connection to the broker on which a text was sent.
func (p *place) dial(t testing.TB, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

func TestABodyThatDoesNotComeKeepsNoConnectionAndNoAnswer(t *testing.T) {
	p, vendor, _ := wired(t)
	p.broker.Silence(200 * time.Millisecond) // as it is in a minute
	const long = "Content-Length: 5\r\n\r\n"
	request := func(line, headers string) string { return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers }
	key := "Authorization: Bearer " + p.key + "\r\n"
	form := "Content-Type: application/x-www-form-urlencoded\r\n"
	for name, c := range map[string]struct {
		status  int
		request string
	}{
		"health":                     {200, request("GET /healthz", long)},
		"health, in chunks":          {200, request("GET /healthz", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")},
		"health, of another method":  {405, request("POST /healthz", long)},
		"health, and it expects":     {200, request("GET /healthz", "Expect: 100-continue\r\n"+long)},
		"without a key":              {401, request("POST "+accounts, long)},
		"without a key, in chunks":   {401, request("POST "+accounts, "Transfer-Encoding: chunked\r\n\r\n")},
		"without a key, it expects":  {401, request("POST "+accounts, "Expect: 100-continue\r\n"+long)},
		"for another host":           {421, strings.Replace(request("POST "+accounts, long), "localhost", "evil.example", 1)},
		"with no path":               {400, request("OPTIONS *", long)},
		"a logout":                   {204, request("DELETE /api/auth/logout/x", long)},
		"the token":                  {200, request("GET /token", key+long)},
		"a form":                     {400, request("POST /oauth2/token", form+long)},
		"a form, in chunks":          {400, request("POST /oauth2/token", form+"Transfer-Encoding: chunked\r\n\r\n")},
		"a form of another kind":     {400, request("POST /oauth2/token", long)},
		"one that is forwarded":      {400, p.head("Content-Length: 5")},
		"forwarded, half of it":      {400, p.head("Content-Length: 5") + "ab"},
		"forwarded, in chunks":       {400, p.head("Transfer-Encoding: chunked") + "1\r\nx\r\n"},
		"forwarded, a long one":      {400, p.head("Content-Length: 2000000") + "ab"},
		"forwarded, and it expects":  {400, p.head("Expect: 100-continue", "Content-Length: 5")},
		"more than net/http reads":   {401, request("POST "+accounts, "Content-Length: 2000000\r\n\r\n")},
		"of HTTP/1.0":                {200, strings.Replace(request("GET /healthz", "Connection: keep-alive\r\n"+long), "HTTP/1.1", "HTTP/1.0", 1)},
		"that is denied by its path": {404, request("POST /voice", key+long)},
	} {
		began := time.Now()
		got := p.conversation(t, c.request)
		if len(got) != 1 || got[0] != c.status {
			t.Errorf("%s: %v, want %d", name, got, c.status)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
	if got := p.conversation(t, p.head("Content-Length: 1")+"x"+p.get(accounts)); fmt.Sprint(got) != "[204 204]" || vendor.count() == 0 {
		t.Errorf("a body that is there: %v", got) // the control
	}
}

func TestTheAnswerToABodyThatNobodyReadsIsThereAtOnce(t *testing.T) {
	p := start(t)
	p.broker.Silence(time.Hour)
	began := time.Now()
	_, from := p.dial(t, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n")
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if took := time.Since(began); took > 4*time.Second || !resp.Close { // what is left of it is waited for five
		t.Errorf("it comes after %v, and its connection ends with it: %v", took, resp.Close)
	}
}

func TestNothingFollowsARequestOfHTTP10(t *testing.T) {
	p := start(t)
	inner := "GET /healthz?hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(inner), inner)
	n := strings.Index(chunk, "GET")
	for _, line := range []string{"POST /oauth2/token", "GET /healthz", "POST " + accounts, "OPTIONS *"} {
		head := line + " HTTP/1.%d\r\nHost: localhost\r\nConnection: keep-alive\r\n"
		if got := p.conversation(t, fmt.Sprintf(head, 0)+fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n", n)+chunk); len(got) != 1 {
			t.Errorf("%s: %v", line, got)
		}
		if got := p.conversation(t, fmt.Sprintf(head, 0)+"\r\n"+inner); len(got) != 1 {
			t.Errorf("%s without a body: %v", line, got)
		}
		if got := p.conversation(t, fmt.Sprintf(head, 1)+"\r\n"+strings.Replace(inner, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)); len(got) != 2 {
			t.Errorf("%s of HTTP/1.1: %v", line, got) // the control
		}
	}
}

// poll is a request for the next token.
func (p *place) poll(name string) string {
	return fmt.Sprintf("GET /token?wait=600&after=%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", name, p.key)
}

func TestACallerThatLeavesIsNotSaidToBeRefused(t *testing.T) {
	arrived := make(chan bool, 1)
	out := new(lines)
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		arrived <- true
		<-r.Context().Done()
		return true
	}, metered, func(o *broker.Options) { o.Audit = broker.NewAuditLog(out) })
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	for what, c := range map[string]struct {
		request string
		there   func()
		series  string
	}{
		"a poll":     {p.poll(name), func() { p.becomes(`long_polls{profile="main"}`, 1) }, `requests_total{operation="broker.token",code="4xx",decision="left"}`},
		"of another": {p.head(), func() { <-arrived }, `requests_total{operation="other",code="4xx",decision="left"}`},
	} {
		conn, from := p.dial(t, c.request)
		c.there()
		_ = conn.(*net.TCPConn).CloseWrite()
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 499 || !strings.Contains(string(text), "the caller left") {
			t.Fatalf("%s is answered %d %s", what, resp.StatusCode, text)
		}
		out.wait(t, func(all []map[string]any) bool {
			last := all[len(all)-1]
			return last["status"] == 499.0
		})
		all := out.entries(t)
		if last := all[len(all)-1]; last["decision"] == "deny" || last["event"] == "answer" && last["why"] != "the caller left" {
			t.Errorf("%s is written down as %v", what, last)
		}
		p.becomes(c.series, 1)
	}
}

func TestASecondRequestBehindAPollNeitherEndsItNorItsAnswer(t *testing.T) {
	p := start(t, metered)
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	conn, from := p.dial(t, p.poll(name))
	p.becomes(`long_polls{profile="main"}`, 1)
	for range 3 {
		if _, err := io.WriteString(conn, p.poll(name)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)) // nothing is to come: only a broker that fails is told late
		if _, err := from.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("it is answered before there is anything: %v", err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	}
	p.broker.Drain()
	if _, err := from.Peek(1); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, p.poll(name)); err != nil { // while its answer is on the way
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(text), name) {
		t.Errorf("%d %s, %v", resp.StatusCode, text, err)
	}
	_ = resp.Body.Close()
	if _, err := from.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection ends with %v", err)
	}
}
