package ringcx_test

import (
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestMemoryKeepsThePromisesOfAStore(t *testing.T) {
	ringcxtest.TestStore(t, func(*testing.T) func() ringcx.Store {
		m := new(ringcx.Memory)
		return func() ringcx.Store { return m }
	})
}
