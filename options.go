package ringcx

import (
	"log/slog"
	"time"
)

// SessionOptions are the less common settings of a [Session]. The zero value is fine.
type SessionOptions struct {
	// Store keeps the lineage; nil: a [Memory] of its own, so that it ends with the session.
	Store Store
	// Key names the lineage in the Store. "": derived from hosts, app and credential, so that sessions made from the
	// same ones share it; a session with a Store whose grant does not say whom it stands for (see [Identified]) then fails
	// every call.
	// A lineage of other credentials under the same key is replaced once the new login worked.
	Key string
	// Inline makes every renewal happen in the call that finds it due, and never in the background, for programs
	// that live for one call: commands, serverless functions.
	Inline bool
	// MaxWait is how long a call waits at most when the vendor's limits, or a vendor that fails, leave nothing to do but wait. A
	// call whose ctx ends earlier waits no longer than that. 0: two minutes. Negative: not at all.
	MaxWait time.Duration
	// Log gets a line for each renewal; nil: none. Secrets never appear in it. A line that tells of a wait as MaxWait
	// bounds it has the attribute "until", the time at which the wait ends; no other line has it.
	Log *slog.Logger
}
