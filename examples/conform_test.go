package examples_test

import (
	"os"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/conform"
)

func TestTheExamplesSurviveTheVendorsBadDays(t *testing.T) {
	t.Parallel()
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			results, err := conform.Run(t.Context(), &conform.Options{
				Command: p.command(t), Environ: os.Environ(), Jobs: 4, Timeout: 3 * time.Minute,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if r.Status != conform.Pass {
					t.Errorf("%s: %s %+v", r.Name, r.Status, r.Problems)
				}
			}
		})
	}
}
