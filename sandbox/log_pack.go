package sandbox

import (
	"net/url"
	"strings"
	"unique"
	"unsafe"
)

// packedEntry is a logEntry as the journal holds it. Most requests are of a kind that was there before, and share what
// they have in common: an entry of its own takes as many bytes as a short path.
type packedEntry struct {
	at     moment
	number uint64
	about  uint64
	kind   unique.Handle[requestKind]
	why    unique.Handle[refusal]
	status int32
	size   int32 // bytes that it takes if it shares nothing
}

// requestKind is everything about a request but when it came and what became of it.
type requestKind struct {
	method, path, auth string
	fault              string // what the server spoiled
	operation          string
	verdicts           string // one a line
	query, form        string // see packParameters
}

func (e *logEntry) pack() packedEntry {
	kind := requestKind{
		e.Method, e.Path, e.shape.auth, e.Fault, e.Operation,
		strings.Join(e.Verdicts, "\n"), packParameters(e.shape.query), packParameters(e.shape.form),
	}
	size := int(unsafe.Sizeof(packedEntry{}) + unsafe.Sizeof(kind))
	why := refusal{e.Answer, e.Reason, e.Caller, e.Token}
	if why != (refusal{}) {
		size += int(unsafe.Sizeof(why)) + len(why.answer) + len(why.reason) + len(why.caller) + len(why.token)
	}
	for _, text := range []string{kind.method, kind.path, kind.auth, kind.fault, kind.operation, kind.verdicts, kind.query, kind.form} {
		size += len(text)
	}
	return packedEntry{
		at: momentOf(e.Time), number: e.Number, about: e.about, status: int32(e.Status), //nolint:gosec // three digits
		kind: unique.Make(kind), why: unique.Make(why), size: int32(size), //nolint:gosec // it was cut
	}
}

func (p packedEntry) unpack() logEntry {
	k, why := p.kind.Value(), p.why.Value()
	verdicts := []string{}
	if k.verdicts != "" {
		verdicts = strings.Split(k.verdicts, "\n")
	}
	return logEntry{
		Request: Request{
			Number: p.number, Time: p.at.time(), Method: k.method, Path: k.path, Status: int(p.status), Verdicts: verdicts,
			Fault: k.fault, Operation: k.operation, Answer: why.answer, Reason: why.reason, Caller: why.caller, Token: why.token,
		},
		about: p.about, shape: requestShape{k.auth, unpackParameters(k.query), unpackParameters(k.form)},
	}
}

func (p packedEntry) recordKey() recordKey { return requestKey(p.number) }
func (p packedEntry) recordValue() any     { return p.unpack().recordValue() }

// packParameters writes parameters as a query, but without the "=" of those that are secret: their values begin with a
// "$", which is escaped everywhere else.
func packParameters(all []parameter) string {
	var out strings.Builder
	for i, p := range all {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(p.name))
		if p.secret {
			out.WriteString(p.value)
			continue
		}
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(p.value))
	}
	return out.String()
}

func unpackParameters(text string) []parameter {
	if text == "" {
		return nil
	}
	var out []parameter
	for one := range strings.SplitSeq(text, "&") {
		at := strings.IndexAny(one, "=$")
		p := parameter{secret: one[at] == '$', value: one[at:]}
		p.name, _ = url.QueryUnescape(one[:at])
		if !p.secret {
			p.value, _ = url.QueryUnescape(one[at+1:])
		}
		out = append(out, p)
	}
	return out
}
