package policy

import (
	"slices"
)

// Decide tells whether q is allowed, and why, in words that hold nothing of q.
func (s *Set) Decide(q *Query) (allowed bool, why string) {
	if len(s.rules) == 0 {
		if q.Credential {
			return false, whyCredential
		}
		return true, whyFree
	}
	var some, others [24]string
	w := walk{set: s, query: q, segments: segments(some[:0], q.Path), first: len(s.rules)}
	w.folded = w.segments
	for i, segment := range w.segments {
		plain := fold(segment)
		if plain == segment {
			continue
		}
		if &w.folded[0] == &w.segments[0] {
			w.folded = append(others[:0], w.segments...)
		}
		w.folded[i] = plain
	}
	w.in(bucket{q.Caller, q.Operation})
	if q.Operation != "" {
		w.in(bucket{q.Caller, ""})
	}
	if q.Caller != "" {
		w.in(bucket{"", q.Operation})
	}
	if q.Caller != "" && q.Operation != "" {
		w.in(bucket{})
	}
	switch {
	case w.first < len(s.rules):
		r := &s.rules[w.first]
		return !r.Deny, r.why
	case q.Credential:
		return false, whyCredential
	}
	return false, whyUnnamed
}

// walk looks for the first rule that matches.
type walk struct {
	set              *Set
	query            *Query
	segments, folded []string
	first            int // the first rule found; as many as there are rules: none
}

func (w *walk) in(b bucket) {
	if n := w.set.buckets[b]; n != nil {
		w.at(n, w.folded)
	}
}

func (w *walk) at(n *node, rest []string) {
	w.try(n.rest)
	if len(rest) == 0 {
		w.try(n.ends)
		return
	}
	if next := n.literal[rest[0]]; next != nil {
		w.at(next, rest[1:])
	}
	if len(rest) == 1 && n.literal != nil {
		for _, stem := range stems(rest[0]) {
			if next := n.literal[fold(stem)]; next != nil {
				w.at(next, nil)
			}
		}
	}
	if n.any != nil {
		w.at(n.any, rest[1:])
	}
}

// try looks at rules whose caller, operation and path match but for how they are spelt.
func (w *walk) try(rules []int) {
	for _, i := range rules {
		if i >= w.first {
			return
		}
		if w.set.rules[i].matches(w) {
			w.first = i
			return
		}
	}
}

// tells reports whether a path of which no operation is known may be about an account.
func (w *walk) tells(account string) bool {
	if w.query.Operation != "" || len(w.folded) == 0 {
		return w.query.Operation != "" && fold(w.query.Account) == account
	}
	return slices.Contains(w.folded, account) ||
		slices.ContainsFunc(stems(w.folded[len(w.folded)-1]), func(stem string) bool { return fold(stem) == account })
}

func (c *compiled) matches(w *walk) bool {
	q, segments := w.query, w.segments
	method := q.Method
	if method == "HEAD" {
		method = "GET"
	}
	switch {
	case c.Profile != "" && c.Profile != q.Profile, c.Method != "" && c.Method != method && c.Method != q.Method:
		return false
	case c.Account != "" && c.Account != q.Account && !(c.Deny && w.tells(c.account)):
		return false
	case c.Deny:
		return true
	case q.Credential && c.Operation == "" && (q.Operation != "" || !c.namesCredential(segments)):
		return false
	}
	for i, s := range c.segments {
		if s != "*" && s != "**" && s != segments[i] {
			return false
		}
	}
	return true
}
