package apispec_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestTheDescriptionIsWholeAndMakesSense(t *testing.T) {
	if err := apispec.Default().Check(); err != nil {
		t.Fatal(err)
	}
}
