package serve_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/serve"
)

// heldBox answers with what it has read of a body, and allows all requests together so many bytes.
func heldBox(t *testing.T, most int64) (web *httptest.Server, read chan int) {
	t.Helper()
	read = make(chan int, 1_000)
	web = httptest.NewUnstartedServer(serve.Within(most, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buf, all := make([]byte, 32<<10), 0
		for {
			n, err := r.Body.Read(buf)
			all += n
			read <- n
			if err == io.EOF { //nolint:errorlint // as it is read
				break
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
				return
			}
		}
		_, _ = fmt.Fprint(w, all)
	})))
	web.EnableHTTP2 = true
	web.StartTLS()
	t.Cleanup(web.Close)
	return web, read
}

// stalled sends so many bytes of a body, and no more until stop is called.
func stalled(t *testing.T, web *httptest.Server, bytes int, read <-chan int) (stop func()) {
	t.Helper()
	body, say := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if resp, err := web.Client().Do(r); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}()
	if _, err := say.Write(make([]byte, bytes)); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < bytes; {
		n += <-read
	}
	return func() {
		_ = say.Close()
		<-done
	}
}

func TestBodiesThatStallAreCountedTogether(t *testing.T) {
	web, read := heldBox(t, 1<<20)
	post := func(bytes int) (status int, again string) {
		t.Helper()
		resp, err := web.Client().Post(web.URL, "text/plain", io.MultiReader(strings.NewReader(strings.Repeat("x", bytes))))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		for len(read) > 0 {
			<-read
		}
		return resp.StatusCode, resp.Header.Get("Retry-After")
	}
	if got, _ := post(500_000); got != http.StatusOK {
		t.Fatalf("with nobody else it is answered %d", got)
	}
	var stops []func()
	for range 7 {
		stops = append(stops, stalled(t, web, 100_000, read))
	}
	if got, again := post(100_000); got != http.StatusRequestEntityTooLarge || again == "" {
		t.Errorf("one more is answered %d, Retry-After %q", got, again)
	}
	if got, _ := post(1_000); got != http.StatusOK {
		t.Errorf("a small one is answered %d", got)
	}
	for range 3 {
		stops = append(stops, stalled(t, web, 70_000, read))
	}
	for range 5 {
		stops = append(stops, stalled(t, web, 10_000, read))
	}
	for full := false; !full; {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X", strings.Repeat("x", 40_000))
		resp, err := web.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if full = resp.StatusCode == http.StatusServiceUnavailable; full && resp.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to come again")
		}
		if !full {
			stops = append(stops, stalled(t, web, 10_000, read))
		}
	}
	for _, stop := range stops {
		stop()
	}
	if got, _ := post(500_000); got != http.StatusOK {
		t.Errorf("when they are gone it is answered %d", got)
	}
}

func TestASnapshotIsReadPieceByPieceAndCountsLittle(t *testing.T) {
	web, read := heldBox(t, 4<<20)
	for path, want := range map[string]int{
		"/_sandbox/snapshot": 200, "/_ns/a/_sandbox/snapshot": 200, "/console/controls/snapshot": 200,
		"/x/_sandbox/snapshot": 413, "/_sandbox/snapshot/": 413, "/_ns/a/b/_sandbox/snapshot": 413, "/restapi/oauth/token": 413,
	} {
		resp, err := web.Client().Post(web.URL+path, "text/plain", io.MultiReader(strings.NewReader(strings.Repeat("x", 6<<20))))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
		for len(read) > 0 {
			<-read
		}
	}
}

func TestSoManyConnectionsAreOpenAtATimeAndOneMoreWaits(t *testing.T) {
	url := startSandbox(t, "")
	address := strings.TrimPrefix(url, "http://")
	ask := func(conn net.Conn) error {
		if _, err := io.WriteString(conn, "GET /restapi HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
			return err
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	dial := func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	var all []net.Conn
	for range 1_024 {
		all = append(all, dial())
		if err := ask(all[len(all)-1]); err != nil {
			t.Fatal(err)
		}
	}
	waiting := dial()
	answered := make(chan error, 1)
	go func() { answered <- ask(waiting) }()
	if err := ask(all[0]); err != nil { // those that are there are served on
		t.Error(err)
	}
	select {
	case err := <-answered:
		t.Errorf("one more was answered, %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	_ = all[1].Close()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestAConnectionOfHTTP2HasSoManyRequestsAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	url := startSandbox(t, dir)
	client := trusting(t, dir, true)
	dials := 0
	var mu sync.Mutex
	transport := client.Transport.(*http.Transport)
	transport.DialContext = nil
	transport.TLSClientConfig.VerifyConnection = func(tls.ConnectionState) error {
		mu.Lock()
		defer mu.Unlock()
		dials++
		return nil
	}
	resp, err := client.Get(url + "/restapi")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	for range 101 {
		body, say := io.Pipe()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/restapi/oauth/token", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		go func() {
			if resp, err := client.Do(r); err == nil {
				_ = resp.Body.Close()
			}
		}()
		if _, err := say.Write([]byte("a=b")); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = say.Close() })
	}
	mu.Lock()
	defer mu.Unlock()
	if dials != 2 {
		t.Errorf("102 requests at a time took %d connections", dials)
	}
}
