package fault

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Day spoils a seeded share of the requests. What the n-th request of a method and path gets depends on the share, the
// seed, the kinds, the longest delay, the method, the path and n, and on nothing else.
type Day struct {
	Share float64 `json:"share"` // of the requests that are spoiled, above 0 and at most 1
	Seed  uint64  `json:"seed"`
	Place
	Kinds    []string             `json:"kinds"` // sorted
	MaxDelay wording.JSONDuration `json:"maxDelay"`
	Requests int                  `json:"requests"` // since the day began
	Spoiled  map[string]int       `json:"spoiled"`  // of them, by kind
}

// again is d before its first request.
func (d *Day) again() Day {
	out := *d
	out.Requests, out.Spoiled = 0, map[string]int{}
	return out
}

// same reports whether two days bring the same.
func (d *Day) same(other *Day) bool {
	return d.Place == other.Place && d.Share == other.Share && d.Seed == other.Seed && d.MaxDelay == other.MaxDelay &&
		slices.Equal(d.Kinds, other.Kinds)
}

// hostileMix is what a hostile day brings, as often as the weights say. Where a figure is missing it is drawn.
var hostileMix = []struct {
	Fault
	weight int
}{
	{Fault{Kind: Delay}, 24},
	{Fault{Kind: Status, Status: http.StatusInternalServerError}, 12},
	{Fault{Kind: Status, Status: http.StatusServiceUnavailable}, 8},
	{Fault{Kind: HTML, Status: http.StatusBadGateway}, 10},
	{Fault{Kind: RetryAfter, Status: http.StatusServiceUnavailable, RetryAfter: "2"}, 5},
	{Fault{Kind: RetryAfter, Status: http.StatusServiceUnavailable, RetryDate: 3 * time.Second}, 4},
	{Fault{
		Kind: RetryAfter, Status: http.StatusTooManyRequests, RetryAfter: "60",
	}, 7},
	{Fault{Kind: Reset}, 8},
	{Fault{Kind: DropAnswer}, 8},
	{Fault{Kind: Truncate}, 5},
	{Fault{Kind: Garble}, 3},
	{Fault{Kind: Empty, Status: http.StatusOK}, 3},
	{Fault{Kind: Skew}, 3},
}

// hostileSkews are how far Date is off.
var hostileSkews = []time.Duration{-12 * time.Hour, -time.Hour, -5 * time.Minute, 5 * time.Minute, time.Hour, 12 * time.Hour}

// DayKinds are the kinds of faults that a hostile day can bring.
func DayKinds() []string {
	var out []string
	for _, m := range hostileMix {
		out = append(out, m.Kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// at is what the n-th request of a method and path gets, nil if it is let alone.
func (d *Day) at(call string, n int) *Fault {
	raw := seeded.Bytes(d.Seed, "hostile "+call, n)
	draw := func(i int) uint64 { return binary.BigEndian.Uint64(raw[8*i:]) }
	unit := func(i int) float64 { return float64(draw(i)>>11) / (1 << 53) }
	if unit(0) >= d.Share {
		return nil
	}
	total := 0
	for _, m := range hostileMix {
		if d.brings(m.Kind) {
			total += m.weight
		}
	}
	left := int(draw(1) % uint64(total)) //nolint:gosec // at most the sum of the weights
	for _, m := range hostileMix {
		if !d.brings(m.Kind) {
			continue
		}
		if left -= m.weight; left >= 0 {
			continue
		}
		f := m.Fault
		switch f.Kind {
		case Delay:
			f.Delay = time.Duration(unit(2) * float64(d.MaxDelay))
		case Skew:
			f.Skew = hostileSkews[draw(2)%uint64(len(hostileSkews))]
		}
		return &f
	}
	return nil
}

func (d *Day) brings(kind string) bool { return slices.Contains(d.Kinds, kind) }

// DayRequest is what begins a hostile day: part of POST /_sandbox/faults.
type DayRequest struct {
	Share    float64               // 0 ends the day
	Seed     *uint64               // nil: the server's
	Path     string                // may end in "*"; "": all
	Kinds    []string              // none: all
	MaxDelay *wording.JSONDuration // nil: two seconds
}

// Order is day of what somebody asks for: it may not be one that no request gets.
func (in *DayRequest) Order(seed uint64) (day *Day, field string, err error) {
	if err := (Place{in.Path}).wrong(); err != nil {
		return nil, "path", err
	}
	return in.Day(seed)
}

// Day is the day that was asked for, nil for none, or what makes no sense and in which field.
func (in *DayRequest) Day(seed uint64) (day *Day, field string, err error) {
	d := Day{
		Place: Place{cmp.Or(in.Path, "/*")}, Share: in.Share, Seed: seed, MaxDelay: wording.JSONDuration(DefaultMaxDelay),
		Kinds: slices.Compact(slices.Sorted(slices.Values(in.Kinds))), Spoiled: map[string]int{},
	}
	if in.Seed != nil {
		d.Seed = *in.Seed
	}
	if in.MaxDelay != nil {
		d.MaxDelay = *in.MaxDelay
	}
	for _, kind := range d.Kinds {
		if !slices.Contains(DayKinds(), kind) {
			return nil, "kinds", fmt.Errorf("a hostile day does not bring %q; it can be %s", kind, strings.Join(DayKinds(), ", "))
		}
	}
	if d.Kinds == nil && d.Share > 0 {
		d.Kinds = DayKinds()
	}
	switch longest := time.Duration(d.MaxDelay); {
	case math.IsNaN(d.Share) || d.Share < 0 || d.Share > 1:
		return nil, "hostile", fmt.Errorf("hostile is %v; it is a share from 0 to 1", d.Share)
	case len(d.Path) > endpoint.TextMost:
		return nil, "path", fmt.Errorf("path is longer than %d bytes", endpoint.TextMost)
	case !strings.HasPrefix(d.Path, "/"):
		return nil, "path", errors.New("path does not begin with a slash")
	case longest < 0 || longest > maxDelay:
		return nil, "maxDelay", fmt.Errorf("maxDelay is %v; it can be up to %v", longest, maxDelay)
	case d.Share == 0:
		return nil, "", nil
	}
	return &d, "", nil
}
