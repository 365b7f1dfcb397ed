package examples_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/internal/testprograms"
)

// The other examples are tested so in package conform.
func TestTheSDKExampleSurvivesTheVendorsBadDays(t *testing.T) {
	t.Parallel()
	testprograms.Survives(t, sdk.Command(t, ".", built))
}
