package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// makers are the last parts of the paths at which objects are made: in the control plane and in the console.
var makers = []string{"/apps", "/accounts", "/users", "/credentials", "/admins", "/summaries", "/apps/new", "/credentials/new"}

var errTooMuch = errors.New("there are too many objects in this sandbox already: reset it, or give other tests a namespace")

// costOf is what a request to change objects counts, if it brings so many bytes: each remembers something of them.
func costOf(r *http.Request, bytes int) int {
	if r.Method != http.MethodPost {
		return 0
	}
	for _, end := range makers {
		if rest, ok := strings.CutSuffix(r.URL.Path, end); ok && (rest == "/_sandbox" || rest+"/" == consolePath) {
			return max(bytes, objectLeast)
		}
	}
	return max(0, bytes-objectLeast)
}

// room is how many bytes r may bring; errTooMuch if it makes an object and there are too many. What makes and changes nothing
// may bring little always.
func (s *Server) room(r *http.Request) (bytes int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := objectsMost - s.world.spent
	if costOf(r, 0) > left {
		return 0, errTooMuch
	}
	return min(bodyLimit, max(left, objectLeast)), nil
}

// changed counts a request that was done.
func (s *Server) changed(r *http.Request, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.spent += costOf(r, bytes)
}

// bodyMeter is a body of which the bytes are bodyMeter.
type bodyMeter struct {
	io.ReadCloser
	bytes int
}

func (c *bodyMeter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.bytes += n
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
