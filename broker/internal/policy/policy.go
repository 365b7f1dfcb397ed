// Package policy decides which caller may do what. It is pure: it knows no clock, no network and no store.
package policy

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Rule allows or denies what all its fields match; an empty field matches everything.
type Rule struct {
	// Deny is a rule that denies; false: it allows.
	Deny bool
	// Caller is the name of a caller, Profile that of a profile.
	Caller, Profile string
	// Account is the sub-account that the path of an operation names. An operation that names none, and a path of which
	// no operation is known, is in no account that a rule could allow; a rule that denies matches such a path if any
	// segment of it is the account.
	Account string
	// Operation is the ID of an operation of the API, without regard to case.
	Operation string
	// Method is a method in capitals. HEAD is GET.
	Method string
	// Path is a pattern: * stands for one segment, ** at its end for the rest, which may be nothing. A rule that denies
	// matches other spellings too that a server might serve: of other case, of a number, and with a suffix at the end. The vendor's token is /token, with GET; a path
	// that the broker answers itself whatever rules say is an error.
	Path string
}

// Query is what is asked for.
type Query struct {
	Caller, Profile string
	Account         string // as Rule.Account; "": none, or not known
	Operation       string // the ID as it is described; "": none is known
	Method, Path    string // the path is escaped, and has passed the broker's check of paths
	Credential      bool   // it makes or tells credentials: only a rule that names the operation, or what in the path says so, allows it
}

// Set is a list of rules, of which the first that matches decides. Without any rule a caller may do everything but
// operations that make or tell credentials; with one, what no rule matches is denied. It is safe for concurrent use.
type Set struct {
	rules   []compiled
	buckets map[bucket]*node
}

// bucket is where rules for a caller and an operation are, "" for any.
type bucket struct{ caller, operation string }

type compiled struct {
	Rule
	segments []string // of Path, as it is written; nil: any path
	account  string   // folded
	why      string
}

// node is a segment of the patterns of a bucket, folded.
type node struct {
	literal map[string]*node
	any     *node
	ends    []int // rules whose pattern ends here, the first first
	rest    []int // rules whose pattern goes on with **
}

const (
	whyFree       = "no rule is set, and the operation is free to callers"
	whyCredential = "the operation makes or tells credentials, and no rule names it"
	whyUnnamed    = "no rule allows it"
)

// Compile makes a set of rules. What is wrong with a rule is told with its number, from 1.
func Compile(rules []Rule) (*Set, error) {
	s := &Set{buckets: map[bucket]*node{}}
	for i, r := range rules {
		c, err := compile(r, i+1)
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", i+1, err)
		}
		s.rules = append(s.rules, c)
		b := bucket{c.Caller, c.Operation}
		if s.buckets[b] == nil {
			s.buckets[b] = new(node)
		}
		s.buckets[b].add(c.segments, i)
	}
	return s, nil
}

func compile(r Rule, number int) (compiled, error) {
	c := compiled{Rule: r, account: fold(r.Account), why: fmt.Sprintf("rule %d allows it", number)}
	if r.Deny {
		c.why = fmt.Sprintf("rule %d denies it", number)
	}
	if r.Operation != "" {
		op, ok := apispec.Find(r.Operation)
		if !ok {
			return c, fmt.Errorf("there is no operation %q", r.Operation)
		}
		c.Operation = op.ID
	}
	if r.Method != strings.ToUpper(r.Method) || strings.ContainsAny(r.Method, " \t/") {
		return c, fmt.Errorf("%q is no method in capitals", r.Method)
	}
	if r.Path == "" {
		return c, c.check()
	}
	if err := apispec.CheckPath(strings.ReplaceAll(r.Path, "*", "x")); err != nil {
		return c, fmt.Errorf("the path %q %w", r.Path, err)
	}
	c.segments = segments([]string{}, r.Path)
	for i, s := range c.segments {
		if strings.Contains(s, "*") && s != "*" && (s != "**" || i != len(c.segments)-1) {
			return c, fmt.Errorf("the path %q: * is a whole segment, and ** the last", r.Path)
		}
	}
	return c, c.check()
}

// check finds a rule that would decide nothing.
func (c *compiled) check() error {
	if why := c.idle(); why != "" {
		return errors.New(why)
	}
	return nil
}

// segments adds to all those of an escaped path, decoded; a slash at the end does not matter.
func segments(all []string, path string) []string {
	for start := 0; start < len(path); {
		if path[start] == '/' {
			start++
			continue
		}
		end, encoded := start, false
		for ; end < len(path) && path[end] != '/'; end++ {
			encoded = encoded || path[end] == '%'
		}
		s := path[start:end]
		if encoded {
			if plain, err := url.PathUnescape(s); err == nil {
				s = plain
			}
		}
		all = append(all, s)
		start = end
	}
	return all
}

// add adds rule i with the segments of its pattern; nil matches any path.
func (n *node) add(pattern []string, i int) {
	if pattern == nil {
		n.rest = append(n.rest, i)
		return
	}
	for _, s := range pattern {
		switch s {
		case "**":
			n.rest = append(n.rest, i)
			return
		case "*":
			n.any = cmp.Or(n.any, new(node))
			n = n.any
		default:
			if n.literal == nil {
				n.literal = map[string]*node{}
			}
			s = fold(s)
			n.literal[s] = cmp.Or(n.literal[s], new(node))
			n = n.literal[s]
		}
	}
	n.ends = append(n.ends, i)
}
