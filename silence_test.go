package ringcx_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// The promises of how long a connection that went silent may keep anybody waiting.
const (
	ownPromise   = 45 * time.Second
	otherPromise = 15 * time.Second
)

// opaque is a transport of a program's own that tells nothing of what it is made of.
type opaque struct{ base http.RoundTripper }

func (h opaque) RoundTrip(r *http.Request) (*http.Response, error) { return h.base.RoundTrip(r) }

// rebuilt is a transport of a program's own that makes its own request of each, with the same headers.
type rebuilt struct{ base http.RoundTripper }

func (h rebuilt) RoundTrip(r *http.Request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), r.Body)
	if err != nil {
		return nil, err
	}
	req.Header, req.ContentLength = r.Header, r.ContentLength
	return h.base.RoundTrip(req)
}

func TestAConnectionThatWentSilentKeepsNobodyWithoutAToken(t *testing.T) {
	for name, c := range map[string]struct {
		http2, up, down bool
		wrap            func(*http.Transport) http.RoundTripper
		others          time.Duration // 0: not promised
	}{
		"HTTP/2, both ways":       {http2: true, up: true, down: true, others: otherPromise},
		"HTTP/2, to the vendor":   {http2: true, up: true, others: otherPromise},
		"HTTP/2, from the vendor": {http2: true, down: true, others: otherPromise},
		"HTTP/1.1, both ways":     {up: true, down: true, others: otherPromise},
		"HTTP/1.1, to the vendor": {up: true, others: otherPromise},
		"HTTP/1.1, from it":       {down: true, others: otherPromise},
		"HTTP/2, a stranger's":    {http2: true, up: true, down: true, wrap: func(b *http.Transport) http.RoundTripper { return opaque{b} }},
		"HTTP/2, one that asks":   {http2: true, up: true, down: true, wrap: func(b *http.Transport) http.RoundTripper { return rebuilt{b} }},
		"HTTP/2, one that closes": {http2: true, up: true, down: true, wrap: func(b *http.Transport) http.RoundTripper { return wrapped{b} }},
		"HTTP/1.1, a stranger's":  {up: true, down: true, wrap: func(b *http.Transport) http.RoundTripper { return opaque{b} }},
		"HTTP/2, a Transport":     {http2: true, up: true, down: true, others: otherPromise, wrap: func(b *http.Transport) http.RoundTripper { return &ringcx.Transport{Base: b} }},
		"HTTP/2, own settings": {http2: true, up: true, down: true, others: otherPromise, wrap: func(b *http.Transport) http.RoundTripper {
			b.HTTP2 = &http.HTTP2Config{MaxReadFrameSize: 1 << 20}
			return b
		}},
		"HTTP/2, used by itself": {http2: true, up: true, down: true, others: otherPromise, wrap: func(b *http.Transport) http.RoundTripper { b.Clone(); return b }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				silence(t, c.http2, c.up, c.down, c.others, c.wrap)
			})
		})
	}
}

// silence lets the connections of one of two programs that share a lineage go silent. Both need a token then.
func silence(t *testing.T, http2, up, down bool, others time.Duration, wrap func(*http.Transport) http.RoundTripper) {
	t.Helper()
	v, reach := distantVendor(t, http2)
	store := new(ringcx.Memory)
	base, way := reach()
	t.Cleanup(base.CloseIdleConnections)
	var over http.RoundTripper = base
	if wrap != nil {
		over = wrap(base)
	}
	near, _ := reach()
	s, other := sessionOver(t, v, over, store), sessionOver(t, v, near, store)
	first := mustToken(t, s)
	if mustToken(t, other).AccessToken != first.AccessToken {
		t.Fatal("they do not share a lineage")
	}
	for range 2 {
		call(t, s.Client(), distant+"/voice/api/v1/admin/users")
	}
	way.forget(up, down)
	s.Invalidate(first)
	other.Invalidate(first)
	start := time.Now()
	done := make(chan time.Duration, 1)
	go func() {
		if token := mustToken(t, s); !works(t, v, token) {
			t.Error("the token does not work")
		}
		done <- time.Since(start)
	}()
	pass(time.Millisecond)
	if token := mustToken(t, other); !works(t, v, token) {
		t.Error("the token does not work")
	}
	if took := time.Since(start); others > 0 && took > others {
		t.Errorf("another program waited %s", took)
	}
	if took := <-done; took > ownPromise {
		t.Errorf("the program itself waited %s", took)
	}
	wantNoVerdicts(t, v)
}

func TestAVendorThatIsOnlySlowIsWaitedFor(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			v, reach := distantVendor(t, http2)
			base, _ := reach()
			s := sessionOver(t, v, base, nil)
			first := mustToken(t, s)
			s.Invalidate(first)
			n, start := len(v.Requests()), time.Now()
			fault(t, v, refreshPath, "delay", `"delay":"25s"`)
			if token := mustToken(t, s); !works(t, v, token) || time.Since(start) != 25*time.Second {
				t.Errorf("after %s", time.Since(start))
			}
			wantAsked(t, v, n, refreshPath, usersPath)
		})
	}
}

func TestAfterATimeoutTheNextRequestUsesAnotherConnection(t *testing.T) {
	for name, wrap := range map[string]func(*http.Transport) http.RoundTripper{
		"net/http's":    func(b *http.Transport) http.RoundTripper { return b },
		"a stranger's":  func(b *http.Transport) http.RoundTripper { return opaque{b} },
		"one that asks": func(b *http.Transport) http.RoundTripper { return rebuilt{b} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, reach := distantVendor(t, true)
				base, way := reach()
				t.Cleanup(base.CloseIdleConnections)
				s := sessionOver(t, v, wrap(base), nil)
				first := mustToken(t, s)
				s.Invalidate(first)
				fault(t, v, refreshPath, "delay", `"delay":"40s"`) // and pings are answered all the time
				before, start := way.made(), time.Now()
				if token := mustToken(t, s); !works(t, v, token) || time.Since(start) > ownPromise {
					t.Errorf("after %s", time.Since(start))
				}
				if way.made() == before {
					t.Error("the connection that brought no answer was used again")
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestAWayOnWhichNothingConnectsKeepsNoOthersWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, reach := distantVendor(t, true)
		store := new(ringcx.Memory)
		base, way := reach()
		near, _ := reach()
		s, other := sessionOver(t, v, base, store), sessionOver(t, v, near, store)
		way.mu.Lock()
		way.down = true
		way.mu.Unlock()
		start := time.Now()
		got := make(chan error, 1)
		go func() {
			_, err := s.Token(t.Context())
			got <- err
		}()
		time.Sleep(time.Millisecond)
		mustToken(t, other)
		if took := time.Since(start); took > otherPromise {
			t.Errorf("another program waited %s", took)
		}
		if err := <-got; err != nil || time.Since(start) > ownPromise {
			t.Errorf("after %s: %v", time.Since(start), err) // the other's token
		}
		if got := len(v.Requests()); got != 2 {
			t.Errorf("%d requests", got)
		}
	})
}
