package apispec

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// Certainty says where a fact comes from.
type Certainty uint8

// What a fact rests on, the best first.
const (
	Documented Certainty = iota // the vendor's published description or guide says it
	Observed                    // answers of the vendor, or programs in use, show it
	Assumed                     // it follows from similar facts; nothing shows it
)

// String is the word that the data has for c.
func (c Certainty) String() string { return word(certainties, c) }

// Source says where an operation was found.
type Source uint8

// Where operations were found. Those that are not published have an ID of ours.
const (
	Published Source = iota // in the vendor's description
	Internal                // there too, marked as internal: it is no part of the public API
	Guide                   // in the vendor's guide, and in no description
	Draft                   // in a revision of the guide that was not published
	Programs                // in programs that work
)

// String is the word that the data has for s.
func (s Source) String() string { return word(sources, s) }

// Certainty is what an operation found there rests on.
func (s Source) Certainty() Certainty {
	if s >= Draft {
		return Observed
	}
	return Documented
}

// Effect says what a repeated request does.
type Effect uint8

// What requests do.
const (
	Reads Effect = iota // it changes nothing
	Sets                // it leads to the same state again; a second DELETE may be answered that there is nothing
	Acts                // it does something once more: it creates, places a call, spends a token
)

// String is the word that the data has for e.
func (e Effect) String() string { return word(effects, e) }

// Auth says what a request shows of its caller.
type Auth uint8

// What requests show.
const (
	Bearer   Auth = iota // the header Authorization with an access token of RingCX
	NoAuth               // nothing, or what its parameters hold
	Cookie               // the header Cookie with access_token, in place of Authorization
	APIToken             // Bearer, or the header X-Auth-Token with a token of the older kind
)

// String is the word that the data has for a.
func (a Auth) String() string { return word(auths, a) }

// Place says where a parameter is put.
type Place uint8

// Where parameters are put.
const (
	InPath Place = iota
	InQuery
	InForm // the body, as application/x-www-form-urlencoded; the query does as well
)

// String is the word that the data has for p.
func (p Place) String() string { return word(places, p) }

var (
	certainties = []string{"documented", "observed", "assumed"}
	sources     = []string{"published", "internal", "guide", "draft", "programs"}
	effects     = []string{"reads", "sets", "acts"}
	auths       = []string{"bearer", "none", "cookie", "token"}
	places      = []string{"path", "query", "form"}
)

func word[T ~uint8](words []string, v T) string { return words[v] }

// Section is a part of the API: a service of the client.
type Section struct {
	Name       string // the vendor's name where it has one: Dial Groups
	Service    string // in Go: DialGroups
	Text       string // a sentence
	Page       string // of the vendor's guide, such as routing/queues/queues; "": not known
	File       string // where it is described, below data
	Operations []*Operation
}

// Operation is one operation of the API.
type Operation struct {
	ID         string // the vendor's operationId, or ours where it is not published; unique without regard to case
	Method     string // in capitals
	Path       string // with parameters in braces, not encoded
	Section    *Section
	Name       string // of the method in Go, unique in its section
	Text       string // a sentence
	Tag        string // the vendor's section, if it differs from ours
	Source     Source
	Effect     Effect
	Auth       Auth
	Deprecated bool
	Duplicate  string  // the ID of the operation that this one is another path of; "": none
	Params     []Param // those of the path first, in order
	Bodies     []Body  // the preferred form first; none: no body, or the form that Params make up
	Answers    []Answer
	Permission Permission
	Limits     []OperationLimit
	places     []int // of the path's parameters among its segments
}

// Certainty is what the existence of the operation rests on.
func (op *Operation) Certainty() Certainty { return op.Source.Certainty() }

// Paged tells operations whose list comes in pages, with the parameters page (from 0) and maxRows.
func (op *Operation) Paged() bool { return op.Param("page") != nil && op.Param("maxRows") != nil }

// Listed tells operations whose pages are lists, which put together are one list.
func (op *Operation) Listed() bool {
	list := op.Answers[0].Type
	return op.Paged() && op.Effect == Reads && list != nil && (list.Kind == Array || list.Name == "any")
}

// Param is the parameter with a name, nil if there is none.
func (op *Operation) Param(name string) *Param {
	for i := range op.Params {
		if op.Params[i].Name == name {
			return &op.Params[i]
		}
	}
	return nil
}

// In are the parameters that are put in a place.
func (op *Operation) In(place Place) iter.Seq[Param] {
	return func(yield func(Param) bool) {
		for _, p := range op.Params {
			if p.Place == place && !yield(p) {
				return
			}
		}
	}
}

// Param is a parameter of an operation.
type Param struct {
	Name      string // on the wire
	Place     Place
	Type      *Type // an array is repeated: a=1&a=2
	Required  bool
	Secret    bool   // it must not be shown or logged
	Default   string // what the vendor takes if it is missing; "": not documented
	Text      string // a sentence
	Certainty Certainty
}

// Body is a form that the body of a request may have.
type Body struct {
	ContentType string // multipart/form-data has one part, named file
	Type        *Type
	Certainty   Certainty
}

// Answer is what an operation answers.
type Answer struct {
	Statuses    []int
	ContentType string
	Type        *Type // nil: the answer has no body
	Certainty   Certainty
}

// Permission is what a caller must have. The zero value is not documented.
type Permission struct {
	Kind     PermissionKind
	Roles    []string // one of them
	Rights   []Right  // all of them
	Override bool     // another permission of the account may do instead
	Filtered bool     // what the caller may not see is left out, not refused
}

// PermissionKind is the kind of a permission.
type PermissionKind uint8

// The kinds of permissions.
const (
	Unsaid PermissionKind = iota
	Anyone
	SignedIn
	HasRole
	HasRights
)

// Right is something that is done to a kind of things, such as READ to Gate Group.
type Right struct{ Action, Resource string }

// Limit is how often operations that share it may be called. All windows hold at the same time.
type Limit struct {
	Name      string
	Text      string
	Windows   []Window
	Per       string // who is counted: account (a sub-account), user, or unsaid
	Certainty Certainty
}

// Window is a number of requests in a time.
type Window struct {
	Requests int
	Time     time.Duration
}

// OperationLimit is a limit of an operation.
type OperationLimit struct {
	*Limit
	When      string    // a parameter with its value, count=true; "": always
	Certainty Certainty // that the limit is this operation's
}

// Params are the values of a path's parameters.
type Params struct {
	op     *Operation
	values [maxPathParams]string
}

const maxPathParams = 6

// Get is the decoded value of a parameter, "" if the path has none of that name.
func (p *Params) Get(name string) string {
	for n, v := range p.All() {
		if n == name {
			return v
		}
	}
	return ""
}

// All are names and decoded values in the order of the path.
func (p *Params) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if p.op == nil {
			return
		}
		for i := range p.op.places {
			if !yield(p.op.Params[i].Name, p.values[i]) {
				return
			}
		}
	}
}

// Find is the operation with an ID, compared without regard to case.
func (d *Description) Find(id string) (*Operation, bool) {
	op, ok := d.ids[strings.ToLower(id)]
	return op, ok
}

// Limit is the limit with a name, nil if there is none.
func (d *Description) Limit(name string) *Limit {
	if i := slices.IndexFunc(d.Limits, func(l *Limit) bool { return l.Name == name }); i >= 0 {
		return d.Limits[i]
	}
	return nil
}
