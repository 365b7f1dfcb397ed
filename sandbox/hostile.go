package sandbox

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// hostility is how bad a hostile day is.
type hostility struct {
	place
	share    float64 // of the requests that are spoiled, above 0 and at most 1
	seed     uint64
	kinds    []string // nil: all that a day can bring
	maxDelay time.Duration
}

// hostileDay spoils a seeded share of the requests. What the n-th request of a method and path gets depends on the
// hostility, the method, the path and n, and on nothing else. Whoever calls a method holds the lock of the faultList.
// The methods of a nil day do nothing.
type hostileDay struct {
	hostility
	total    int
	requests map[string]int // by method and path as logged
	spoiled  map[string]int // by kind
}

func newHostileDay(h hostility) *hostileDay {
	return &hostileDay{hostility: h, requests: map[string]int{}, spoiled: map[string]int{}}
}

// hostileMix is what a hostile day brings, as often as the weights say. Where a figure is missing it is drawn.
var hostileMix = []struct {
	fault
	weight int
}{
	{fault{kind: faultDelay}, 24},
	{fault{kind: faultStatus, status: http.StatusInternalServerError}, 12},
	{fault{kind: faultStatus, status: http.StatusServiceUnavailable}, 8},
	{fault{kind: faultHTML, status: http.StatusBadGateway}, 10},
	{fault{kind: faultRetryAfter, status: http.StatusServiceUnavailable, retryAfter: "2"}, 5},
	{fault{kind: faultRetryAfter, status: http.StatusServiceUnavailable, retryDate: 3 * time.Second}, 4},
	{fault{
		kind: faultRetryAfter, status: http.StatusTooManyRequests, retryAfter: "60",
	}, 7},
	{fault{kind: faultReset}, 8},
	{fault{kind: faultDropAnswer}, 8},
	{fault{kind: faultTruncate}, 5},
	{fault{kind: faultGarble}, 3},
	{fault{kind: faultEmpty, status: http.StatusOK}, 3},
	{fault{kind: faultSkew}, 3},
}

// hostileSkews are how far Date is off.
var hostileSkews = []time.Duration{-12 * time.Hour, -time.Hour, -5 * time.Minute, 5 * time.Minute, time.Hour, 12 * time.Hour}

// hostileKinds are the kinds of faults that a hostile day can bring.
func hostileKinds() []string {
	var out []string
	for _, m := range hostileMix {
		out = append(out, m.kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// at is what the n-th request of a method and path gets, nil if it is let alone.
func (h *hostility) at(call string, n int) *fault {
	raw := seeded.Bytes(h.seed, "hostile "+call, n)
	draw := func(i int) uint64 { return binary.BigEndian.Uint64(raw[8*i:]) }
	unit := func(i int) float64 { return float64(draw(i)>>11) / (1 << 53) }
	if unit(0) >= h.share {
		return nil
	}
	total := 0
	for _, m := range hostileMix {
		if h.brings(m.kind) {
			total += m.weight
		}
	}
	left := int(draw(1) % uint64(total)) //nolint:gosec // at most the sum of the weights
	for _, m := range hostileMix {
		if !h.brings(m.kind) {
			continue
		}
		if left -= m.weight; left >= 0 {
			continue
		}
		f := m.fault
		switch f.kind {
		case faultDelay:
			f.delay = time.Duration(unit(2) * float64(h.maxDelay))
		case faultSkew:
			f.skew = hostileSkews[draw(2)%uint64(len(hostileSkews))]
		}
		return &f
	}
	return nil
}

func (h *hostility) brings(kind string) bool { return h.kinds == nil || slices.Contains(h.kinds, kind) }

// draw is what the day brings to r, and the method and path whose turn it counts.
func (d *hostileDay) draw(r *http.Request) (f *fault, call string) {
	if d == nil || !d.covers(r.URL.Path) {
		return nil, ""
	}
	call = wording.Cut(r.Method, journal.WordShown) + " " + journal.MaskedPath(r)
	if _, known := d.requests[call]; !known && len(d.requests) >= hostilePaths {
		call = "others"
	}
	n := d.requests[call]
	d.requests[call]++
	d.total++
	return d.at(call, n), call
}

// count adds f to what was done.
func (d *hostileDay) count(f *fault) {
	if f != nil {
		d.spoiled[f.kind]++
	}
}

// hostileView is a hostile day as GET /_sandbox/faults shows it.
type hostileView struct {
	Share    float64        `json:"share"`
	Seed     uint64         `json:"seed"`
	Path     string         `json:"path"`
	Kinds    []string       `json:"kinds"`
	MaxDelay jsonDuration   `json:"maxDelay"`
	Requests int            `json:"requests"` // since the day began
	Spoiled  map[string]int `json:"spoiled"`  // of them, by kind
}

func (d *hostileDay) view() *hostileView {
	if d == nil {
		return nil
	}
	kinds := d.kinds
	if kinds == nil {
		kinds = hostileKinds()
	}
	return &hostileView{
		Share: d.share, Seed: d.seed, Path: d.path, Kinds: kinds, MaxDelay: jsonDuration(d.maxDelay),
		Requests: d.total, Spoiled: maps.Clone(d.spoiled),
	}
}

// hostileRequest is what begins a hostile day: part of POST /_sandbox/faults.
type hostileRequest struct {
	Share    float64       // 0 ends the day
	Seed     *uint64       // nil: the server's
	Path     string        // may end in "*"; "": all
	Kinds    []string      // none: all
	MaxDelay *jsonDuration // nil: two seconds
}

// order is day of what somebody asks for: it may not be one that no request gets.
func (in *hostileRequest) order(seed uint64) (day *hostileDay, field string, err error) {
	if err := (place{in.Path}).wrong(); err != nil {
		return nil, "path", err
	}
	return in.day(seed)
}

// day is the day that was asked for, nil for none, or what makes no sense and in which field.
func (in *hostileRequest) day(seed uint64) (day *hostileDay, field string, err error) {
	h := hostility{
		place: place{cmp.Or(in.Path, "/*")}, share: in.Share, seed: seed, maxDelay: hostileDelay,
		kinds: slices.Compact(slices.Sorted(slices.Values(in.Kinds))),
	}
	if in.Seed != nil {
		h.seed = *in.Seed
	}
	if in.MaxDelay != nil {
		h.maxDelay = time.Duration(*in.MaxDelay)
	}
	for _, kind := range h.kinds {
		if !slices.Contains(hostileKinds(), kind) {
			return nil, "kinds", fmt.Errorf("a hostile day does not bring %q; it can be %s", kind, strings.Join(hostileKinds(), ", "))
		}
	}
	switch {
	case math.IsNaN(h.share) || h.share < 0 || h.share > 1:
		return nil, "hostile", fmt.Errorf("hostile is %v; it is a share from 0 to 1", h.share)
	case len(h.path) > textMost:
		return nil, "path", fmt.Errorf("path is longer than %d bytes", textMost)
	case !strings.HasPrefix(h.path, "/"):
		return nil, "path", errors.New("path does not begin with a slash")
	case h.maxDelay < 0 || h.maxDelay > maxDelay:
		return nil, "maxDelay", fmt.Errorf("maxDelay is %v; it can be up to %v", h.maxDelay, maxDelay)
	case h.share == 0:
		return nil, "", nil
	}
	return newHostileDay(h), "", nil
}
