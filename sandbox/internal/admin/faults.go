package admin

import (
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
)

// ErrFaults is why no other fault is armed.
var ErrFaults = fmt.Errorf("%d faults are armed already: disarm them, with DELETE /_sandbox/faults", fault.MaxArmed)

// ChangeFaults changes what is armed or the day, and says how much is armed then.
func (a *Sandbox) ChangeFaults(change func()) int {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	change()
	return a.Faults.Size()
}
