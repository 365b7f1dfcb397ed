package budget

import (
	"errors"
	"net/http"
	"time"
)

// Gate lets in as many at a time as its capacity.
type Gate chan struct{}

// patience is how long one who is not let in waits, in real time.
const patience = 30 * time.Second

// ErrCrowded is why one was not let in.
var ErrCrowded = errors.New("other snapshots are on their way: try again later")

// Enter waits until there is room, for half a minute and as long as the client of r does. Who is let in calls leave.
func (g Gate) Enter(r *http.Request) (leave func(), err error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case g <- struct{}{}:
		return func() { <-g }, nil
	case <-timer.C:
		return nil, ErrCrowded
	case <-r.Context().Done():
		return nil, ErrCrowded
	}
}

// TryEnter is Enter without waiting.
func (g Gate) TryEnter() (leave func(), ok bool) {
	select {
	case g <- struct{}{}:
		return func() { <-g }, true
	default:
		return nil, false
	}
}
