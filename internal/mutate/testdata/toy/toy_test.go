package toy_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/internal/mutate/testdata/toy"
)

func TestWhatIsLeft(t *testing.T) {
	if got := toy.Left(5, 3); got != 2 {
		t.Errorf("of 5 less 3 there are %d left", got)
	}
	if got := toy.Left(3, 5); got != 0 {
		t.Errorf("of 3 less 5 there are %d left", got)
	}
}

func TestANegativeAmountIsRefused(t *testing.T) {
	if toy.Take(-1) == nil {
		t.Error("it is taken")
	}
}
