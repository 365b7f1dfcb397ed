package metrics_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/metrics"
)

func TestAPageIsInTheTextFormat(t *testing.T) {
	c := &metrics.Counter{Family: metrics.Family{Name: "a_total", Help: "One\nline \\ of help.", Labels: []string{"x", "y"}}}
	c.Inc(metrics.Values{"b"})
	c.Inc(metrics.Values{"a", "quote \" line \n back \\ bad \xff"})
	c.Inc(metrics.Values{"b"})
	h := &metrics.Histogram{Family: metrics.Family{Name: "t_seconds", Help: "Times.", Labels: []string{"x"}}, Bounds: []float64{0.1, 1}}
	for _, d := range []time.Duration{-time.Second, 100 * time.Millisecond, 101 * time.Millisecond, time.Minute} {
		h.Observe(d, metrics.Values{"b"})
	}
	p := new(metrics.Page)
	c.Write(p)
	h.Write(p)
	p.Begin(metrics.Family{Name: "up", Help: "Whether."}, "gauge")
	p.Sample(1, metrics.Values{})
	const want = `# HELP a_total One\nline \\ of help.
# TYPE a_total counter
a_total{x="a",y="quote \" line \n back \\ bad ` + "\ufffd" + `"} 1
a_total{x="b",y=""} 2
# HELP t_seconds Times.
# TYPE t_seconds histogram
t_seconds_bucket{x="b",le="0.1"} 2
t_seconds_bucket{x="b",le="1"} 3
t_seconds_bucket{x="b",le="+Inf"} 4
t_seconds_sum{x="b"} 60.201
t_seconds_count{x="b"} 4
# HELP up Whether.
# TYPE up gauge
up 1
`
	if got := string(p.Text()); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestNoMoreNamesAreLabelsThanMayBe(t *testing.T) {
	n := &metrics.Names{Most: 2}
	for i, want := range []string{"0", "1", "other", "other"} {
		if got := n.Admit(strconv.Itoa(i)); got != want {
			t.Errorf("%d: %s", i, got)
		}
	}
	if n.Admit("1") != "1" || n.Known("0") != "0" || n.Known("3") != "other" {
		t.Error("what was admitted is not told from what was not")
	}
}

func TestNothingThatIsCountedAtOnceIsLost(t *testing.T) {
	c := &metrics.Counter{Family: metrics.Family{Name: "a_total", Labels: []string{"x"}}}
	h := &metrics.Histogram{Family: metrics.Family{Name: "b_seconds", Labels: []string{"x"}}, Bounds: []float64{1}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				c.Inc(metrics.Values{strconv.Itoa(i % 2)})
				h.Observe(time.Second, metrics.Values{strconv.Itoa(i % 2)})
				if i%100 == 0 {
					h.Write(new(metrics.Page))
				}
			}
		})
	}
	all.Wait()
	p := new(metrics.Page)
	c.Write(p)
	h.Write(p)
	const want = `# HELP a_total 
# TYPE a_total counter
a_total{x="0"} 4000
a_total{x="1"} 4000
# HELP b_seconds 
# TYPE b_seconds histogram
b_seconds_bucket{x="0",le="1"} 4000
b_seconds_bucket{x="0",le="+Inf"} 4000
b_seconds_sum{x="0"} 4000
b_seconds_count{x="0"} 4000
b_seconds_bucket{x="1",le="1"} 4000
b_seconds_bucket{x="1",le="+Inf"} 4000
b_seconds_sum{x="1"} 4000
b_seconds_count{x="1"} 4000
`
	if got := string(p.Text()); got != want {
		t.Errorf("%s", got)
	}
}

func BenchmarkCounting(b *testing.B) {
	c := &metrics.Counter{Family: metrics.Family{Name: "a_total", Labels: []string{"x", "y", "z"}}}
	h := &metrics.Histogram{Family: metrics.Family{Name: "b_seconds", Labels: []string{"x"}}, Bounds: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30}}
	b.ReportAllocs()
	for b.Loop() {
		c.Inc(metrics.Values{"getAllAccounts", "2xx", "allowed"})
		h.Observe(time.Millisecond, metrics.Values{"getAllAccounts"})
	}
}
