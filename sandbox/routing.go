package sandbox

import (
	"net/http"
	"sync"
	"sync/atomic"
)

// routing is the vendors' routes of a server, which take more memory than the rest of a namespace that does nothing: only
// so many namespaces have them at a time, the others make them again when they are asked.
type routing struct {
	made atomic.Pointer[http.Handler] // nil: not now
}

// routings are those of the namespaces that have routes.
type routings struct {
	mu   sync.Mutex
	ring [routingsMost]*routing
	next int
}

// add takes in one, for which the one that came first goes.
func (all *routings) add(r *routing) {
	all.mu.Lock()
	defer all.mu.Unlock()
	place := &all.ring[all.next%routingsMost]
	all.next++
	if first := *place; first != nil && first != r {
		first.made.Store(nil)
	}
	*place = r
}

// routes are the vendors' routes.
func (s *Server) routes() http.Handler {
	if made := s.routing.made.Load(); made != nil {
		return *made
	}
	var h http.Handler = s.vendorRoutes()
	s.routing.made.Store(&h)
	if s.memory.name != "" {
		s.memory.shared.routings.add(s.routing)
	}
	return h
}
