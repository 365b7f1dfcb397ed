package budget

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// Bounds of this program, not of the vendor.
const (
	objectsMost   = 64 << 20  // weight of what others made or changed in a server and its namespaces, each at least objectLeast
	ObjectShare   = 128 << 10 // of which each of them has so much whatever the others do
	ObjectLeast   = 1 << 10
	RestoredMost  = objectsMost * 3 / 2 // with what a snapshot that is posted brings, so that one of a full server is taken
	ObjectWeight  = 128                 // bytes that an object in JSON takes besides its text
	elementWeight = 16                  // that an element of a list or of an object does
	escapeWeight  = 3                   // that an escaped character does not
	SnapshotLimit = 64 << 20            // bytes of a snapshot that is posted
	UploadLimit   = 1 << 30             // bytes of one that is refused and still read, for those who would not see the answer
	SnapshotsMost = 4                   // that are on their way at a time
	SnapshotMost  = 3 * SnapshotLimit   // weight of one that is posted
	SnapshotsRoom = 4 * SnapshotLimit   // weight of all that are on their way
)

// makers are the last parts of the paths at which objects are made: in the control plane and in the console.
var makers = []string{"/apps", "/accounts", "/users", "/credentials", "/admins", "/summaries", "/apps/new", "/credentials/new"}

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

// Purse is what the objects of a server weigh: what made and changed them, and what was restored. Server.mu guards it.
type Purse struct {
	Spent    int
	Together *atomic.Int64 // of all of the process
}

func (p *Purse) Spend(weight int) {
	p.Spent += weight
	p.Together.Add(int64(weight))
}

// Left is what may still be spent: objectShare by each server, whatever the others do.
func (p *Purse) Left() int {
	return max(0, objectsMost-int(p.Together.Load()), ObjectShare-p.Spent)
}

// Close gives back what was spent. What is spent afterwards takes nothing from others.
func (p *Purse) Close() {
	if p.Together != nil {
		p.Together.Add(-int64(p.Spent))
	}
	p.Spent, p.Together = 0, new(atomic.Int64)
}

// Scale weighs JSON: what it takes in memory when it is decoded, about. It may be given in parts.
type Scale struct {
	Weight        int
	text, escaped bool
}

func (s *Scale) add(p []byte) {
	s.Weight += len(p)
	for _, c := range p {
		switch {
		case s.escaped:
			s.escaped = false
			if c == 'u' {
				s.Weight -= escapeWeight
			}
		case s.text && c == '\\':
			s.escaped = true
		case c == '"':
			s.text = !s.text
		case s.text:
		case c == '{':
			s.Weight += ObjectWeight
		case c == '[', c == ',':
			s.Weight += elementWeight
		}
	}
}

// Weigh is the weight of a JSON text.
func Weigh(text []byte) int {
	var s Scale
	s.add(text)
	return s.Weight
}

// Meter is a body that is weighed.
type Meter struct {
	io.ReadCloser
	Scale
}

func (c *Meter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.add(p[:n])
	return n, err
}

// SizeOf is what a form takes.
func SizeOf(form url.Values) (n int) {
	for name, values := range form {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// HeavyError is why a snapshot is too much for one that is posted.
type HeavyError string

func (h HeavyError) Error() string {
	return "the snapshot is too much: " + string(h) + "; a sandbox that is started with --snapshot FILE takes it"
}
