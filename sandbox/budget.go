package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// makers are the last parts of the paths at which objects are made: in the control plane and in the console.
var makers = []string{"/apps", "/accounts", "/users", "/credentials", "/admins", "/summaries", "/apps/new", "/credentials/new"}

var errTooMuch = errors.New("there are too many objects in this sandbox already: reset it, or delete namespaces that nobody needs")

// costOf is what a request to change objects counts, if what it brings has such a weight: each remembers something of it.
func costOf(r *http.Request, weight int) int {
	if r.Method != http.MethodPost {
		return 0
	}
	for _, end := range makers {
		if rest, ok := strings.CutSuffix(r.URL.Path, end); ok && (rest == "/_sandbox" || rest+"/" == consolePath) {
			return max(weight, objectLeast)
		}
	}
	return max(0, weight-objectLeast)
}

// purse is what the objects of a server weigh: what made and changed them, and what was restored. Server.mu guards it.
type purse struct {
	spent    int
	together *atomic.Int64 // of all of the process
}

func (p *purse) spend(weight int) {
	p.spent += weight
	p.together.Add(int64(weight))
}

// left is what may still be spent: objectShare by each server, whatever the others do.
func (p *purse) left() int {
	return max(0, objectsMost-int(p.together.Load()), objectShare-p.spent)
}

// close gives back what was spent. What is spent afterwards takes nothing from others.
func (p *purse) close() {
	if p.together != nil {
		p.together.Add(-int64(p.spent))
	}
	p.spent, p.together = 0, new(atomic.Int64)
}

// restored is a purse for objects that are restored; errHeavy if that is bounded and they are too many. Who gets it has to
// close it, unless a server does.
func (s *Server) restored(in *archive, bounded bool) (purse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, own := purse{together: &s.memory.shared.objects}, s.purse.spent // which goes when it is done
	p.spend(in.lasting)
	if bounded && in.lasting > objectShare && int(p.together.Load())-own > restoredMost {
		p.close()
		return p, heavyError("its objects take more memory than there is room for")
	}
	return p, nil
}

// room is how many bytes r may bring; errTooMuch if it makes an object and there are too many. What makes and changes nothing
// may bring little always.
func (s *Server) room(r *http.Request) (bytes int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.purse.left()
	if costOf(r, 0) > left {
		return 0, errTooMuch
	}
	return min(endpoint.BodyLimit, max(left, objectLeast)), nil
}

// changed counts a request that was done.
func (s *Server) changed(r *http.Request, weight int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purse.spend(costOf(r, weight))
}

// scale weighs JSON: what it takes in memory when it is decoded, about. It may be given in parts.
type scale struct {
	weight        int
	text, escaped bool
}

func (s *scale) add(p []byte) {
	s.weight += len(p)
	for _, c := range p {
		switch {
		case s.escaped:
			s.escaped = false
			if c == 'u' {
				s.weight -= escapeWeight
			}
		case s.text && c == '\\':
			s.escaped = true
		case c == '"':
			s.text = !s.text
		case s.text:
		case c == '{':
			s.weight += objectWeight
		case c == '[', c == ',':
			s.weight += elementWeight
		}
	}
}

// weigh is the weight of a JSON text.
func weigh(text []byte) int {
	var s scale
	s.add(text)
	return s.weight
}

// bodyMeter is a body that is weighed.
type bodyMeter struct {
	io.ReadCloser
	scale
}

func (c *bodyMeter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.add(p[:n])
	return n, err
}

// sizeOf is what a form takes.
func sizeOf(form url.Values) (n int) {
	for name, values := range form {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}
