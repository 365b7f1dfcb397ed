package apispec

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

func (r *reader) beginOperation(method, rest string) {
	at, id, _ := strings.Cut(rest, " ")
	op := &Operation{ID: id, Method: method, Path: at, Section: r.section, Effect: effectOf(method)}
	r.op = op
	if r.section == nil || !strings.HasPrefix(at, "/") || !isName(id) {
		r.fail("want an operation with path and ID in a section")
		return
	}
	n := strings.Count(at, "{")
	op.Params, op.places = make([]Param, 0, n+2), make([]int, 0, n)
	i := -1
	for segment := range strings.SplitSeq(at, "/") {
		i++
		name, ok := strings.CutPrefix(segment, "{")
		if !ok {
			continue
		}
		p, there := r.params[strings.TrimSuffix(name, "}")]
		if !there {
			r.fail("no parameter is called %s", segment)
		}
		p.Place, p.Required = InPath, true
		op.Params, op.places = append(op.Params, p), append(op.places, i)
	}
	if len(op.places) > maxPathParams {
		r.fail("a path has at most %d parameters", maxPathParams)
		op.places = op.places[:maxPathParams]
	}
	low := strings.ToLower(id)
	if other := r.d.ids[low]; other != nil {
		r.fail("the ID %s is taken by %s %s", id, other.Method, other.Path)
	}
	if !usual(at) {
		r.fail("%s has a segment that no path has, or another beginning than the usual one", at)
	} else if !r.d.routes.Add(method, at, op) {
		r.fail("%s %s is there already", method, at)
	}
	r.d.ids[low] = op
	r.section.Operations, r.d.Operations = append(r.section.Operations, op), append(r.d.Operations, op)
}

// effectOf is the effect that a method has, unless the data says another.
func effectOf(method string) Effect {
	switch method {
	case "GET":
		return Reads
	case "PUT", "PATCH", "DELETE": // what is patched is set to values, too
		return Sets
	}
	return Acts
}

func (r *reader) operationLine(line string) {
	op := r.op
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "call":
		op.Name = rest
	case "text":
		op.Text = rest
	case "tag":
		op.Tag = rest
	case "source":
		op.Source = one[Source](r, sources, rest)
	case "effect":
		op.Effect = one[Effect](r, effects, rest)
	case "auth":
		op.Auth = one[Auth](r, auths, rest)
	case "deprecated":
		op.Deprecated = true
	case "duplicate":
		op.Duplicate = rest
	case "query":
		r.operationParam(rest, InQuery)
	case "form":
		r.operationParam(rest, InForm)
	case "body":
		if a, ok := r.content(strings.Fields(rest)); ok && a.Type != nil {
			op.Bodies = append(op.Bodies, a.body())
		}
	case "answer":
		if a, ok := r.answer(rest); ok {
			op.Answers = append(op.Answers, a)
		}
	case "permission":
		op.Permission = r.permission(rest)
	case "limit":
		r.operationLimit(rest)
	default:
		r.fail("unknown word %q of an operation", word)
	}
}

// one is the value of a word among words.
func one[T ~uint8](r *reader, words []string, word string) T {
	i := slices.Index(words, word)
	if i < 0 {
		r.fail("want one of %s, not %q", strings.Join(words, ", "), word)
		return 0
	}
	return T(i)
}

// certainty takes the mark at the end of words away.
func (r *reader) certainty(words []string) ([]string, Certainty) {
	if n := len(words) - 1; n >= 0 && words[n][0] == '~' {
		return words[:n], one[Certainty](r, certainties, words[n][1:])
	}
	return words, Documented
}

func (r *reader) operationParam(line string, place Place) {
	p, ok := r.param(line, place)
	if !ok {
		return
	}
	if r.op.Param(p.Name) != nil {
		r.fail("the parameter %s is there twice", p.Name)
	}
	r.op.Params = append(r.op.Params, p)
}

// param reads NAME[*] [TYPE] [secret] [=DEFAULT] [~CERTAINTY] [-- TEXT]. What is not said is as with any parameter of the name.
func (r *reader) param(line string, place Place) (Param, bool) {
	line, text, _ := strings.Cut(line, " -- ")
	words, certainty := r.certainty(strings.Fields(line))
	if len(words) == 0 {
		r.fail("want the name of a parameter")
		return Param{}, false
	}
	name, required := strings.CutSuffix(words[0], "*")
	p := r.params[name]
	p.Name, p.Place, p.Required, p.Certainty = name, place, required, certainty
	if text != "" {
		p.Text = text
	}
	for _, w := range words[1:] {
		switch {
		case w == "secret":
			p.Secret = true
		case w[0] == '=':
			p.Default = w[1:]
		default:
			p.Type = r.typeNamed(w)
		}
	}
	if p.Type == nil {
		r.fail("no parameter is called %s", name)
	}
	return p, p.Type != nil
}

// answer reads STATUS... [TYPE [CONTENT-TYPE]] [~CERTAINTY].
func (r *reader) answer(line string) (Answer, bool) {
	words := strings.Fields(line)
	var statuses []int
	for len(words) > 0 {
		n, err := strconv.Atoi(words[0])
		if err != nil {
			break
		}
		statuses, words = append(statuses, n), words[1:]
	}
	a, ok := r.content(words)
	a.Statuses = statuses
	if len(statuses) == 0 {
		r.fail("want the statuses of an answer")
	}
	return a, ok && len(statuses) > 0
}

// content reads [TYPE [CONTENT-TYPE]] [~CERTAINTY]. Without a content type it is JSON.
func (r *reader) content(words []string) (Answer, bool) {
	var a Answer
	words, a.Certainty = r.certainty(words)
	if len(words) > 2 {
		r.fail("too many words: %q", words)
		return a, false
	}
	if len(words) > 0 {
		a.Type, a.ContentType = r.typeNamed(words[0]), "application/json"
	}
	if len(words) > 1 {
		a.ContentType = words[1]
	}
	return a, true
}

func (a Answer) body() Body { return Body{a.ContentType, a.Type, a.Certainty} }

// permission reads none, signed in, role ROLE... or ACTION RESOURCE, ..., with ; override and ; filtered at the end.
func (r *reader) permission(line string) Permission {
	parts := strings.Split(line, "; ")
	var p Permission
	switch words := strings.Fields(parts[0]); {
	case parts[0] == "none":
		p.Kind = Anyone
	case parts[0] == "signed in":
		p.Kind = SignedIn
	case len(words) > 1 && words[0] == "role":
		p.Kind, p.Roles = HasRole, words[1:]
	default:
		p.Kind = HasRights
		for right := range strings.SplitSeq(parts[0], ", ") {
			action, resource, _ := strings.Cut(right, " ")
			if !slices.Contains([]string{"READ", "CREATE", "UPDATE", "DELETE"}, action) || resource == "" {
				r.fail("want what is done to what, not %q", right)
			}
			p.Rights = append(p.Rights, Right{action, resource})
		}
	}
	for _, part := range parts[1:] {
		switch part {
		case "override":
			p.Override = true
		case "filtered":
			p.Filtered = true
		default:
			r.fail("unknown word %q of a permission", part)
		}
	}
	return p
}

// beginLimit reads NAME REQUESTS/SECONDSs... per WHOM [~CERTAINTY].
func (r *reader) beginLimit(line string) {
	words, certainty := r.certainty(strings.Fields(line))
	if len(words) < 4 || words[len(words)-2] != "per" {
		r.fail("want NAME REQUESTS/TIME... per WHOM")
		return
	}
	l := &Limit{Name: words[0], Per: words[len(words)-1], Certainty: certainty}
	for _, w := range words[1 : len(words)-2] {
		n, every, _ := strings.Cut(w, "/")
		requests, err := strconv.Atoi(n)
		d, err2 := time.ParseDuration(every)
		if err != nil || err2 != nil || requests < 1 || d <= 0 {
			r.fail("want REQUESTS/TIME, not %q", w)
		}
		l.Windows = append(l.Windows, Window{requests, d})
	}
	if r.d.Limit(l.Name) != nil {
		r.fail("the limit %s is there twice", l.Name)
	}
	r.limit, r.d.Limits = l, append(r.d.Limits, l)
}

// operationLimit reads NAME [when PARAMETER=VALUE] [~CERTAINTY].
func (r *reader) operationLimit(line string) {
	words, certainty := r.certainty(strings.Fields(line))
	ol := OperationLimit{Certainty: certainty}
	if len(words) == 3 && words[1] == "when" {
		ol.When, words = words[2], words[:1]
	}
	if len(words) == 1 {
		ol.Limit = r.d.Limit(words[0])
	}
	if ol.Limit == nil {
		r.fail("no limit is called %q", line)
		return
	}
	r.op.Limits = append(r.op.Limits, ol)
}
