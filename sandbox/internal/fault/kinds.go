package fault

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// What each kind does to an answer is in fault.go, instead of the vendor, and in deliver.go, on the way.

// Bounds of this program, not of the vendor.
const (
	MaxArmed        = 1_000           // that are armed
	DefaultMaxDelay = 2 * time.Second // longest delay of a hostile day, unless it is told otherwise
	hostilePaths    = 10_000          // methods and paths that a hostile day counts one by one
	largeAnswer     = 2 << 20         // bytes of the "large" fault
	maxDelay        = time.Hour
)

// Kinds of faults. The first six answer instead of doing what was asked; the others do it. Of these, the first three
// keep the answer from the client.
const (
	Status     = "status"
	HTML       = "html"
	Large      = "large"
	Reset      = "reset"
	RetryAfter = "retry-after"
	Empty      = "empty"
	DropAnswer = "drop-answer"
	Truncate   = "truncate"
	Garble     = "garble"
	Delay      = "delay"
	Skew       = "skew"
)

// statuses are the kinds with their default status; 0 means that the status is not the fault's.
var statuses = map[string]int{
	Status: http.StatusServiceUnavailable, HTML: http.StatusOK, Large: http.StatusOK,
	RetryAfter: http.StatusTooManyRequests, Empty: http.StatusOK,
	Reset: 0, DropAnswer: 0, Truncate: 0, Garble: 0, Delay: 0, Skew: 0,
}

// Kinds are the names of all kinds, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(statuses)) }
