package brokercmd

import "runtime"

// unused is memory that nothing ever touches, so that it is only an address to the system. The garbage collector takes it for memory
// in use: it waits for as much garbage, instead of coming many times a second because a broker has little else.
const unused = 16 << 20

// seldom has the garbage collector come less often, until end is called.
func seldom() (end func()) {
	ballast := make([]byte, unused)
	return func() { runtime.KeepAlive(ballast) }
}
