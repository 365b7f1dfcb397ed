package sandbox_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// follower is somebody who asked for the live log of a console.
type follower struct {
	status int
	header http.Header
	lines  *bufio.Scanner
	leave  func()
}

func (d *developer) follow(base string) follower {
	d.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/console/requests/stream", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Host = d.host
	for name, value := range d.cookie {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	leave := func() {
		stop()
		resp.Body.Close()
	}
	d.t.Cleanup(leave)
	return follower{resp.StatusCode, resp.Header, bufio.NewScanner(resp.Body), leave}
}

func TestOnlySoManyFollowTheLog(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	web := httptest.NewServer(d.v)
	t.Cleanup(web.Close)
	base, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.v.control("namespaces", `{"name":"a"}`)
	d.host = base.Host
	d.page("requests")
	inside := d.at("a.localhost:" + base.Port())
	inside.page("requests")

	var last follower
	for n := range 64 {
		if last = []*developer{d, inside}[n%2].follow(web.URL); last.status != http.StatusOK {
			t.Fatalf("follower %d is answered %d", n+1, last.status)
		}
	}
	for _, who := range []*developer{d, inside} {
		if got := who.follow(web.URL); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
			t.Errorf("one more at %s is answered %d", who.host, got.status)
		}
		who.page("requests") // which can be seen nevertheless
	}
	last.leave()
	for limit := time.Now().Add(10 * time.Second); ; { // the server hears of it a little later
		if d.follow(web.URL).status == http.StatusOK {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("who goes makes no room")
		}
	}
}

func TestManyWhoFollowTheLogCostLittleMoreThanOne(t *testing.T) {
	cost := func(followers int) uint64 {
		d := newDeveloper(t, sandbox.Options{NoLimits: true})
		web := httptest.NewServer(d.v)
		defer web.Close()
		defer web.CloseClientConnections()
		d.host = strings.TrimPrefix(web.URL, "http://")
		d.page("requests")
		var all []*bufio.Scanner
		for range followers {
			all = append(all, d.follow(web.URL).lines)
			until(t, all[len(all)-1], "retry:")
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 300 {
			d.v.get("/restapi", "")
		}
		for _, live := range all {
			for found := false; !found; {
				if !live.Scan() {
					t.Fatal("the stream ended")
				}
				found = bytes.Equal(live.Bytes(), []byte("id: 300"))
			}
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	one, many := cost(1), cost(60)
	if many > 3*one {
		t.Errorf("%d allocations for one, %d for sixty", one, many)
	}
}

func TestTheLiveLogForgetsWhatTheLogForgets(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.v.get("/restapi/before", "")
	wantText(t, d.page("requests/rows?after=0"), "/restapi/before")
	d.v.Reset()
	d.v.get("/restapi/after", "")
	late := d.page("requests/rows?after=0")
	wantText(t, late, "/restapi/after")
	wantNoText(t, late, "/restapi/before")
	for range 150 {
		d.v.get("/restapi", "")
	}
	d.v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi/odd", nil))
	all := d.open("requests/rows?after=2").want(http.StatusOK)
	wantText(t, all.body, "/restapi/odd", "51 more came between", "before=54")
	if got := all.header.Get("X-Last"); got != "153" {
		t.Errorf("the latest is %s", got)
	}
	wantNoText(t, d.page("requests/rows?after=2&verdicts=1"), "between")
}
