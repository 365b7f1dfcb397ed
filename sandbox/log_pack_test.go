package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheLogTellsParametersAsTheyWereSent(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.form(tokenPath+"?page=%26%3D%24%00%2B+1&a%3Db=c", "grant_type", "$&=\x00 ü", "client&id", "x", "scope", "")
	var got struct {
		Records struct {
			Request map[string]struct {
				Query, Form []struct{ Name, Value string }
			} `json:"request"`
		} `json:"records"`
	}
	v.get("/_sandbox/snapshot", "").want(http.StatusOK).decode(&got)
	var all []string
	for _, r := range got.Records.Request {
		for _, p := range append(r.Query, r.Form...) {
			all = append(all, p.Name+" is "+p.Value)
		}
	}
	want := "a=b is $A_B|page is &=$\x00+ 1|grant_type is $&=\x00 ü|client&id is $CLIENT_ID|scope is "
	if text := strings.Join(all, "|"); text != want {
		t.Errorf("%q\nwant %q", text, want)
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
