package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/serve"
)

// startSandbox runs a sandbox on a free port until the test ends, over TLS if tlsDir is not "", and gives its address.
func startSandbox(t *testing.T, tlsDir string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve.Run(ctx, &serve.Options{At: serve.Place{Listen: "127.0.0.1:0", TLSDir: tlsDir}, Talk: serve.Talk{Stderr: write}})
		_ = write.Close()
	}()
	said := bufio.NewScanner(read)
	url := ""
	for url == "" && said.Scan() {
		if found := regexp.MustCompile(`sandbox on (\S+),`).FindStringSubmatch(said.Text()); found != nil {
			url = found[1]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	if url == "" {
		t.Fatal("it did not start")
	}
	return url
}

// trusting is a client of the sandbox whose authority is in a directory, that speaks HTTP/1 or 2 only.
func trusting(t *testing.T, dir string, two bool) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!two)
	transport.Protocols.SetHTTP2(two)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestTheHeadersOfARequestAreBounded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	plain, encrypted := startSandbox(t, ""), startSandbox(t, dir)
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		proto  string
	}{
		"HTTP/1":          {plain, http.DefaultClient, "HTTP/1.1"},
		"HTTP/1 over TLS": {encrypted, trusting(t, dir, false), "HTTP/1.1"},
		"HTTP/2":          {encrypted, trusting(t, dir, true), "HTTP/2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(path string, header string) int {
				t.Helper()
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i < len(header); i += 16 << 10 {
					r.Header.Set(fmt.Sprint("X-", i), header[i:min(len(header), i+16<<10)])
				}
				resp, err := c.client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close() //nolint:errcheck // it says nothing
				if resp.Proto != c.proto {
					t.Errorf("it spoke %s", resp.Proto)
				}
				return resp.StatusCode
			}
			if got := ask("/restapi", strings.Repeat("a", 63<<10)); got != http.StatusOK {
				t.Errorf("with 63 KiB of headers the answer is %d", got)
			}
			if got := ask("/restapi/"+strings.Repeat("a/", 31<<10), ""); got != http.StatusNotFound {
				t.Errorf("with a path of 62 KiB the answer is %d", got)
			}
			if got := ask("/restapi", strings.Repeat("a", 64<<10)); got != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("with 64 KiB of headers the answer is %d", got)
			}
			if got := ask("/restapi/"+strings.Repeat("a/", 32<<10), ""); got != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("with a path of 64 KiB the answer is %d", got)
			}
		})
	}
}

func TestABodyThatDoesNotComeInTimeIsNotWaitedFor(t *testing.T) {
	soon := func(*http.Request) time.Duration { return 50 * time.Millisecond }
	read := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
		w.WriteHeader(http.StatusTeapot)
	})
	for _, two := range []bool{false, true} {
		web := httptest.NewUnstartedServer(serve.InTime(h, soon))
		web.EnableHTTP2 = two
		web.StartTLS()
		defer web.Close()
		body, say := io.Pipe()
		go func() { _, _ = say.Write([]byte("a little")) }()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if resp, err := web.Client().Do(r); err == nil {
				_ = resp.Body.Close()
			}
		}()
		if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("HTTP/2 %v: reading the body ended with %v", two, err)
		}
		_ = say.Close()
	}
}

func TestAnAnswerMayTakeLongerThanABody(t *testing.T) {
	soon := func(*http.Request) time.Duration { return 20 * time.Millisecond }
	late := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-late:
		case <-r.Context().Done():
			t.Error("the request was given up")
		}
		_, _ = io.WriteString(w, "at last")
	})
	for _, two := range []bool{false, true} {
		web := httptest.NewUnstartedServer(serve.InTime(h, soon))
		web.EnableHTTP2 = two
		web.StartTLS()
		defer web.Close()
		for _, body := range []io.Reader{strings.NewReader("known length"), io.MultiReader(strings.NewReader("chunks")), nil} {
			time.AfterFunc(100*time.Millisecond, func() { late <- struct{}{} })
			resp, err := web.Client().Post(web.URL, "text/plain", body)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "at last" {
				t.Errorf("HTTP/2 %v: %q, %v", two, got, err)
			}
			_ = resp.Body.Close()
		}
	}
}

func TestALargeBodyMayTakeLongerButNotForEver(t *testing.T) {
	for length, want := range map[int64]time.Duration{
		-1: 30 * time.Second, 0: 30 * time.Second, 1 << 20: 31 * time.Second, 64 << 20: 94 * time.Second, 1 << 62: 2 * time.Minute,
	} {
		if got := serve.TimeOf(&http.Request{ContentLength: length}); got != want {
			t.Errorf("a body of %d bytes may take %s", length, got)
		}
	}
}

func TestAClientThatTakesNothingOfItsAnswerIsLeft(t *testing.T) {
	written := make(chan error, 1)
	large := bytes.Repeat([]byte("x"), 32<<20) // more than a socket has room for
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(large)
		written <- err
	}))
	web.Listener = serve.Patient(web.Listener, 100*time.Millisecond)
	web.Start()
	defer web.Close()
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it is over
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := <-written; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ended with %v", err)
	}
	resp, err := http.Get(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != int64(len(large)) {
		t.Errorf("one that reads gets %d bytes, %v", n, err)
	}
}
