package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	proxyRounds   = 5
	proxyRound    = 2 * time.Second
	latencyRounds = 9
	latencyRound  = 500 * time.Millisecond
	proxyAccounts = 600 // each has its limits: together they are wider than what is sent
)

// The ways to the upstream.
const (
	direct    = "no proxy"
	nginx     = "nginx"
	caddy     = "Caddy"
	oauthAny  = "oauth2-proxy, which lets all in"
	oauthJWT  = "oauth2-proxy, which checks a JWT"
	bareProxy = "a bare httputil.ReverseProxy"
	brokerOff = "the broker"
	brokerOn  = "the broker with 1,000 rules, audit and limits"
)

// way is one way to the upstream.
type way struct {
	*traffic
	header string // of the caller, with its line ends

	p50 []float64 // microseconds, of each round
}

// ring are the ways that are compared.
type ring struct {
	dir, bin string
	upstream *upstream
	ways     []*way
	missing  []string
	bearer   string // a JWT that oauth2-proxy takes
	stop     []func()
}

// proxies compares the real 'ringcx broker' process with proxies of others before the same upstream.
func proxies() error {
	dir, err := os.MkdirTemp("", "ringcx-bench-")
	if err != nil {
		return err
	}
	r := &ring{dir: dir, bin: filepath.Join(dir, "ringcx")}
	defer func() {
		for _, stop := range slices.Backward(r.stop) {
			stop()
		}
		_ = os.RemoveAll(dir)
	}()
	if err := errors.Join(buildCommand(r.bin), r.buildWide()); err != nil {
		return err
	}
	if r.upstream, err = startUpstream(); err != nil {
		return err
	}
	r.stop = append(r.stop, r.upstream.stop)
	var all []figure
	for _, measure := range []func() ([]figure, error){r.resting, r.forwarding, r.handingOut, r.waiting, deciding} {
		figures, err := measure()
		if err != nil {
			return err
		}
		all = append(all, figures...)
	}
	fmt.Printf("the broker as a process of its own, medians of %d rounds that take turns; all share the processors\n", proxyRounds)
	for _, f := range all {
		fmt.Println(" ", f)
	}
	for _, m := range r.missing {
		fmt.Println("  NOT COMPARED:", m)
	}
	return nil
}

func (r *ring) add(name, header string, p *process) {
	r.ways = append(r.ways, &way{header: header, traffic: &traffic{name: name, server: p}})
	w := r.ways[len(r.ways)-1]
	all := make([][]byte, proxyAccounts)
	for i := range all {
		all[i] = []byte(head("GET", fmt.Sprintf("/voice/api/v1/admin/accounts/%d/agentGroups", 21_000_001+i)) + "Accept: */*\r\n" + header + "\r\n")
	}
	w.script = func() (func(int) script, error) {
		return func(n int) script {
			return func([]byte) []byte {
				n++
				return all[n%len(all)]
			}
		}, nil
	}
}

func (r *ring) way(name string) *way {
	i := slices.IndexFunc(r.ways, func(w *way) bool { return w.name == name })
	if i < 0 {
		return nil
	}
	return r.ways[i]
}

// forwarding is what a request costs on its way, in processor time and in time.
func (r *ring) forwarding() ([]figure, error) {
	r.add(direct, "", r.upstream.process)
	if err := r.others(); err != nil {
		return nil, err
	}
	for round := range proxyRounds + 1 {
		for _, w := range r.ways {
			if err := w.round(proxyRound); err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			if round == 0 { // to warm up
				w.rate, w.cpu, w.foreign = nil, nil, nil
			}
		}
	}
	for range latencyRounds {
		for _, w := range r.ways {
			all, err := w.latencies(latencyRound)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			w.p50 = append(w.p50, median(all))
		}
	}
	return r.forwarded(), nil
}

// forwarded are the figures of it.
func (r *ring) forwarded() (all []figure) {
	var foreign []float64
	straight := median(r.way(direct).p50)
	for _, w := range r.ways {
		foreign = append(foreign, w.foreign...)
		if w.name != direct {
			all = append(
				all, figure{Name: w.name + ", processor time", Value: median(w.cpu), Unit: "µs"},
				figure{Name: w.name + ", added to the median", Value: median(w.p50) - straight, Unit: "µs"},
			)
		}
	}
	off, on := r.way(brokerOff), r.way(brokerOn)
	added := func(of, peer *way) float64 { return (median(of.p50) - straight) / (median(peer.p50) - straight) }
	for _, c := range []struct {
		name  string
		bar   float64
		of    *way
		times func(of, peer *way) float64
		peer  string
		least bool
	}{
		{"processor time against nginx", 3.2, off, processorRatio, nginx, false},
		{"the same with rules, audit and limits", 4.5, on, processorRatio, nginx, false},
		{"processor time of Caddy against the broker", 2, off, inverse, caddy, true},
		{"of oauth2-proxy that checks a JWT", 3, off, inverse, oauthJWT, true},
		{"of oauth2-proxy that lets all in", 0, off, inverse, oauthAny, true},
		{"of a bare httputil.ReverseProxy", 0, off, inverse, bareProxy, true},
		{"added to the median, against nginx", 2.5, off, added, nginx, false},
		{"the same against a bare httputil.ReverseProxy", 0, off, added, bareProxy, false},
	} {
		peer := r.way(c.peer)
		if peer == nil {
			continue
		}
		f := figure{Name: c.name, Value: c.times(c.of, peer), Unit: "times"}
		switch {
		case c.bar == 0:
		case c.least:
			f = f.atLeast(c.bar)
		default:
			f = f.atMost(c.bar)
		}
		all = append(all, f)
	}
	return append(all, figure{Name: "processor time that others took meanwhile", Value: median(foreign), Unit: "%"})
}

func processorRatio(of, peer *way) float64 { return median(of.cpu) / median(peer.cpu) }

func inverse(of, peer *way) float64 { return processorRatio(peer, of) }

// latencies are the microseconds of requests that are sent one after the other, on one connection.
func (w *way) latencies(d time.Duration) (all []float64, err error) {
	newScript, err := w.script()
	if err != nil {
		return nil, err
	}
	c, err := newLean(w.server.address(), newScript(0))
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	for end := time.Now().Add(d); time.Now().Before(end); {
		took, err := c.once()
		if err != nil {
			return nil, err
		}
		all = append(all, took.Seconds()*1e6)
	}
	return all, nil
}

// once sends the next request and tells how long its answer took.
func (c *lean) once() (time.Duration, error) {
	request := c.script(nil)
	begin := time.Now()
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	_, err := c.answer()
	return time.Since(begin), err
}
