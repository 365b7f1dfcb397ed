package sandbox

import (
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
)

// Bounds of this program, not of the vendor.
const (
	sessionsRoom = 4_096 * 512         // that a server and its namespaces do together
	clockMost    = 100 * contract.Year // how far the clock can be moved
)
