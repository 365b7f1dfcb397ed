package sandbox

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// restored is a purse for objects that are restored; budget.HeavyError if that is bounded and they are too many. Who gets it has to
// close it, unless a server does.
func (s *server) restored(in *archive, bounded bool) (budget.Purse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, own := budget.Purse{Total: &s.memory.shared.objects}, s.purse.Spent // which goes when it is done
	p.Spend(in.lasting)
	if bounded && in.lasting > budget.ObjectShare && int(p.Total.Load())-own > budget.RestoredMost {
		p.Close()
		return p, budget.HeavyError("its objects take more memory than there is room for")
	}
	return p, nil
}

// room is how many bytes r may bring; budget.ErrTooMuch if it makes an object and there are too many. What makes and changes nothing
// may bring little always.
func (s *server) room(r *http.Request) (bytes int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.purse.Left()
	if budget.CostOf(r, 0) > left {
		return 0, budget.ErrTooMuch
	}
	return min(endpoint.BodyLimit, max(left, budget.ObjectLeast)), nil
}

// changed counts a request that was done.
func (s *server) changed(r *http.Request, weight int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purse.Spend(budget.CostOf(r, weight))
}
