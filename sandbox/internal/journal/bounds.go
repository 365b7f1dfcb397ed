package journal

import (
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// What the log remembers of one request is bounded, so that all of them are, whatever is sent.
const (
	PathShown       = 512      // bytes of a path
	WordShown       = 64       // bytes of a method, of a name or value in the query or the form, and the like
	reasonShown     = 256      // bytes of the reason of a refusal, and the like
	parametersShown = 512      // bytes of the query, and of the form
	verdictsShown   = 16       // about one request; it takes a strange one to get more than three
	RequestsHeld    = 10_000   // requests remembered
	logShare        = 64 << 10 // bytes of its log that a server keeps whatever others do
	logsTogether    = 64 << 20 // bytes of the logs of a server and of its namespaces
	maskedSegment   = 40       // segments of a path that are as long are never shown
)

// cutPath is an escaped path in at most PathShown bytes, cut between two characters.
func cutPath(path string) string {
	if len(path) <= PathShown {
		return path
	}
	path = path[:PathShown-len(wording.CutMark)]
	if at := strings.LastIndexByte(path, '%'); at >= len(path)-2 {
		path = path[:max(at, 0)]
	}
	return path + wording.CutMark
}

// cut leaves out what is too long to be remembered. Nothing happens to what was cut before.
func (e *Entry) cut() {
	e.Method, e.Path, e.Fault = wording.Cut(e.Method, WordShown), wording.Cut(e.Path, PathShown), wording.Cut(e.Fault, WordShown)
	e.Operation, e.Event = wording.Cut(e.Operation, PathShown), Event(wording.Cut(string(e.Event), WordShown))
	why := Refusal{e.Answer, e.Reason, e.Caller, e.Token}
	why.cut()
	e.Answer, e.Reason, e.Caller, e.Token = why.Answer, why.Reason, why.Caller, why.Token
	if len(e.Verdicts) > verdictsShown {
		e.Verdicts = e.Verdicts[:verdictsShown]
	}
	for i, v := range e.Verdicts {
		if len(v) > WordShown {
			e.Verdicts[i] = wording.Cut(v, WordShown)
		}
	}
	e.Auth = wording.Cut(e.Auth, WordShown)
	e.Query, e.Form = cutParameters(e.Query), cutParameters(e.Form)
}

// cutParameters are the first of the parameters, and the mark if there are more.
func cutParameters(all []Parameter) []Parameter {
	left := parametersShown
	for i, p := range all {
		if left -= len(url.QueryEscape(p.Name)) + len(url.QueryEscape(p.Value)); left < 0 {
			return append(all[:i:i], Parameter{Name: wording.CutMark})
		}
	}
	return all
}

// cut leaves out what is too long to be remembered.
func (why *Refusal) cut() {
	for _, text := range []*string{&why.Answer, &why.Reason, &why.Caller, &why.Token} {
		*text = wording.Cut(*text, reasonShown)
	}
}
