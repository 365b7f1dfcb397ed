package budget

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
)

// makers are the last parts of the paths at which objects are made: in the control plane and in the console.
var makers = []string{"/apps", "/accounts", "/users", "/credentials", "/admins", "/summaries", "/apps/new", "/credentials/new"}

// ErrTooMuch is why a request is refused that makes another object.
var ErrTooMuch = errors.New("there are too many objects in this sandbox already: reset it, or delete namespaces that nobody needs")

// CostOf is what a request to change objects counts, if what it brings has such a weight: each remembers something of it.
func CostOf(r *http.Request, weight int) int {
	if r.Method != http.MethodPost {
		return 0
	}
	for _, end := range makers {
		if rest, ok := strings.CutSuffix(r.URL.Path, end); ok && (rest == "/_sandbox" || rest == "/console") {
			return max(weight, ObjectLeast)
		}
	}
	return max(0, weight-ObjectLeast)
}

// Purse is what the objects of a server weigh: what made and changed them, and what was restored. Its owner's lock guards it,
// but for Total, which servers share. The zero value can only be closed.
type Purse struct {
	Spent int
	Total *atomic.Int64 // of all of the process
}

// Spend counts objects of such a weight, whether there is room for them or not.
func (p *Purse) Spend(weight int) {
	p.Spent += weight
	p.Total.Add(int64(weight))
}

// Left is what may still be spent: ObjectShare by each server, whatever the others do.
func (p *Purse) Left() int {
	return max(0, objectsMost-int(p.Total.Load()), ObjectShare-p.Spent)
}

// Close gives back what was spent. What is spent afterwards takes nothing from others.
func (p *Purse) Close() {
	if p.Total != nil {
		p.Total.Add(-int64(p.Spent))
	}
	p.Spent, p.Total = 0, new(atomic.Int64)
}
