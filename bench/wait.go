package main

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	askers = 16
	span   = 7 * time.Second
	slot   = 20 * time.Millisecond
	nearby = 100 * time.Millisecond // of a renewal
)

// histogram counts calls by how long they took, each bucket a thirty-second of a power of two wide.
type histogram struct {
	count   [1024]uint64
	longest time.Duration
}

func (h *histogram) add(d time.Duration) {
	n := uint64(max(d, 0)) //nolint:gosec // not negative
	if n >= 32 {
		e := bits.Len64(n) - 6
		n = uint64(32*e) + n>>e //nolint:gosec // e is not negative
	}
	h.count[min(n, 1023)]++
	h.longest = max(h.longest, d)
}

func (h *histogram) merge(o *histogram) {
	for i, n := range o.count {
		h.count[i] += n
	}
	h.longest = max(h.longest, o.longest)
}

func (h *histogram) total() (n uint64) {
	for _, c := range h.count {
		n += c
	}
	return n
}

// quantile is the upper edge of the bucket that holds it.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q * float64(h.total()))
	var sum uint64
	for i, c := range h.count {
		if sum += c; sum > rank {
			e := max(i/32-1, 0)
			return time.Duration((i-32*e+1)<<e - 1)
		}
	}
	return h.longest
}

// over is how many of a million calls took longer than d.
func (h *histogram) over(d time.Duration) float64 {
	var n uint64
	for i := range h.count {
		if e := max(i/32-1, 0); time.Duration((i-32*e)<<e) >= d {
			n += h.count[i]
		}
	}
	return float64(n) * 1e6 / float64(h.total())
}

// renewals compares calls made near a renewal with all others of the same run, a few times.
func renewals() error {
	const times = 3
	var near, hot histogram
	var ratios []float64
	renewed := 0
	for range times {
		n, h, count, err := renewal()
		if err != nil {
			return err
		}
		near.merge(n)
		hot.merge(h)
		ratios = append(ratios, float64(n.quantile(0.9999))/float64(h.quantile(0.9999)))
		renewed += count
	}
	fmt.Printf("a caller's wait, %d goroutines that do nothing else, %d renewals; reading the clock is in it\n", askers, renewed)
	fmt.Printf("  the hot path                %s\n", &hot)
	fmt.Printf("  within %s of a renewal   %s\n", nearby, &near)
	hot.merge(&near)
	fmt.Printf("  all calls                   %s\n", &hot)
	fmt.Printf("  p99.99 near a renewal is %.2f times the hot path's, median of %d (%.2f to %.2f)\n",
		median(ratios), times, slices.Min(ratios), slices.Max(ratios))
	return nil
}

// renewal is one run: calls near a renewal, the others, and how many renewals there were.
func renewal() (near, hot *histogram, count int, err error) {
	took, at, err := hammer()
	if err == nil && len(at) == 0 {
		err = fmt.Errorf("no renewal in %s", span)
	}
	if err != nil {
		return nil, nil, 0, err
	}
	near, hot = new(histogram), new(histogram)
	for i := range took {
		begin := time.Duration(i) * slot
		if slices.ContainsFunc(at, func(t time.Duration) bool { return begin+slot > t-nearby && begin < t+nearby }) {
			near.merge(&took[i])
		} else {
			hot.merge(&took[i])
		}
	}
	return near, hot, len(at), nil
}

func (h *histogram) String() string {
	return fmt.Sprintf("%6.1f million  median %3d ns  p99.99 %5d ns  over 1 ms %5.2f in a million  longest %s", float64(h.total())/1e6,
		h.quantile(0.5).Nanoseconds(), h.quantile(0.9999).Nanoseconds(), h.over(time.Millisecond), h.longest.Round(time.Millisecond))
}

// hammer asks for tokens that live two seconds from many goroutines for a while. It answers how long the calls of each
// slot took, and when the vendor renewed the token.
func hammer() ([]histogram, []time.Duration, error) {
	v, err := newVendor(&sandbox.Options{TokenTTL: 2 * time.Second})
	if err != nil {
		return nil, nil, err
	}
	defer v.close()
	session := v.session()
	if _, err := session.Token(context.Background()); err != nil {
		return nil, nil, err
	}
	begin := time.Now()
	var mu sync.Mutex // guards at
	var at []time.Duration
	v.OnRequest(func(r sandbox.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Status == http.StatusOK {
			at = append(at, time.Since(begin))
		}
	})
	took, err := askAll(session, begin)
	if err := errors.Join(err, session.Wait(context.Background())); err != nil {
		return nil, nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	return took, at, nil
}

func askAll(session *ringcx.Session, begin time.Time) ([]histogram, error) {
	took := make([][]histogram, askers)
	failed := make([]error, askers)
	var all sync.WaitGroup
	for i := range askers {
		took[i] = make([]histogram, span/slot)
		all.Go(func() { failed[i] = ask(session, begin, took[i]) })
	}
	all.Wait()
	sum := took[0]
	for _, one := range took[1:] {
		for i := range one {
			sum[i].merge(&one[i])
		}
	}
	return sum, errors.Join(failed...)
}

func ask(session *ringcx.Session, begin time.Time, took []histogram) error {
	ctx := context.Background()
	for {
		before := time.Since(begin)
		if before >= span {
			return nil
		}
		_, err := session.Token(ctx)
		after := time.Since(begin)
		if err != nil {
			return err
		}
		took[before/slot].add(after - before)
	}
}
