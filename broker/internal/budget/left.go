package budget

import "time"

// Left is what a limit leaves of one account or profile, as this replica knows it.
type Left struct {
	Limit   string // its name
	Account bool   // Of is an account; false: a profile
	Of      string
	Left    int           // requests that may be sent now; 0 while the vendor wants none
	Most    int           // requests of the window that leaves the fewest
	Waiting int           // requests that wait for their turn
	Quiet   time.Duration // how long the vendor wants no request; 0: it does not say
}

// Left is what is left of all limits under which something was sent of late. What other replicas have sent since the Store was
// looked at last, two seconds ago at the most while there is traffic, is not known here.
func (g *Governor) Left() []Left {
	g.mu.Lock()
	all := make([]*bucket, 0, len(g.buckets))
	for _, b := range g.buckets {
		all = append(all, b)
	}
	g.mu.Unlock()
	found := make([]Left, 0, len(all))
	for _, b := range all {
		b.mu.Lock()
		if !b.gone {
			one := b.share.left(b.g.now())
			one.Waiting += b.streams.waits
			one.Limit, one.Account, one.Of = b.key.limit.Name, b.key.account, b.key.of
			found = append(found, one)
		}
		b.mu.Unlock()
	}
	return found
}

// left is what may be sent, where it takes no more than a look at the record to get it. What others have counts for as long as a look
// is worth.
func (s *share) left(now moment) Left {
	l := Left{Waiting: len(s.queue.all), Quiet: max(0, s.quiet-now.steady)}
	live := now.before(s.valid)
	for i, w := range s.windows {
		s.own[i].settle(now.steady)
		s.leased[i].settle(now.steady)
		may := s.pool[i]
		if s.tried > 0 && now.steady-s.tried <= 2*look && !s.failing {
			may = min(may, s.leased[i].total()+s.vacant[i])
		}
		if live {
			may = min(may, s.target[i])
		}
		n := s.own[i].free + max(0, may-s.leased[i].used())
		if i == 0 || n < l.Left {
			l.Left, l.Most = n, w.Requests
		}
	}
	if l.Quiet > 0 {
		l.Left = 0
	}
	return l
}
