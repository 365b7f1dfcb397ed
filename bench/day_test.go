package main_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	loginPath    = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
	readPath     = "/voice/api/v1/admin/accounts"

	readTime = 50 * time.Millisecond // of a call, there and back
)

// network carries requests to a vendor that is some way off, on a virtual clock.
type network struct {
	vendor http.RoundTripper
	token  time.Duration // of a request for tokens, there and back
}

func (n network) RoundTrip(req *http.Request) (*http.Response, error) {
	way := n.token / 2
	if req.URL.Path == readPath {
		way = readTime / 2
	}
	<-time.After(way)
	resp, err := n.vendor.RoundTrip(req)
	<-time.After(way)
	return resp, err
}

// distant is the configuration of a program whose requests for tokens take a while.
func distant(v *ringcxtest.Server, token time.Duration) *ringcx.Config {
	config := v.Config()
	config.HTTPClient = &http.Client{Transport: network{v.Client().Transport, token}}
	return config
}

// asked counts what the vendor was asked and what it answered.
type asked struct {
	mu       sync.Mutex // guards the fields below
	path     map[string]int
	status   map[int]int
	verdicts map[string]int
	limited  time.Time // of the last answer 429
}

func watch(v *ringcxtest.Server) *asked {
	a := &asked{path: map[string]int{}, status: map[int]int{}, verdicts: map[string]int{}}
	v.OnRequest(func(r sandbox.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.path[r.Path]++
		a.status[r.Status]++
		for _, verdict := range r.Verdicts {
			a.verdicts[verdict]++
		}
		if r.Status == http.StatusTooManyRequests {
			a.limited = r.Time
		}
	})
	return a
}

// calls counts what the callers met.
type calls struct {
	mu      sync.Mutex // guards the fields below
	first   time.Time  // end of the first call that was answered
	all     int
	morning int         // begun before first
	status  map[int]int // of the answers callers saw
	failed  map[string]int
	waited  int // of those begun later: took longer than the call itself
	longest time.Duration
}

func (c *calls) add(status int, err error, begin, end time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all++
	if err != nil {
		c.failed[err.Error()]++
		return
	}
	c.status[status]++
	if c.first.IsZero() {
		c.first = end
	}
	if begin.Before(c.first) {
		c.morning++
		return
	}
	if wait := end.Sub(begin) - readTime; wait > 0 {
		c.waited++
		c.longest = max(c.longest, wait)
	}
}

// worker calls the API about once a minute until the end of the day.
func (c *calls) worker(client *http.Client, url string, seed uint64, night time.Time) {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // jitter
	for pause := time.Duration(random.Int64N(int64(time.Minute))); ; pause = 30*time.Second + time.Duration(random.Int64N(int64(time.Minute))) {
		<-time.After(pause)
		begin := time.Now()
		if begin.After(night) {
			return
		}
		resp, err := client.Get(url) //nolint:noctx // nobody is in a hurry here
		end, status := time.Now(), 0
		if err == nil {
			status = resp.StatusCode
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		c.add(status, err, begin, end)
	}
}

func (c *calls) report(t *testing.T, vendor *asked) {
	login, exchange, refresh := vendor.path[loginPath], vendor.path[exchangePath], vendor.path[refreshPath]
	renewals := login + exchange + refresh
	out := t.Output()
	fmt.Fprintf(out, "%d calls, %d requests for tokens: %d logins, %d exchanges, %d refreshes\n", c.all, renewals, login, exchange, refresh)
	fmt.Fprintf(out, "%d answers 429, %d answers 401, %d callers saw one\n",
		vendor.status[http.StatusTooManyRequests], vendor.status[http.StatusUnauthorized], c.status[http.StatusUnauthorized])
	fmt.Fprintf(out, "%d callers waited, %s at most; %d more called before the first token of the day was there\n", c.waited, c.longest, c.morning)
	if renewals > 400 {
		t.Errorf("%d requests for tokens, want at most 400", renewals)
	}
	if len(vendor.status) != 1 || len(vendor.verdicts) != 0 {
		t.Errorf("the vendor answered %v, with verdicts %v", vendor.status, vendor.verdicts)
	}
	if c.status[http.StatusOK] != c.all || c.waited != 0 {
		t.Errorf("of %d callers %d waited, answers %v, errors %v", c.all, c.waited, c.status, c.failed)
	}
}

// TestDayOfAThousandWorkers is eight programs that share a store, each with 125 workers, for 24 hours of a virtual clock.
func TestDayOfAThousandWorkers(t *testing.T) {
	const programs, workers = 8, 125
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		v := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		vendor := watch(v)
		store := new(ringcx.Memory)
		seen := &calls{status: map[int]int{}, failed: map[string]int{}}
		night := time.Now().Add(24 * time.Hour)
		var all sync.WaitGroup
		for p := range programs {
			config := distant(v, 500*time.Millisecond)
			client := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store}).Client()
			for w := range workers {
				all.Go(func() { seen.worker(client, v.URL+readPath, uint64(p*workers+w+1), night) })
			}
		}
		all.Wait()
		synctest.Wait()
		fmt.Fprintf(t.Output(), "a day of %d workers in %d programs that share a store\n", programs*workers, programs)
		seen.report(t, vendor)
	})
	fmt.Fprintf(t.Output(), "(simulated in %s)\n", time.Since(began).Round(time.Second))
}
