package broker_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker"
)

// encrypted serves the broker over TLS, and with that over HTTP/2.
func (p *place) encrypted() *http.Client {
	web := httptest.NewUnstartedServer(nil)
	web.Config, web.EnableHTTP2 = p.broker.Server(), true
	web.StartTLS()
	p.t.Cleanup(web.Close)
	p.url = web.URL
	return web.Client()
}

// upload sends a body as the holder of a key.
func (p *place) upload(ctx context.Context, client *http.Client, key string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+accounts, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	return client.Do(req)
}

func TestAnUploadWaitsForAVendorThatPauses(t *testing.T) {
	const silence, size = 200 * time.Millisecond, 30 << 20 // more than is under way between them
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
			if !isAPI(r) {
				return false
			}
			<-time.After(4 * silence)
			n, err := io.Copy(io.Discard, r.Body)
			_, _ = fmt.Fprint(w, n, err)
			return true
		})
		p.broker.Silence(silence)
		client := direct
		if protocol != "HTTP/1.1" {
			client = p.encrypted()
		}
		resp, err := p.upload(t.Context(), client, p.key, io.LimitReader(zeros{}, size))
		if err != nil {
			t.Fatal(protocol, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if want := fmt.Sprint(size, " <nil>"); err != nil || string(body) != want || resp.Proto != protocol {
			t.Errorf("%s: %s %v", resp.Proto, body, err)
		}
	}
}

func TestWhoDoesNotReadTheBrokersOwnAnswersHoldsNoConnection(t *testing.T) {
	p := start(t)
	p.broker.Brief(200 * time.Millisecond)
	for _, line := range []string{"GET /healthz", "GET /token"} {
		conn, _ := p.dial(t, "")
		ended := make(chan error, 1)
		go func() {
			for {
				if _, err := io.WriteString(conn, line+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
					ended <- err
					return
				}
			}
		}()
		select {
		case err := <-ended:
			if strings.Contains(err.Error(), "timeout") {
				t.Errorf("%s: %v", line, err)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s: the connection is held", line)
		}
	}
}

func TestAFormComesSoonOrNotAtAll(t *testing.T) {
	p := start(t)
	p.broker.Silence(time.Hour)
	p.broker.Brief(200 * time.Millisecond)
	began := time.Now()
	form := "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\ngrant"
	if got := p.conversation(t, form); fmt.Sprint(got) != "[400]" || time.Since(began) > 8*time.Second {
		t.Errorf("%v after %v", got, time.Since(began))
	}
}

func TestWhoWaitsForTheNextTokenSendsNoBody(t *testing.T) {
	p := start(t)
	p.broker.Silence(200 * time.Millisecond)
	name := fmt.Sprint(p.ask(http.MethodGet, "/token", "").json(t)["token"])
	for _, body := range []string{"Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "Content-Length: 1\r\n\r\nx"} {
		if got := p.conversation(t, strings.TrimSuffix(p.poll(name), "\r\n")+body); fmt.Sprint(got) != "[400]" {
			t.Errorf("%q: %v", body, got)
		}
	}
	client := p.encrypted()
	for body, status := range map[string]int{"": http.StatusOK, "x": http.StatusBadRequest} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/token?wait=1&after="+name, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+p.key)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status || resp.ProtoMajor != 2 {
			t.Errorf("%s, with body %q: %s", resp.Proto, body, resp.Status)
		}
	}
}

func TestAnAnswerThatBeginsWhenTheBrokerIsToEndIsTheLastOnItsConnection(t *testing.T) {
	for _, drained := range []bool{true, false} {
		arrived, may := make(chan bool), make(chan bool)
		p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
			if isAPI(r) {
				arrived <- true
				<-may
			}
			return false
		})
		_, from := p.dial(t, strings.Replace(p.get(accounts), "Connection: close\r\n", "", 1))
		<-arrived
		if drained {
			p.broker.Drain()
		}
		close(may)
		resp, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Close != drained {
			t.Errorf("drained %v: %s, and its connection ends: %v", drained, resp.Status, resp.Close)
		}
	}
}

func TestACallerThatSendsNoBodiesKeepsNobodyWaiting(t *testing.T) {
	arrived := make(chan bool)
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) || r.Method == http.MethodGet {
			return false
		}
		arrived <- true
		_, _ = io.Copy(io.Discard, r.Body) // until the caller leaves
		return true
	}, func(o *broker.Options) { o.MaxWait = time.Second })
	if _, err := p.session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun := p.head("Transfer-Encoding: chunked") + "1\r\nx\r\n"
	var conns []net.Conn
	for range 30 {
		conn, _ := p.dial(t, begun)
		conns = append(conns, conn)
		<-arrived
	}
	if got := p.conversation(t, begun); fmt.Sprint(got) != "[429]" {
		t.Errorf("one more is answered %v", got)
	}
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "a request of the same caller without a body")
	if _, err := io.WriteString(conns[0], "0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	p.dial(t, begun)
	<-arrived
}

// Requests that wait with their bodies unread take no room on their connection from those that do not.
func TestWhoWaitsOverHTTP2StandsInNobodysWay(t *testing.T) {
	const size = 1<<20 + 100_000 // more than is read before
	arrived, gone := make(chan bool, 100), make(chan bool)
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		switch {
		case !isAPI(r):
			return false
		case r.Header.Get("X-Held") != "":
			arrived <- true
			<-gone
		default:
			_, _ = io.Copy(io.Discard, r.Body)
		}
		return true
	})
	t.Cleanup(func() { close(gone) })
	if _, err := p.session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := p.broker.CreateKey(t.Context(), "other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		p.dial(t, p.head("Transfer-Encoding: chunked", "X-Held: 1")+"1\r\nx\r\n")
		<-arrived
	}
	client := p.encrypted()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stuck := make(chan bool)
	for range 20 {
		body := &noticed{Reader: io.LimitReader(zeros{}, size), full: 20_000, then: stuck}
		go func() {
			if resp, err := p.upload(ctx, client, p.key, body); err == nil {
				_ = resp.Body.Close()
			}
		}()
		<-stuck // it is on its way
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	resp, err := p.upload(ctx, client, other, io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 {
		t.Errorf("%s %s", resp.Proto, resp.Status)
	}
}

// noticed tells when so much of it was read.
type noticed struct {
	io.Reader

	full, got int
	then      chan bool
}

func (n *noticed) Read(p []byte) (int, error) {
	read, err := n.Reader.Read(p)
	if was := n.got; was < n.full && was+read >= n.full {
		n.then <- true
	}
	n.got += read
	return read, err
}

func TestABodyThatTheVendorDoesNotTakeHoldsNobody(t *testing.T) {
	gone := make(chan bool)
	p, _ := startTapped(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		<-gone
		return true
	})
	t.Cleanup(func() { close(gone) })
	p.broker.Stall(200 * time.Millisecond)
	if got := p.conversation(t, p.head("Content-Length: 50000000")+strings.Repeat("x", 30_000_000)); fmt.Sprint(got) != "[504]" {
		t.Errorf("%v", got)
	}
	client := p.encrypted()
	resp, err := p.upload(t.Context(), client, p.key, io.LimitReader(zeros{}, 50_000_000))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusGatewayTimeout || resp.ProtoMajor != 2 {
		t.Errorf("%s %s", resp.Proto, resp.Status)
	}
}
