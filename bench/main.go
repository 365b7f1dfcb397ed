// Command bench compares ringcx with its peers on this machine and prints medians and ratios:
//
//	go run ./bench
//
// Contestants take turns, so that whatever else the machine does hits them alike.
package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/sandbox"
)

// goroutines ask for a token at the same time, as the handlers of a busy server do.
const goroutines = 64

const rounds = 5

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	testing.Init()
	fmt.Printf("%s %s/%s, %d cores\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	if err := hotPath(); err != nil {
		return err
	}
	return commands()
}

// hotPath is a token that is at hand, asked for from 64 goroutines.
func hotPath() error {
	url, demo, stop, err := vendor()
	if err != nil {
		return err
	}
	defer stop()
	config := &ringcx.Config{ClientID: demo.ClientID, ClientSecret: demo.ClientSecret, Endpoint: ringcx.Endpoint{RingCentral: url, RingCX: url}}
	session := config.NewSession(config.JWT(demo.JWT), nil)
	token, err := session.Token(context.Background())
	if err != nil {
		return err
	}
	reuse := oauth2.ReuseTokenSource(&oauth2.Token{AccessToken: token.AccessToken, Expiry: time.Now().Add(time.Hour)}, nil)
	ours := func() error { _, err := session.Token(context.Background()); return err }
	theirs := func() error { _, err := reuse.Token(); return err }

	var mine, peer []float64
	var allocs int64
	for range rounds {
		a, b := parallel(ours), parallel(theirs)
		mine, peer = append(mine, nanoseconds(a)), append(peer, nanoseconds(b))
		allocs = max(allocs, a.AllocsPerOp())
	}
	fmt.Printf("a token that is at hand, %d goroutines\n", goroutines)
	fmt.Printf("  Session.Token             %8.2f ns  %d allocations\n", median(mine), allocs)
	fmt.Printf("  oauth2.ReuseTokenSource   %8.2f ns  %.0f times as long\n\n", median(peer), median(peer)/median(mine))
	return nil
}

func parallel(ask func() error) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(max(goroutines/runtime.GOMAXPROCS(0), 1))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := ask(); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func nanoseconds(r testing.BenchmarkResult) float64 { return float64(r.T.Nanoseconds()) / float64(r.N) }

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}

// vendor is a sandbox to sign in to.
func vendor() (url string, demo sandbox.Credentials, stop func(), err error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return "", demo, nil, err
	}
	server := httptest.NewServer(box)
	return server.URL, box.Demo(), server.Close, nil
}
