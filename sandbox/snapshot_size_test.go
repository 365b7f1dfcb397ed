//go:build !race

package sandbox_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// With the race detector what is large takes minutes, and memory is other than it is.

// crowd is a snapshot with many sessions, which is made while it is read.
type crowd struct {
	head, session, tail string
	sessions            int
}

// newCrowd makes a snapshot of so many sessions, each of which has a text in it.
func newCrowd(t *testing.T, sessions int, endpoint string) *crowd {
	t.Helper()
	v := newVendor(t, sandbox.Options{})
	v.login("endpoint_id", "HERE")
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	head, rest, _ := strings.Cut(saved, `"session":{"1":`)
	end := strings.Index(rest, "}")
	return &crowd{head + `"session":{`, strings.Replace(rest[:end+1], "HERE", endpoint, 1), rest[end+1:], sessions}
}

func (c *crowd) size() int {
	out, _ := io.Copy(io.Discard, c.read())
	return int(out)
}

func (c *crowd) read() io.Reader {
	r, w := io.Pipe()
	go func() {
		out := bufio.NewWriter(w)
		_, _ = out.WriteString(c.head)
		for i := range c.sessions {
			if i > 0 {
				_ = out.WriteByte(',')
			}
			_, _ = fmt.Fprintf(out, `"%d":%s`, i+1, c.session)
		}
		_, _ = out.WriteString(c.tail)
		_ = w.CloseWithError(out.Flush())
	}()
	return r
}

func TestASnapshotIsNotHeldTwiceInMemory(t *testing.T) {
	const sessions = 60_000
	from := newCrowd(t, sessions, strings.Repeat("e", 100))
	size := from.size()
	s := stopped(t)
	post := func(do func()) {
		t.Helper()
		t.Logf("taking %d MB needs %d MB", size>>20, peakBelow(t, 2*size, do)>>20)
	}
	post(func() {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", from.read()))
		if w.Code != http.StatusOK {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
	post(func() {
		if err := s.Restore(from.read()); err != nil {
			t.Error(err)
		}
	})
	var got counter
	t.Logf("writing it needs %d MB", peakBelow(t, size, func() {
		got = counter{}
		s.ServeHTTP(&got, httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil))
	})>>20)
	if got.status != http.StatusOK && got.status != 0 || got.bytes != size {
		t.Errorf("of %d bytes %d came back with %d", size, got.bytes, got.status)
	}
}

// counter is a response of which only the size is kept.
type counter struct {
	discarded
	bytes int
}

func (c *counter) Header() http.Header {
	if c.header == nil {
		c.header = http.Header{}
	}
	return c.header
}

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}

// peakBelow tries a few times: a machine that is busy collects late, and what is garbage counts until then.
func peakBelow(t *testing.T, most int, do func()) int {
	t.Helper()
	got := peak(do)
	for range 3 {
		if got > most {
			got = min(got, peak(do))
		}
	}
	if got > most {
		t.Errorf("it needs %d MB, want at most %d", got>>20, most>>20)
	}
	return got
}

// peak is how much memory do needs at most, beside what is there before: what is reachable, looked at again and again.
func peak(do func()) int {
	before, most := heapInUse(), 0
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				most = max(most, heapInUse())
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return most - before
}

func TestASnapshotThatIsTooLargeIsRefusedAndChangesNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	huge := newCrowd(t, 18_000, strings.Repeat("e", 4_000))
	size := huge.size()
	if size <= 64<<20 {
		t.Fatalf("it has %d MB only", size>>20)
	}
	chunked := httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", huge.read())
	known := httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", huge.read())
	known.ContentLength = int64(size)
	unread := httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", nil)
	unread.ContentLength = 2 << 30
	for name, r := range map[string]*http.Request{"chunked": chunked, "of known length": known, "unread": unread} {
		got := v.send(r).want(http.StatusRequestEntityTooLarge).json()
		if text, _ := got["error"].(string); !strings.Contains(text, "larger than 64 MiB") || !strings.Contains(text, "--snapshot FILE") {
			t.Errorf("%s: %v", name, got)
		}
	}
	v.get(usersPath, token).want(http.StatusOK)
	if err := v.Restore(huge.read()); err != nil {
		t.Errorf("from a file: %v", err)
	}
	v.get(usersPath, token).want(http.StatusUnauthorized)
	if got := v.controlRaw(http.MethodGet, "state", "").json()["counts"].(map[string]any)["sessions"]; got != 18_000.0 {
		t.Errorf("%v sessions", got)
	}
}

func TestOverTheNetworkWhoSendsTooMuchSeesWhy(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	web := httptest.NewServer(v)
	defer web.Close()
	for _, body := range []io.Reader{
		bytes.NewReader(bytes.Repeat([]byte(" "), 70<<20)), io.MultiReader(bytes.NewReader(bytes.Repeat([]byte(" "), 70<<20))),
		io.MultiReader(strings.NewReader(`{"format":"ringcx-sandbox/1","records":{"session":{"1":"`), bytes.NewReader(bytes.Repeat([]byte("a"), 70<<20))),
	} {
		resp, err := http.Post(web.URL+"/_sandbox/snapshot", "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode/100 != 4 || !json.Valid(said) {
			t.Errorf("%d %s, %v", resp.StatusCode, said, err)
		}
	}
}
