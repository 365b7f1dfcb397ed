package endpoint

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// Operation is a row of what the vendors answer: a method at a path, and all that holds for it before it is answered.
type Operation struct {
	Method, Path string
	Limit        limit.Kind    // that its calls are counted for, and whose headers their answers have
	Event        journal.Event // what its success does to a token
	Caller       Caller        // asked who calls, besides that of the door; nil: Handle finds out, or anybody may
	Form         bool          // its body is read as a form, before Handle
	Handle       Handler       // runs in the transaction of the call, and takes no lock
}

// Handler answers a call.
type Handler func(*Call, *http.Request) Response

// Caller finds out who calls; if nobody that may, the refusal is the answer. It runs before the transaction, so that the reads
// of the many, whose tokens were seen before, wait for none.
type Caller func(*Call, *http.Request) (refusal Response, ok bool)

// Door is what stands before all paths that begin so, also before those at which there is nothing.
type Door struct {
	Begin  string
	Caller Caller // nil: who calls is up to the operation
	Limit  limit.Kind
}

// Leads reports whether a path is behind d: whether it goes on from Begin at the end of a name.
func (d *Door) Leads(path string) bool {
	rest, ok := strings.CutPrefix(path, d.Begin)
	return ok && (rest == "" || rest[0] == '/')
}

// IsPlatform reports whether a path is one of RingCentral; the others are of RingCX.
func IsPlatform(path string) bool {
	return path == "/restapi" || strings.HasPrefix(path, "/restapi/") || strings.HasPrefix(path, "/.well-known/")
}
