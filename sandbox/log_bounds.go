package sandbox

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// What the log remembers of one request is bounded, so that 10,000 of them are, whatever is sent.
const (
	pathShown       = 512      // bytes of a path
	wordShown       = 64       // bytes of a method, of a name or value in the query or the form, and the like
	reasonShown     = 256      // bytes of the reason of a refusal, and the like
	parametersShown = 512      // bytes of the query, and of the form
	verdictsShown   = 16       // about one request; it takes a strange one to get more than three
	logShare        = 64 << 10 // bytes of its log that a server keeps whatever others do
	logsTogether    = 64 << 20 // bytes of the logs of a server and of its namespaces
)

// cutMark stands for what was left out.
const cutMark = "…"

// cutText is text in at most so many bytes. What was cut ends in the mark, and is not cut again.
func cutText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len(cutMark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + cutMark
}

// cutPath is an escaped path in at most pathShown bytes, cut between two characters.
func cutPath(path string) string {
	if len(path) <= pathShown {
		return path
	}
	path = path[:pathShown-len(cutMark)]
	if at := strings.LastIndexByte(path, '%'); at >= len(path)-2 {
		path = path[:max(at, 0)]
	}
	return path + cutMark
}

// cut leaves out what is too long to be remembered. Nothing happens to what was cut before.
func (e *logEntry) cut() {
	e.Method, e.Path, e.Fault = cutText(e.Method, wordShown), cutText(e.Path, pathShown), cutText(e.Fault, wordShown)
	e.Operation = cutText(e.Operation, pathShown)
	why := refusal{e.Answer, e.Reason, e.Caller, e.Token}
	why.cut()
	e.Answer, e.Reason, e.Caller, e.Token = why.answer, why.reason, why.caller, why.token
	if len(e.Verdicts) > verdictsShown {
		e.Verdicts = e.Verdicts[:verdictsShown]
	}
	for i, v := range e.Verdicts {
		if len(v) > wordShown {
			e.Verdicts[i] = cutText(v, wordShown)
		}
	}
	e.shape.auth = cutText(e.shape.auth, wordShown)
	e.shape.query, e.shape.form = cutParameters(e.shape.query), cutParameters(e.shape.form)
}

// cutParameters are the first of the parameters, and the mark if there are more.
func cutParameters(all []parameter) []parameter {
	left := parametersShown
	for i, p := range all {
		if left -= len(url.QueryEscape(p.name)) + len(url.QueryEscape(p.value)); left < 0 {
			return append(all[:i:i], parameter{name: cutMark})
		}
	}
	return all
}
