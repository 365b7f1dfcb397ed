package journal

import (
	"slices"
	"strings"
	"time"
)

// Tally is how often requests got a verdict since the log began, and the first of them.
type Tally struct {
	Verdict string  `json:"verdict"`
	Count   uint64  `json:"count"`
	First   Example `json:"first"`
}

// Example is what a tally remembers of a request: what an entry of the log has, but for what may be long.
type Example struct {
	Time      time.Time `json:"time"` // on the server's clock, in UTC
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Status    int       `json:"status"`
	Number    uint64    `json:"number"`              // in the log of the server or namespace that it was for
	Namespace string    `json:"namespace,omitempty"` // "": for the server itself
}

// tallies count verdicts. As those are the words of package verdict, what is remembered is bounded by their number.
type tallies struct {
	misused uint64 // requests with a verdict
	all     []Tally
}

// count counts the verdicts of a request.
func (t *tallies) count(r *Request) {
	if len(r.Verdicts) > 0 {
		t.misused++
	}
	for _, v := range r.Verdicts {
		i := slices.IndexFunc(t.all, func(known Tally) bool { return known.Verdict == v })
		if i < 0 {
			i = len(t.all)
			method, path := strings.Clone(r.Method), strings.Clone(r.Path) // not all that they were cut from
			t.all = append(t.all, Tally{Verdict: v, First: Example{r.Time.UTC(), method, path, r.Status, r.Number, r.Namespace}})
		}
		t.all[i].Count++
	}
}

// Tallies are the verdicts of all requests since the log was made, those of other logs that it observed among them, in the order in
// which they came first, and how many requests got one. A request that has left the log, or was there before a Restore, stays counted.
func (j *Log) Tallies() (all []Tally, misused uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.tallies.all), j.tallies.misused
}
