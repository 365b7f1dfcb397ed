package cli

import (
	"net"
	"net/http"
	"time"
)

// InTime is how a sandbox bounds the time of bodies, and TimeOf what it is.
var (
	InTime = inTime
	TimeOf = timeOf
)

// Patient is how it bounds the time of answers.
func Patient(ln net.Listener, limit time.Duration) net.Listener { return patient{ln, limit} }

// Within is how it bounds what requests hold together.
func Within(most int64, h http.Handler) http.Handler { return (&inFlight{most: most}).within(h) }
