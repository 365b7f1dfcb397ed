// Package conform_test is apart from the other tests of the examples because nothing here depends on package ringcx: what Go has
// seen pass need not be run again when that changes.
package conform_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testprograms"
)

const examples = ".."

// built is the directory of the compiled examples.
var built string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if built, err = testprograms.Build(examples, "./go"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(built) }()
		return m.Run()
	}())
}

func TestTheExamplesSurviveTheVendorsBadDays(t *testing.T) {
	t.Parallel()
	for _, p := range testprograms.ByHand {
		t.Run(p.Name, func(t *testing.T) {
			// Go takes the result of before only if what the test itself has looked at is as it was. That others read the
			// files of the example it does not know.
			if _, err := os.ReadDir(examples + "/" + p.Name); err != nil {
				t.Fatal(err)
			}
			testprograms.Survives(t, p.Command(t, examples, built))
		})
	}
}
