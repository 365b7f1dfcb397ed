package apispec

import (
	"net/url"
	"slices"
	"strings"
)

// Routes finds values by method and path. Once all are added it is safe for concurrent use.
type Routes[T any] struct{ root node[T] }

// NewRoutes makes routes without any.
func NewRoutes[T any]() *Routes[T] { return &Routes[T]{} }

// node is a segment of a path.
type node[T any] struct {
	literal map[string]*node[T]
	any     *node[T] // a parameter
	ends    []end[T]
}

// end is where a path ends.
type end[T any] struct {
	method string
	value  T
}

// segments are those of a path; longer paths than any that is described have no place.
type segments [20]string

// Add adds the value of a method and a path with parameters in braces. It is false if that route has one already, whatever
// its parameters are called.
func (r *Routes[T]) Add(method, path string, value T) bool {
	at := &r.root
	var s segments
	n, ok := split(path, &s)
	if !ok {
		return false
	}
	for _, segment := range s[:n] {
		at = at.child(segment)
	}
	if slices.ContainsFunc(at.ends, func(e end[T]) bool { return e.method == method }) {
		return false
	}
	at.ends = append(at.ends, end[T]{method, value})
	return true
}

func (n *node[T]) child(segment string) *node[T] {
	if strings.HasPrefix(segment, "{") {
		if n.any == nil {
			n.any = &node[T]{}
		}
		return n.any
	}
	if n.literal == nil {
		n.literal = map[string]*node[T]{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &node[T]{}
	}
	return n.literal[segment]
}

// Match finds the value of the route that a method and an escaped path, without query, lead to. Segments are compared
// decoded, a slash at the end does not matter, a name in a path comes before a parameter, and older spellings of paths are known.
func (r *Routes[T]) Match(method, path string) (T, bool) {
	var s segments
	return r.find(method, path, &s)
}

func (r *Routes[T]) find(method, path string, s *segments) (value T, ok bool) {
	if n, is := split(path, s); is {
		return r.root.find(method, s[:n])
	}
	return value, false
}

func (n *node[T]) find(method string, rest []string) (value T, ok bool) {
	if len(rest) == 0 {
		for _, e := range n.ends {
			if e.method == method {
				return e.value, true
			}
		}
		return value, false
	}
	if next := n.literal[rest[0]]; next != nil {
		if value, ok = next.find(method, rest[1:]); ok {
			return value, ok
		}
	}
	if n.any == nil {
		return value, false
	}
	return n.any.find(method, rest[1:])
}

// Methods are those of the routes that an escaped path leads to, sorted; nil if there is none.
func (r *Routes[T]) Methods(path string) []string {
	var s segments
	n, ok := split(path, &s)
	if !ok {
		return nil
	}
	all := r.root.methods(s[:n], nil)
	slices.Sort(all)
	return slices.Compact(all)
}

func (n *node[T]) methods(rest []string, all []string) []string {
	if n == nil {
		return all
	}
	if len(rest) > 0 {
		return n.any.methods(rest[1:], n.literal[rest[0]].methods(rest[1:], all))
	}
	for _, e := range n.ends {
		all = append(all, e.method)
	}
	return all
}

// split decodes the segments of a path, with the beginning that the description has for it.
func split(path string, s *segments) (n int, ok bool) {
	path = strings.TrimSuffix(path, "/")
	if path == "" || path[0] != '/' {
		return 0, false
	}
	for end := 0; end < len(path); n++ {
		start, encoded := end+1, false
		for end = start; end < len(path) && path[end] != '/'; end++ {
			encoded = encoded || path[end] == '%'
		}
		segment := path[start:end]
		if encoded {
			var err error
			if segment, err = url.PathUnescape(segment); err != nil {
				return 0, false
			}
		}
		if n == len(s) || segment == "" || segment == "." || segment == ".." {
			return 0, false
		}
		s[n] = segment
	}
	return respell(s, n)
}

// usual tells whether a path with parameters in braces is spelt as the description spells it.
func usual(path string) bool {
	var s segments
	n, ok := split(path, &s)
	for _, segment := range s[:n] {
		if path, ok = strings.CutPrefix(path, "/"); ok {
			path, ok = strings.CutPrefix(path, segment)
		}
		if !ok {
			return false
		}
	}
	return ok && path == ""
}

// spellings are the beginnings of paths that others have in place of the usual ones behind them.
var spellings = [...]struct{ other, usual []string }{
	{[]string{"api", "v1"}, []string{"voice", "api", "v1"}},                        // of the legacy hosts, as the next four
	{[]string{"api", "v2"}, []string{"voice", "api", "v2"}},                        //
	{[]string{"api", "v2-skinny"}, []string{"voice", "api", "v2-skinny"}},          //
	{[]string{"api", "integration"}, []string{"voice", "api", "integration"}},      //
	{[]string{"api", "cx"}, []string{"voice", "api", "cx"}},                        //
	{[]string{"cx", "integration"}, []string{"voice", "api", "cx", "integration"}}, // of one page of the guide
	{[]string{"voice", "api", "cx", "routing"}, []string{"cx", "routing"}},         // of another
}

// respell puts the usual beginning in the place of another one.
func respell(s *segments, n int) (int, bool) {
	if s[0] == "voice" && n > 2 && s[2] != "cx" {
		return n, true // as most are
	}
	for i := range spellings {
		other, usual := spellings[i].other, spellings[i].usual
		if n < len(other) || !slices.Equal(s[:len(other)], other) {
			continue
		}
		longer := n - len(other) + len(usual)
		if longer > len(s) {
			return 0, false
		}
		copy(s[len(usual):longer], s[len(other):n])
		copy(s[:], usual)
		return longer, true
	}
	return n, true
}
