package budget

import (
	"errors"
	"net/http"
	"time"
)

// Gate lets in some at a time.
type Gate chan struct{}

// patience is how long one who is not let in waits, in real time.
const patience = 30 * time.Second

var ErrCrowded = errors.New("other snapshots are on their way: try again later")

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

// TryEnter is enter for who does not wait.
func (g Gate) TryEnter() (leave func(), ok bool) {
	select {
	case g <- struct{}{}:
		return func() { <-g }, true
	default:
		return nil, false
	}
}
