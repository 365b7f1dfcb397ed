package brokercmd

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// connections are those of callers whose request has come, or may be on its way. A server that is told to shut down drops what it
// reads from then on, so that is done when there are none.
type connections struct {
	mu   sync.Mutex // guards the fields below
	busy map[net.Conn]bool
	none chan struct{} // closed when busy is empty; nil: nobody waits
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
	default:
		delete(c.busy, conn)
	}
	if len(c.busy) == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// wait waits until no connection is busy. No other may come meanwhile.
func (c *connections) wait(ctx context.Context) {
	c.mu.Lock()
	none := make(chan struct{})
	if len(c.busy) == 0 {
		close(none)
	} else {
		c.none = none
	}
	c.mu.Unlock()
	select {
	case <-none:
	case <-ctx.Done():
	}
}
