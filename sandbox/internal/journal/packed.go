package journal

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unique"
	"unsafe"
)

// Packed is an entry as the journal holds it. Most requests are of a kind that was there before, and share what
// they have in common: an entry of its own takes as many bytes as a short path.
type Packed struct {
	at     int64 // nanoseconds since 1970
	ends   int64 // the same; 0: of no token
	Number uint64
	About  uint64
	kind   unique.Handle[requestKind]
	why    unique.Handle[Refusal]
	Status int32
	size   int32 // bytes that it takes if it shares nothing
}

// requestKind is everything about a request but when it came and what became of it.
type requestKind struct {
	method, path, auth string
	fault              string // what the server spoiled
	operation          string
	verdicts           string // one a line
	query, form        string // see packParameters
	event              Event
	completed          bool // the event was found out later, and is not part of the record
}

func (e *Entry) pack() Packed {
	kind := requestKind{
		e.Method, e.Path, e.Auth, e.Fault, e.Operation,
		strings.Join(e.Verdicts, "\n"), packParameters(e.Query), packParameters(e.Form), e.Event, false,
	}
	size := int(unsafe.Sizeof(Packed{}) + unsafe.Sizeof(kind))
	why := Refusal{e.Answer, e.Reason, e.Caller, e.Token}
	if why != (Refusal{}) {
		size += int(unsafe.Sizeof(why)) + len(why.Answer) + len(why.Reason) + len(why.Caller) + len(why.Token)
	}
	for _, text := range []string{kind.method, kind.path, kind.auth, kind.fault, kind.operation, kind.verdicts, kind.query, kind.form} {
		size += len(text)
	}
	out := Packed{
		at: e.Time.UnixNano(), Number: e.Number, About: e.About, Status: int32(e.Status), //nolint:gosec // three digits
		kind: unique.Make(kind), why: unique.Make(why), size: int32(size), //nolint:gosec // it was cut
	}
	if !e.Ends.IsZero() {
		out.ends = e.Ends.UnixNano()
	}
	return out
}

// packWith packs an entry of a record. If it tells of no event, complete finds out whether there was one.
func (e *Entry) packWith(complete func(*Entry)) Packed {
	if e.Event != "" {
		return e.pack()
	}
	whole := *e
	complete(&whole)
	out := whole.pack()
	if whole.Event != "" {
		kind := out.kind.Value()
		kind.completed = true
		out.kind = unique.Make(kind)
	}
	return out
}

// Unpack is the entry again, as it is recorded: without an event that was found out later.
func (p Packed) Unpack() Entry {
	k, why := p.kind.Value(), p.why.Value()
	verdicts := []string{}
	if k.verdicts != "" {
		verdicts = strings.Split(k.verdicts, "\n")
	}
	out := Entry{
		Request: Request{
			Number: p.Number, Time: p.Time(), Method: k.method, Path: k.path, Status: int(p.Status), Verdicts: verdicts,
			Fault: k.fault, Operation: k.operation, Answer: why.Answer, Reason: why.Reason, Caller: why.Caller, Token: why.Token,
		},
		About: p.About, Shape: Shape{k.auth, unpackParameters(k.query), unpackParameters(k.form)},
	}
	if !k.completed {
		out.Event, out.Ends = k.event, p.Ends()
	}
	return out
}

// Time is when the request came.
func (p *Packed) Time() time.Time { return time.Unix(0, p.at).UTC() }

// Event is what the request did to a token, also if that was found out later.
func (p *Packed) Event() Event { return p.kind.Value().event }

// Ends is when the access token ends that was handed out, or when those ended that the request ended though it was refused; zero
// if there is none.
func (p *Packed) Ends() time.Time {
	if p.ends == 0 {
		return time.Time{}
	}
	return time.Unix(0, p.ends).UTC()
}

// Path is the path of the request, as far as it may be shown.
func (p *Packed) Path() string { return p.kind.Value().path }

// Operation is what was called, by the vendor's name for it; "" if nobody describes it.
func (p *Packed) Operation() string { return p.kind.Value().operation }

// Misused reports whether there is a verdict.
func (p *Packed) Misused() bool { return p.kind.Value().verdicts != "" }

// Has reports whether a verdict is among those about the request.
func (p *Packed) Has(verdict string) bool {
	return slices.Contains(strings.Split(p.kind.Value().verdicts, "\n"), verdict)
}

// Refusal is why the request was refused.
func (p *Packed) Refusal() Refusal { return p.why.Value() }

// packParameters writes parameters as a query, but without the "=" of those that are secret: their values begin with a
// "$", which is escaped everywhere else.
func packParameters(all []Parameter) string {
	if len(all) == 0 {
		return ""
	}
	room := len(all)
	for _, p := range all {
		room += len(p.Name) + len(p.Value) + 16 // most have few that are escaped
	}
	var out strings.Builder
	out.Grow(room)
	for i, p := range all {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(p.Name))
		if p.Secret {
			out.WriteString(p.Value)
			continue
		}
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(p.Value))
	}
	return out.String()
}

func unpackParameters(text string) []Parameter {
	if text == "" {
		return nil
	}
	var out []Parameter
	for one := range strings.SplitSeq(text, "&") {
		at := strings.IndexAny(one, "=$")
		p := Parameter{Secret: one[at] == '$', Value: one[at:]}
		p.Name, _ = url.QueryUnescape(one[:at])
		if !p.Secret {
			p.Value, _ = url.QueryUnescape(one[at+1:])
		}
		out = append(out, p)
	}
	return out
}
