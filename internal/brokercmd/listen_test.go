package brokercmd_test

import (
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

func TestABrokerAnswersToTheNamesThatItListensAt(t *testing.T) {
	got := brokercmd.Names(`hosts = ["broker.internal"]
[[listen]]
address = "vm:8418"
insecure = true
[[listen]]
address = ":8419"
insecure = true
[[listen]]
address = "unix:/run/ringcx/x:1"
`)
	if want := []string{"broker.internal", "vm"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
