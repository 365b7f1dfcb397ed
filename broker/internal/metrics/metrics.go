// Package metrics counts, and writes what was counted in the text format of Prometheus. It knows nothing of the broker. Labels have
// values that are made up front or bounded in number: what holds counts of anything else would grow with what callers send.
package metrics

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Values are those of the labels of one series, in the order of the labels. What a family has no label for is "".
type Values [3]string

// Family is what series have in common.
type Family struct {
	Name   string // with its unit, and _total for what only grows
	Help   string
	Labels []string // at most as many as Values has
}

// Counter is a family of numbers that only grow. The zero value of its other fields is ready; it is safe for concurrent use.
type Counter struct {
	Family

	mu  sync.RWMutex // guards the map
	all map[Values]*atomic.Uint64
}

// Inc adds one.
func (c *Counter) Inc(of Values) { c.Add(of, 1) }

// Add adds n. With 0 there is a series before anything is counted, so that an alert sees the first one.
func (c *Counter) Add(of Values, n uint64) {
	c.mu.RLock()
	one := c.all[of]
	c.mu.RUnlock()
	if one == nil {
		c.mu.Lock()
		if c.all == nil {
			c.all = map[Values]*atomic.Uint64{}
		}
		if one = c.all[of]; one == nil {
			one = new(atomic.Uint64)
			c.all[of] = one
		}
		c.mu.Unlock()
	}
	one.Add(n)
}

// Write appends the family.
func (c *Counter) Write(p *Page) {
	p.Begin(c.Family, "counter")
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, of := range slices.SortedFunc(maps.Keys(c.all), compare) {
		p.Sample(float64(c.all[of].Load()), of)
	}
}

// Histogram is a family of distributions of times. It is safe for concurrent use.
type Histogram struct {
	Family
	// Bounds are the upper ends of the buckets, in seconds and ascending. They do not change.
	Bounds []float64

	mu  sync.RWMutex // guards the map
	all map[Values]*distribution
}

type distribution struct {
	buckets []atomic.Uint64 // one more than bounds
	nanos   atomic.Int64
}

// Observe counts a time.
func (h *Histogram) Observe(d time.Duration, of Values) {
	h.mu.RLock()
	one := h.all[of]
	h.mu.RUnlock()
	if one == nil {
		h.mu.Lock()
		if h.all == nil {
			h.all = map[Values]*distribution{}
		}
		if one = h.all[of]; one == nil {
			one = &distribution{buckets: make([]atomic.Uint64, len(h.Bounds)+1)}
			h.all[of] = one
		}
		h.mu.Unlock()
	}
	d = max(d, 0)
	i, _ := slices.BinarySearch(h.Bounds, d.Seconds())
	one.buckets[i].Add(1)
	one.nanos.Add(int64(d))
}

// Write appends the family.
func (h *Histogram) Write(p *Page) {
	p.Begin(h.Family, "histogram")
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, of := range slices.SortedFunc(maps.Keys(h.all), compare) {
		one, total := h.all[of], uint64(0)
		for i := range one.buckets {
			total += one.buckets[i].Load()
			le := math.Inf(1)
			if i < len(h.Bounds) {
				le = h.Bounds[i]
			}
			p.sample("_bucket", float64(total), of, "le", number(le))
		}
		p.sample("_sum", time.Duration(one.nanos.Load()).Seconds(), of, "", "")
		p.sample("_count", float64(total), of, "", "") // as the last bucket, also when more came meanwhile
	}
}

// Names lets so many names be values of a label as come first, and calls all others "other".
type Names struct {
	Most int

	mu  sync.RWMutex // guards the set
	all map[string]bool
}

// Other is the value for what has no name of its own.
const Other = "other"

// Admit is the name, or Other if there are too many.
func (n *Names) Admit(name string) string {
	if n.Known(name) == name {
		return name
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = map[string]bool{}
	}
	if len(n.all) >= n.Most && !n.all[name] {
		return Other
	}
	n.all[name] = true
	return name
}

// Known is the name if it was admitted, else Other.
func (n *Names) Known(name string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.all[name] {
		return name
	}
	return Other
}

// ContentType is that of a Page.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Page is what is written.
type Page struct {
	text   []byte
	family Family
}

// Text is all that was written.
func (p *Page) Text() []byte { return p.text }

// Begin begins a family of a kind: counter, gauge or histogram.
func (p *Page) Begin(f Family, kind string) {
	p.family = f
	help := strings.NewReplacer("\\", `\\`, "\n", `\n`).Replace(f.Help)
	p.text = append(p.text, "# HELP "+f.Name+" "+help+"\n# TYPE "+f.Name+" "+kind+"\n"...)
}

// Sample appends a series of the family that was begun.
func (p *Page) Sample(v float64, of Values) { p.sample("", v, of, "", "") }

// sample has one more label, if it is not "".
func (p *Page) sample(suffix string, v float64, of Values, label, value string) {
	p.text = append(append(p.text, p.family.Name...), suffix...)
	sep := byte('{')
	for i, name := range p.family.Labels {
		p.label(sep, name, of[i])
		sep = ','
	}
	if label != "" {
		p.label(sep, label, value)
		sep = ','
	}
	if sep == ',' {
		p.text = append(p.text, '}')
	}
	p.text = append(append(append(p.text, ' '), number(v)...), '\n')
}

var labelEscapes = strings.NewReplacer("\\", `\\`, "\n", `\n`, `"`, `\"`)

// label appends one. A value is UTF-8 by the format.
func (p *Page) label(sep byte, name, value string) {
	p.text = append(append(append(p.text, sep), name...), `="`...)
	p.text = append(append(p.text, labelEscapes.Replace(strings.ToValidUTF8(value, "\ufffd"))...), '"')
}

func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func compare(a, b Values) int { return slices.Compare(a[:], b[:]) }
