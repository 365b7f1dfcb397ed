package localtls_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
)

// serve tells each request how it came.
func serve(t *testing.T) (address, dir string) {
	t.Helper()
	dir = t.TempDir()
	config := &tls.Config{
		Certificates: []tls.Certificate{*certificate(t, dir, time.Now())}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12,
	}
	below, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := localtls.Listener(below, config)
	server := &http.Server{
		ReadHeaderTimeout: time.Minute, TLSConfig: config,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			how := "plain"
			if r.TLS != nil {
				how = "TLS"
			}
			_, _ = io.WriteString(w, how+" "+r.Proto)
		}),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
	})
	return below.Addr().String(), dir
}

func TestOnePortSpeaksBothAndASilentConnectionKeepsNobodyWaiting(t *testing.T) {
	address, dir := serve(t)
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for _, c := range []struct {
		url  string
		h2   bool
		want string
	}{
		{"http://" + address, false, "plain HTTP/1.1"},
		{"https://" + address, false, "TLS HTTP/1.1"},
		{"https://" + address, true, "TLS HTTP/2.0"},
	} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted(t, dir), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: c.h2}
		resp, err := (&http.Client{Transport: transport}).Get(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		got, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		transport.CloseIdleConnections()
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
	if _, err := io.WriteString(silent, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(silent).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Errorf("the silent one spoke at last, and heard %q, %v", line, err)
	}
}
