//go:build !race

package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/sandbox"
)

// strange are requests of somebody who wants a sandbox to remember much; no two are alike.
var strange = map[string]func(i int) *http.Request{
	"long paths": func(i int) *http.Request {
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: strings.Repeat(fmt.Sprintf("/seg%d", i), 500)}}
	},
	"escaped paths": func(i int) *http.Request {
		path := strings.Repeat(fmt.Sprintf("/ü%d", i), 500)
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path, RawPath: (&url.URL{Path: path}).EscapedPath()}}
	},
	"long methods": func(i int) *http.Request {
		return &http.Request{Method: strings.Repeat(fmt.Sprintf("M%d", i), 10_000), URL: &url.URL{Path: "/restapi"}}
	},
	"many parameters": func(i int) *http.Request {
		query := strings.Repeat(fmt.Sprintf("%%C3%%BC%d=%d&", i, i), 150)
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/restapi", RawQuery: query}}
	},
	"long names": func(i int) *http.Request {
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/restapi", RawQuery: strings.Repeat(fmt.Sprint("a", i), 2_000) + "=1"}}
	},
	"long values": func(i int) *http.Request {
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/restapi", RawQuery: "grant_type=" + strings.Repeat(fmt.Sprint("a", i), 2_000)}}
	},
	"long forms": func(i int) *http.Request {
		body := "grant_type=" + strings.Repeat(fmt.Sprint("a", i), 2_000) + strings.Repeat(fmt.Sprintf("&a%d=1", i), 100)
		return &http.Request{
			Method: http.MethodPost, URL: &url.URL{Path: tokenPath}, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		}
	},
	"long headers": func(i int) *http.Request {
		return &http.Request{Method: http.MethodGet, URL: &url.URL{Path: usersPath}, Header: http.Header{
			"User-Agent": {strings.Repeat(fmt.Sprint("a", i), 2_000)}, "Authorization": {strings.Repeat(fmt.Sprint("b", i), 5_000) + " x"},
			"X-Auth-Token": {strings.Repeat(fmt.Sprint("c", i), 5_000)}, "Cookie": {"access_token=" + strings.Repeat(fmt.Sprint("d", i), 5_000)},
		}}
	},
}

func TestWhatALogRemembersIsBoundedWhateverIsSent(t *testing.T) {
	const requests, bound = 10_500, 32 << 20
	for name, make := range strange {
		t.Run(name, func(t *testing.T) {
			v, err := sandbox.New(&sandbox.Options{NoLimits: true, Hostile: 1e-9})
			if err != nil {
				t.Fatal(err)
			}
			before, sent := heapInUse(), 0
			for i := range requests {
				r := make(i)
				if r.Header == nil {
					r.Header = http.Header{}
				}
				sent += len(r.Method) + len(r.URL.Path) + len(r.URL.RawQuery)
				v.ServeHTTP(&discarded{header: http.Header{}}, r)
			}
			if grown := heapInUse() - before; grown > bound {
				t.Errorf("it remembers %d MB of %d requests (%d MB)", grown>>20, requests, sent>>20)
			} else {
				t.Logf("it remembers %d KiB", grown>>10)
			}
			all := v.Requests()
			if len(all) != 10_000 || all[0].Number != requests-10_000+1 || all[9_999].Number != requests {
				t.Errorf("%d requests are in the log, from %d", len(all), all[0].Number)
			}
			for _, r := range all[:10] {
				if len(r.Method) > 64 || len(r.Path) > 512 || !utf8.ValidString(r.Path) {
					t.Errorf("it shows %d bytes of a method and %d of a path", len(r.Method), len(r.Path))
				}
			}
			runtime.KeepAlive(v)
		})
	}
}

func TestLongPathsAreCutWithAMark(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	whole := "/restapi/" + strings.Repeat("a/", 251) // 511 bytes
	for _, c := range []struct{ path, want string }{
		{whole, whole},
		{whole + "b", whole + "b"},
		{whole + "bc", whole[:509] + "…"},
		{"/" + strings.Repeat("%41/", 200), "/" + strings.Repeat("%41/", 127) + "…"},
		{"/" + strings.Repeat("a/", 2_000), "/" + strings.Repeat("a/", 254) + "…"},
	} {
		v.get(c.path, "")
		if got := v.last().Path; got != c.want {
			t.Errorf("of %d bytes it shows %d: %s", len(c.path), len(got), got)
		}
	}
	v.send(httptest.NewRequest(strings.Repeat("LONG", 30), "/restapi", nil))
	if got := v.last().Method; got != strings.Repeat("LONG", 15)+"L…" {
		t.Errorf("the method is %s", got)
	}
	var seen string
	v.OnRequest(func(r sandbox.Request) { seen = r.Path })
	v.get(whole+"bc", "")
	if seen != whole[:509]+"…" {
		t.Errorf("the observer saw %s", seen)
	}
}

func TestALogOfLongEntriesIsTheSameAfterASnapshot(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, make := range strange {
		r := make(7)
		if r.Header == nil {
			r.Header = http.Header{}
		}
		v.ServeHTTP(&discarded{header: http.Header{}}, r)
	}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	other := newVendor(t, sandbox.Options{})
	other.control("snapshot", saved)
	if got := other.get("/_sandbox/snapshot", "").want(http.StatusOK).body; got != saved {
		t.Errorf("%d bytes have become %d", len(saved), len(got))
	}
}

func TestTheLogsOfNamespacesAreBoundedTogether(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	loud := func(name string, requests int) {
		for i := range requests {
			v.send(httptest.NewRequest(http.MethodGet, fmt.Sprintf("/_ns/%s/%d/%s", name, i, strings.Repeat("a/", 300)), nil))
		}
	}
	quiet := v.within("http://example.com/_ns/quiet")
	for range 20 {
		quiet.get("/restapi", "")
	}
	before := heapInUse()
	for i := range 14 {
		loud(fmt.Sprint("n", i), 8_000)
	}
	if grown := heapInUse() - before; grown > 160<<20 {
		t.Errorf("the logs take %d MB", grown>>20)
	}
	if n := len(v.within("http://example.com/_ns/n0").logged()); n != 8_000 {
		t.Errorf("the first has %d entries, as long as there is room", n)
	}
	if n := len(v.within("http://example.com/_ns/n13").logged()); n >= 8_000 || n < 50 {
		t.Errorf("the last has %d entries", n)
	}
	if n := len(quiet.logged()); n != 20 {
		t.Errorf("of the entries of a quiet one %d are there", n)
	}
	v.get("/restapi", "")
	if n := len(v.logged()); n != 1 {
		t.Errorf("outside there are %d entries", n)
	}
}

func TestTheLogDoesNotHoldOnToWhatWasSent(t *testing.T) {
	const requests, long = 10_000, 2_000
	v, err := sandbox.New(&sandbox.Options{NoLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	before := heapInUse()
	form := "grant_type=refresh_token&refresh_token="
	for range requests {
		r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(form+strings.Repeat("x", long)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		v.ServeHTTP(&discarded{header: http.Header{}}, r)
	}
	if n := len(v.Requests()); n != requests {
		t.Fatalf("%d requests", n)
	}
	if grown := heapInUse() - before; grown > requests*200 {
		t.Errorf("%d bytes for each of %d requests alike", grown/requests, requests)
	}
	runtime.KeepAlive(v)
}

// heapInUse is what is reachable, in bytes.
func heapInUse() int {
	runtime.GC()
	runtime.GC() // what the first one finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc) //nolint:gosec // far from the limit
}
