package operations

import (
	"net/url"
	"slices"
	"strings"
)

// Name is the ID or, where there is none, the method with the path.
func (op Operation) Name() string {
	if op.ID != "" {
		return op.ID
	}
	return op.Method + " " + op.Path
}

// Described are All and Others.
func Described() []Operation { return slices.Concat(All(), Others()) }

// Index finds operations by the paths that requests name. It never changes.
type Index struct{ root *node }

// node is a segment of a path.
type node struct {
	literal map[string]*node
	any     *node                // a parameter
	ends    map[string]Operation // by method
}

// NewIndex makes an index of operations. Of two with the same method and path but for the names of parameters, the first
// is found.
func NewIndex(all []Operation) *Index {
	x := &Index{&node{}}
	for _, op := range all {
		at := x.root
		for s := range strings.SplitSeq(canonical(op.Path), "/") {
			at = at.child(s)
		}
		if at.ends == nil {
			at.ends = map[string]Operation{}
		}
		if _, there := at.ends[op.Method]; !there {
			at.ends[op.Method] = op
		}
	}
	return x
}

func (n *node) child(segment string) *node {
	if strings.HasPrefix(segment, "{") {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &node{}
	}
	return n.literal[segment]
}

// Match finds the operation that a method and an escaped path, without query, call. Segments are compared decoded, a slash
// at the end does not matter, a name of a path comes before a parameter, and the older spellings of a path are known.
func (x *Index) Match(method, path string) (found Operation, ok bool) {
	x.visit(path, func(n *node) bool {
		found, ok = n.ends[method]
		return ok
	})
	return found, ok
}

// Methods are those that operations of an escaped path have, sorted.
func (x *Index) Methods(path string) []string {
	var all []string
	x.visit(path, func(n *node) bool {
		for m := range n.ends {
			all = append(all, m)
		}
		return false
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// visit calls see with each place that a path leads to until it is true, the one with the most names first.
func (x *Index) visit(path string, see func(*node) bool) {
	var few [16]string // enough for most, so that nothing is allocated
	segments := few[:0]
	for s := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		plain, err := url.PathUnescape(s)
		if err != nil || len(segments) > 0 && (plain == "" || plain == "." || plain == "..") {
			return
		}
		segments = append(segments, plain)
	}
	x.root.walk(spelling(segments), see)
}

func (n *node) walk(segments []string, see func(*node) bool) bool {
	if n == nil {
		return false
	}
	if len(segments) == 0 {
		return n.ends != nil && see(n)
	}
	return n.literal[segments[0]].walk(segments[1:], see) || n.any.walk(segments[1:], see)
}

// canonical is a path in the spelling that the published description uses.
func canonical(path string) string { return strings.Join(spelling(strings.Split(path, "/")), "/") }

// spellings are the beginnings of paths that others have in place of the usual ones behind them.
var spellings = [][2][]string{
	{{"", "api", "v1"}, {"", "voice", "api", "v1"}},                        // of the legacy hosts, as the next four
	{{"", "api", "v2"}, {"", "voice", "api", "v2"}},                        //
	{{"", "api", "v2-skinny"}, {"", "voice", "api", "v2-skinny"}},          //
	{{"", "api", "integration"}, {"", "voice", "api", "integration"}},      //
	{{"", "api", "cx"}, {"", "voice", "api", "cx"}},                        //
	{{"", "cx", "integration"}, {"", "voice", "api", "cx", "integration"}}, // of one page of the guide
	{{"", "voice", "api", "cx", "routing"}, {"", "cx", "routing"}},         // of another
}

// spelling puts the beginning that another host or another page of the guide has for it in the place of the usual one.
func spelling(segments []string) []string {
	for _, s := range spellings {
		if n := len(s[0]); len(segments) >= n && slices.Equal(segments[:n], s[0]) {
			return slices.Concat(s[1], segments[n:])
		}
	}
	return segments
}
