package brokercmd

import (
	"context"
	"math"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections are those of callers whose request has come, or may be on its way. A server that is told to shut down drops what it
// reads from then on, so that is done when there are none.
type connections struct {
	mu   sync.Mutex // guards the fields below
	busy map[net.Conn]bool
	none chan struct{} // closed when busy is empty; nil: nobody waits
	kept time.Time     // when a caller was last answered that may send another request on its connection
}

// note is http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		if c.busy == nil {
			c.busy = map[net.Conn]bool{}
		}
		c.busy[conn] = true
	case http.StateIdle:
		c.kept = time.Now()
		delete(c.busy, conn)
	default:
		delete(c.busy, conn)
	}
	if len(c.busy) == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// wait waits until no connection is busy, and all that are kept have been idle for linger: the next request on one of them is answered,
// and that it is the last one. No other connection may come meanwhile.
func (c *connections) wait(ctx context.Context, linger time.Duration) {
	for ctx.Err() == nil {
		c.mu.Lock()
		rest, none := time.Until(c.kept.Add(linger)), make(chan struct{})
		switch {
		case len(c.busy) > 0:
			c.none, rest = none, math.MaxInt64
		case rest <= 0:
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		select {
		case <-none:
		case <-time.After(rest):
		case <-ctx.Done():
		}
	}
}
