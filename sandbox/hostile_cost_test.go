//go:build !race

// The race detector makes pools forget, which is an allocation now and then.

package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAGoodDayCostsARequestNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	// The least of a few rounds: the log grows now and then, and a collection empties pools.
	cost := func() float64 {
		least := 1e9
		for range 5 {
			least = min(least, testing.AllocsPerRun(50, func() {
				r := httptest.NewRequest(http.MethodGet, "/restapi", nil)
				r.Header.Set("User-Agent", "sandbox-test/1.0")
				v.ServeHTTP(httptest.NewRecorder(), r)
			}))
		}
		return least
	}
	quiet := cost()
	v.control("faults", `{"hostile":0.000001}`)
	hostile := cost()
	v.control("faults", `{"hostile":0}`)
	// Pools that a collection empties make a count differ by one or two; a day costs dozens.
	if after := cost(); hostile-quiet < 10 || after-quiet > 5 {
		t.Errorf("allocations: %v before, %v on a hostile day, %v after it", quiet, hostile, after)
	}
}
