// Package admin is what those who steer a sandbox have in common: the control plane, for programs, and the console, for people.
// It reads and checks what they want to change, and changes it, so that both have the same rules and the same words for what
// makes no sense. What only the server itself can do, it asks of it as its Host.
package admin

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Sandbox is a server, or a namespace, for those who steer it: the control plane and the console. The lock guards
// what is in it.
type Sandbox struct {
	Lock      *state.Lock
	World     *model.World
	Platform  *platform.Service
	RingCX    *ringcx.Service
	Limits    *limit.Limits
	Faults    *fault.Faults
	Journal   *journal.Log
	Guard     *guard.Guard
	Rules     *atomic.Pointer[contract.Rules]
	Namespace string // its name; "": it is not inside another
	Host
}

// Do runs what looks at what is in the sandbox, or changes it, alone and in a transaction.
func (a *Sandbox) Do(do func(tx *state.Tx)) {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	do(a.Lock.Tx)
}

// ErrFaults is why no other fault is armed.
var ErrFaults = fmt.Errorf("%d faults are armed already: disarm them, with DELETE /_sandbox/faults", fault.MaxArmed)

// ChangeFaults changes what is armed or the day, and says how much is armed then.
func (a *Sandbox) ChangeFaults(change func()) int {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	change()
	return a.Faults.Size()
}

// Host is what only the server itself can do.
type Host interface {
	Now() time.Time
	ClockOffset() time.Duration                           // how far the clock was moved
	MoveClock(d time.Duration) error                      // the clock
	Seed() uint64                                         // that a reset returns to
	Profile() string                                      // that it was started with
	Algorithm() string                                    // of RingCX access tokens
	Demo() model.Demo                                     // as it was handed out
	Reset() error                                         // returns to the first minute
	Save() error                                          // keeps what was changed, and has answers made anew
	BodyRoom(r *http.Request) (int, error)                // bytes that r may bring
	CountChange(r *http.Request, weight int)              // counts a request that was done
	ChangeRules(change func(*contract.Rules) error) error // sets what change sets, or nothing after an error
	ServeVendor(w http.ResponseWriter, r *http.Request)   // answers as the vendor whose path it is

	// SendSnapshot writes everything that the server knows. It fails before it has written anything.
	SendSnapshot(w http.ResponseWriter, r *http.Request, describe func(h http.Header, made time.Time)) error
	// Restore makes the server what the snapshot in the body of r says, or changes nothing.
	Restore(r *http.Request) (kinds []string, err error)

	// Namespaces lists those of a server whose address is base.
	Namespaces(base string) []Namespace
	CountNamespaces() int
	// OpenNamespace begins a namespace, or finds it, and opens an address of its own for it.
	OpenNamespace(name, base string) (Namespace, error)
	DeleteNamespace(name string) error
	// OuterAddress is the address of the server around a namespace; "": it is not known.
	OuterAddress() string
}

// Namespace is a namespace as those who steer the server see it.
type Namespace struct {
	Name     string            `json:"name"`
	URL      string            `json:"url"`
	Requests int               `json:"requests"`
	Env      map[string]string `json:"env"`
	Own      string            `json:"-"` // address that is the namespace's alone, as this machine knows it; "": it has none
}
