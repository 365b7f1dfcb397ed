package cli

import (
	"net"
	"time"
)

// InTime is how a sandbox bounds the time of bodies, and TimeOf what it is.
var (
	InTime = inTime
	TimeOf = timeOf
)

// Patient is how it bounds the time of answers.
func Patient(ln net.Listener, limit time.Duration) net.Listener { return patient{ln, limit} }
