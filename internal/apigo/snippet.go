package apigo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Snippet is Go that calls an operation with values as literal gives them for types of the description. It is "" for what
// the client does not have. read, if it is not nil, reads what op replaces.
func Snippet(d *apispec.Description, op, read *apispec.Operation, account string, literal func(*apispec.Type) string) string {
	if !Offered(op) {
		return ""
	}
	s := &snippet{d: d, literal: literal, args: []string{"ctx"}}
	service := "client." + op.Section.Service
	of := ""
	if OfAccount(op.Section) {
		service, of = fmt.Sprintf("client.Account(%q).%s", account, op.Section.Service), AccountParam(op)
	}
	if read != nil {
		return s.change(op, read, service, of)
	}
	s.arguments(op, of)
	return s.called(op, service)
}

// change reads something, changes and writes it.
func (s *snippet) change(op, read *apispec.Operation, service, account string) string {
	got, takes := read.Answers[0].Type, op.Bodies[0].Type
	s.arguments(read, account)
	name := BodyName(got, nil)
	lines := []string{fmt.Sprintf("%s, err := %s.%s(%s)", name, service, read.Name, strings.Join(s.args, ", ")), "…"}
	body := name
	if got.Name != takes.Name {
		if body = BodyName(takes, nil); body == name {
			body = "body"
		}
		lines = append(lines, fmt.Sprintf("%s, err := api.As[%s](%s)", body, s.typeOf(takes), name), "…")
	}
	s.args = []string{"ctx"}
	s.given = body
	s.arguments(op, account)
	result := "_, err"
	switch t := op.Answers[0].Type; {
	case t == nil:
		result = "err"
	case t.Name == got.Name:
		result = name + ", err"
	}
	return strings.Join(append(lines, fmt.Sprintf("%s = %s.%s(%s)", result, service, op.Name, strings.Join(s.args, ", "))), "\n")
}

type snippet struct {
	d       *apispec.Description
	literal func(*apispec.Type) string
	args    []string
	before  []string // lines
	given   string   // a body that is there; "": none
}

// arguments are those of the path, the other required ones, a body and options, as internal/apigen writes them.
func (s *snippet) arguments(op *apispec.Operation, account string) {
	counts := Counts(op)
	options := false
	for _, path := range []bool{true, false} {
		for _, p := range op.Params {
			switch {
			case (p.Place == apispec.InPath) != path, p.Place == apispec.InPath && p.Name == account, counts && p.Name == "count":
			case p.Required:
				s.args = append(s.args, s.value(p.Type))
			default:
				options = true
			}
		}
	}
	if len(op.Bodies) > 0 {
		s.body(op.Bodies[0].Type)
	}
	if options {
		s.args = append(s.args, "api."+op.Section.Service+op.Name+"Options{}")
	}
}

// Counts tells lists of which the number of rows can be asked for: that is another method.
func Counts(op *apispec.Operation) bool {
	t := op.Answers[0].Type
	return t != nil && t.Kind == apispec.Array && op.Param("count") != nil
}

func (s *snippet) body(t *apispec.Type) {
	if s.given != "" {
		s.args = append(s.args, s.given)
		return
	}
	if t.Name == "file" {
		s.before = append(s.before, `file := &api.File{Name: "file.csv", Content: reader}`)
		s.args = append(s.args, "file")
		return
	}
	name := BodyName(t, nil)
	s.before = append(s.before, name+" := "+s.value(t))
	s.args = append(s.args, name)
}

// value is a value of a type.
func (s *snippet) value(t *apispec.Type) string {
	switch t.Kind {
	case apispec.Array:
		return s.typeOf(t) + "{" + s.inner(t.Elem) + "}"
	case apispec.Map:
		return s.typeOf(t) + "{}"
	case apispec.Object:
		return s.typeOf(t) + s.inner(t)
	case apispec.Closed:
		return "api." + TypeName(t.Name) + ValueName(s.d.Values(t.Name).List[0])
	}
	if t.Name == "any" {
		return "map[string]any{}"
	}
	if IsTime(t) {
		return "time.Now()"
	}
	return s.literal(t)
}

// inner is a value where its type is known from what is around it.
func (s *snippet) inner(t *apispec.Type) string {
	if t.Kind != apispec.Object {
		return s.value(t)
	}
	var fields []string
	for _, f := range s.d.Schema(t.Name).Fields {
		if f.Required && f.Type.Kind != apispec.Object && f.Type.Kind != apispec.Map {
			fields = append(fields, Exported(f.Name)+": "+s.value(f.Type))
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func (s *snippet) typeOf(t *apispec.Type) string {
	name, _ := Type(t) // a test has all of them
	if base := t.Base(); base.Kind == apispec.Object || base.Kind == apispec.Closed {
		plain := TypeName(base.Name)
		name = strings.TrimSuffix(name, plain) + "api." + plain
	}
	return name
}

// called is the call with what is done about its result.
func (s *snippet) called(op *apispec.Operation, service string) string {
	args := strings.Join(s.args, ", ")
	lines := s.before
	t := op.Answers[0].Type
	_, rows, _ := ListField(s.d, t)
	switch {
	case t == nil:
		lines = append(lines, fmt.Sprintf("err := %s.%s(%s)", service, op.Name, args))
	case rows != nil && op.Paged():
		lines = append(lines, fmt.Sprintf("for %s, err := range %s.%sAll(%s) {", s.result(rows), service, op.Name, args), "\t…", "}")
	default:
		name := s.result(t)
		lines = append(lines, fmt.Sprintf("%s, err := %s.%s(%s)", name, service, op.Name, args))
		if name == "download" {
			lines = append(lines, "…", "defer download.Close()")
		}
	}
	return strings.Join(lines, "\n")
}

// result is what a result is called.
func (s *snippet) result(t *apispec.Type) string {
	name := "answer"
	switch {
	case t.Kind == apispec.Array:
		name = "all"
	case t.Kind == apispec.Object:
		name = BodyName(t, nil)
	case t.Name == "binary":
		name = "download"
	case t.Name == "boolean":
		name = "done"
	}
	if slices.ContainsFunc(s.before, func(line string) bool { return strings.HasPrefix(line, name+" :=") }) {
		return "answer"
	}
	return name
}
