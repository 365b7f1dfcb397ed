//go:build !race

// What is here is sent in masses, or is about memory: with the race detector it takes too long, or is other than it is.
package broker_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestBodiesOfAnySizePassInConstantMemory(t *testing.T) {
	const size = 100 << 20
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !isAPI(r) {
			return false
		}
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Received", fmt.Sprint(n))
		_, _ = io.CopyN(w, zeros{}, size)
		return true
	})
	p.ask(http.MethodGet, accounts, "x")
	var peak, stop atomic.Uint64
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for stop.Load() == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			<-time.After(5 * time.Millisecond)
		}
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/voice/api/v1/upload", io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	resp, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	stop.Store(1)
	<-watched
	if err != nil || n != size || resp.Header.Get("X-Received") != fmt.Sprint(size) {
		t.Errorf("%d bytes came back, %s arrived, %v", n, resp.Header.Get("X-Received"), err)
	}
	if grown := int64(peak.Load()) - int64(before.HeapInuse); grown > 32<<20 { //nolint:gosec // they are small
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
