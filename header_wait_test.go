package ringcx_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// getOver asks for path over client, and tells how long it took.
func getOver(t *testing.T, client *http.Client, method, path string, body io.Reader) (resp *http.Response, took time.Duration, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, distant+path, body)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	resp, err = client.Do(req)
	return resp, time.Since(start), err
}

// theAPI answers as its paths say, and takes its time.
func theAPI(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/slow":
		pass(50 * time.Second)
	case "/never":
		<-r.Context().Done()
	case "/upload":
		_, _ = io.Copy(io.Discard, r.Body)
		pass(50 * time.Second)
	case "/long":
		for range 5 {
			_, _ = io.WriteString(w, "part")
			_ = http.NewResponseController(w).Flush()
			pass(50 * time.Second)
		}
	}
}

// pass is for servers in a bubble, where it costs no time.
func pass(d time.Duration) { <-time.After(d) }

func TestASessionsClientWaitsForAnAnswerToBeginForAMinute(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		for kind, wrap := range map[string]func(*http.Transport) http.RoundTripper{
			"net/http's":   func(b *http.Transport) http.RoundTripper { return b },
			"a stranger's": func(b *http.Transport) http.RoundTripper { return opaque{b} },
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reach := distantServer(t, http.HandlerFunc(theAPI), http2)
					base, _ := reach()
					t.Cleanup(base.CloseIdleConnections)
					c := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: distant}, HTTPClient: &http.Client{Transport: wrap(base)}}
					client := c.Client(ringcx.APIToken("aws80:1"))
					t.Cleanup(client.CloseIdleConnections)
					_, took, err := getOver(t, client, http.MethodGet, "/never", nil) //nolint:bodyclose // there is none
					var timeout net.Error
					var hinted interface{ Hint() string }
					if !errors.As(err, &timeout) || !timeout.Timeout() || !errors.As(err, &hinted) || took.Truncate(time.Second) != time.Minute {
						t.Errorf("after %s: %v", took, err)
					}
					for path, want := range map[string]time.Duration{"/slow": 50 * time.Second, "/long": 0} {
						resp, took, err := getOver(t, client, http.MethodGet, path, nil)
						if err != nil || took != want {
							t.Fatalf("%s after %s: %v", path, took, err)
						}
						if body, err := io.ReadAll(resp.Body); err != nil || path == "/long" && string(body) != strings.Repeat("part", 5) {
							t.Errorf("%s: %q, %v", path, body, err)
						}
						_ = resp.Body.Close()
					}
					from, to := io.Pipe()
					go func() {
						for range 5 {
							time.Sleep(30 * time.Second)
							_, _ = io.WriteString(to, "part")
						}
						_ = to.Close()
					}()
					resp, took, err := getOver(t, client, http.MethodPost, "/upload", from)
					if err != nil || took != 200*time.Second {
						t.Fatalf("an upload after %s: %v", took, err)
					}
					_ = resp.Body.Close()
				})
			})
		}
	}
}

func TestTheTimeAConnectionTakesIsNotThatOfAnAnswer(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reach := distantServer(t, http.HandlerFunc(theAPI), http2)
				base, way := reach()
				base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					pass(20 * time.Second)
					return way.dial(ctx, network, address)
				}
				c := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: distant}, HTTPClient: &http.Client{Transport: base}}
				client := c.Client(ringcx.APIToken("aws80:1"))
				t.Cleanup(client.CloseIdleConnections)
				resp, took, err := getOver(t, client, http.MethodGet, "/slow", nil)
				if err != nil || took != 70*time.Second {
					t.Fatalf("after %s: %v", took, err)
				}
				_ = resp.Body.Close()
			})
		})
	}
}

func TestATransportOfAProgramWaitsAsLongAsTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reach := distantServer(t, http.HandlerFunc(theAPI), true)
		base, _ := reach()
		for client, want := range map[*http.Client]time.Duration{
			{Transport: &ringcx.Transport{Base: base}, Timeout: 10 * time.Minute}:         10 * time.Minute,
			{Transport: &ringcx.Transport{Base: opaque{base}}, Timeout: 10 * time.Minute}: 10 * time.Minute,
			{Transport: &ringcx.Transport{Base: base}, Timeout: 5 * time.Second}:          5 * time.Second,
		} {
			t.Cleanup(client.CloseIdleConnections)
			if _, took, err := getOver(t, client, http.MethodGet, "/never", nil); err == nil || took.Truncate(time.Second) != want { //nolint:bodyclose // there is none
				t.Errorf("after %s: %v", took, err)
			}
		}
	})
}

func TestACallOverAConnectionThatWentSilentFailsSoonAndTheNextDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reach := distantServer(t, http.HandlerFunc(theAPI), true)
		base, way := reach()
		client := &http.Client{Transport: &ringcx.Transport{Base: base}}
		t.Cleanup(client.CloseIdleConnections)
		fine := func() {
			t.Helper()
			resp, took, err := getOver(t, client, http.MethodGet, "/", nil)
			if err != nil || took > 0 {
				t.Fatalf("after %s: %v", took, err)
			}
			_ = resp.Body.Close()
		}
		fine()
		way.forget(true, true)
		if _, took, err := getOver(t, client, http.MethodGet, "/", nil); err == nil || took > 10*time.Second { //nolint:bodyclose // there is none
			t.Errorf("after %s: %v", took, err)
		}
		fine()
		if way.made() != 2 {
			t.Errorf("%d connections", way.made())
		}
	})
}

func TestAConnectionOfAStrangersTransportThatWentSilentIsGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		wrap   func(*http.Transport) http.RoundTripper
		failed int
	}{
		"one that can close": {func(b *http.Transport) http.RoundTripper { return wrapped{b} }, 1},
		"one that cannot":    {func(b *http.Transport) http.RoundTripper { return opaque{b} }, 2}, // the second says that it is the last
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reach := distantServer(t, http.HandlerFunc(theAPI), true)
				base, way := reach()
				t.Cleanup(base.CloseIdleConnections)
				client := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: distant}, HTTPClient: &http.Client{Transport: c.wrap(base)}}).Client(ringcx.APIToken("aws80:1"))
				call(t, client, distant)
				way.forget(true, true)
				for i := range 5 {
					resp, _, err := getOver(t, client, http.MethodGet, "/", nil)
					if err == nil {
						_ = resp.Body.Close()
					}
					synctest.Wait() // until the connection is one to use again, or is gone: a request in between makes another
					if (err != nil) != (i < c.failed) {
						t.Errorf("request %d: %v", i+1, err)
					}
				}
				if way.made() != 3 { // the silent one, the one that was said to be the last of its kind, and one to stay
					t.Errorf("%d connections", way.made())
				}
			})
		})
	}
}

func TestAConnectionIsNotUsedAgainAfterARest(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reach := distantServer(t, http.HandlerFunc(theAPI), http2)
				base, way := reach()
				client := &http.Client{Transport: &ringcx.Transport{Base: base}}
				t.Cleanup(client.CloseIdleConnections)
				for i, c := range []struct {
					rest time.Duration
					want int
				}{{0, 1}, {20 * time.Second, 1}, {31 * time.Second, 2}} {
					time.Sleep(c.rest)
					if status := call(t, client, distant); status != http.StatusOK || way.made() != c.want {
						t.Errorf("request %d: %d over %d connections", i+1, status, way.made())
					}
				}
			})
		})
	}
}

func TestASessionsClientClosesAllConnectionsThatAreUsedForIt(t *testing.T) {
	for name, wrap := range map[string]func(*http.Transport) http.RoundTripper{
		"net/http's":   func(b *http.Transport) http.RoundTripper { return b },
		"one that can": func(b *http.Transport) http.RoundTripper { return wrapped{b} },
		"a Transport":  func(b *http.Transport) http.RoundTripper { return &ringcx.Transport{Base: wrapped{b}} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, reach := distantVendor(t, true)
				base, way := reach()
				s := sessionOver(t, v, wrap(base), nil)
				call(t, s.Client(), distant+"/voice/api/v1/admin/users")
				mustToken(t, s)
				n := way.open()
				s.Client().CloseIdleConnections()
				synctest.Wait()
				if n == 0 || way.open() > 0 {
					t.Errorf("%d connections were open, and %d still are", n, way.open())
				}
			})
		})
	}
}

func TestAllWhoUseOneTransportShareItsConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reach := distantServer(t, http.HandlerFunc(theAPI), true)
		base, way := reach()
		c := &ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: distant}, HTTPClient: &http.Client{Transport: base}}
		for range 50 {
			call(t, c.Client(ringcx.APIToken("aws80:1")), distant)
		}
		if way.made() != 1 {
			t.Errorf("%d connections", way.made())
		}
		other := base.Clone()
		call(t, &http.Client{Transport: &ringcx.Transport{Base: other}}, distant)
		if way.made() != 2 {
			t.Errorf("%d connections after another transport's", way.made())
		}
		for _, b := range []http.RoundTripper{base, other} {
			(&ringcx.Transport{Base: b}).CloseIdleConnections()
		}
	})
}
