// Package apidoc describes the operations of the API to people and programs: a list, a page for each, and docs/api.md. What
// it says is in internal/apispec.
package apidoc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

//go:generate go run ./write

// Page is all that is known of an operation. Its JSON is a contract with programs: fields are added, and keep their names.
type Page struct {
	ID          string      `json:"id"`
	Method      string      `json:"method"`
	Path        string      `json:"path"`
	Beside      []string    `json:"otherMethods,omitempty"` // of the same path
	Section     string      `json:"section"`
	Text        string      `json:"text"`
	Guide       string      `json:"guide,omitempty"` // the vendor's page
	Source      string      `json:"source"`
	Certainty   string      `json:"certainty"`
	Deprecated  bool        `json:"deprecated,omitempty"`
	DuplicateOf string      `json:"duplicateOf,omitempty"`
	Auth        string      `json:"auth"`
	Permission  string      `json:"permission,omitempty"` // "": no document says
	Limits      []string    `json:"limits,omitempty"`
	Effect      string      `json:"effect"`
	Repeatable  bool        `json:"repeatable"` // a second request does no harm
	Paged       bool        `json:"paged,omitempty"`
	Parameters  []Field     `json:"parameters,omitempty"`
	Bodies      []Body      `json:"bodies,omitempty"`
	Answers     []Answer    `json:"answers"`
	Refusals    []Answer    `json:"refusals"`
	Types       []Type      `json:"types,omitempty"` // that bodies and answers name, each after what names it first
	Uncertain   []Uncertain `json:"uncertain,omitempty"`
	Command     string      `json:"command,omitempty"` // a call as command lines
	Go          string      `json:"go,omitempty"`      // a call with package api

	op *apispec.Operation
}

// Field is a parameter, or a field of an object.
type Field struct {
	Name      string   `json:"name"`
	In        string   `json:"in,omitempty"` // of a parameter: path, query, form
	Type      string   `json:"type"`
	Required  bool     `json:"required,omitempty"`
	ReadOnly  bool     `json:"readOnly,omitempty"`
	WriteOnly bool     `json:"writeOnly,omitempty"`
	Secret    bool     `json:"secret,omitempty"`
	Values    []string `json:"values,omitempty"` // of a closed list, which may have grown
	Default   string   `json:"default,omitempty"`
	Min       int64    `json:"min,omitempty"`
	Max       int64    `json:"max,omitempty"`
	MaxLen    int      `json:"maxLength,omitempty"`
	Text      string   `json:"text,omitempty"`
	Certainty string   `json:"certainty"`
}

// Body is a form that the body of a request may have.
type Body struct {
	ContentType string `json:"contentType"`
	Type        string `json:"type"`
	Certainty   string `json:"certainty"`
	Example     any    `json:"example,omitempty"` // JSON to be filled in
}

// Answer is an answer, with as many statuses as have it.
type Answer struct {
	Statuses    []int  `json:"statuses"`
	ContentType string `json:"contentType,omitempty"`
	Type        string `json:"type,omitempty"` // "": no body
	Certainty   string `json:"certainty"`
}

// Type is an object with its fields, or a closed list with its values.
type Type struct {
	Name   string  `json:"name"`
	Text   string  `json:"text"`
	Fields []Field `json:"fields"`

	Values []string `json:"values,omitempty"` // of a closed list, which has no fields and may have grown
}

// Uncertain are facts that the vendor does not document. Fields are Type.name.
type Uncertain struct {
	Certainty string   `json:"certainty"`
	Facts     []string `json:"facts"`
}

// Describe makes the page of an operation.
func Describe(d *apispec.Description, op *apispec.Operation) *Page {
	p := &Page{
		ID: op.ID, Method: op.Method, Path: op.Path, Section: op.Section.Name, Text: op.Text, Guide: op.Section.Guide(), Source: op.Source.String(),
		Certainty: op.Certainty().String(), Deprecated: op.Deprecated, DuplicateOf: op.Duplicate, Auth: op.Auth.String(), Permission: op.Permission.String(),
		Effect: op.Effect.String(), Repeatable: op.Effect != apispec.Acts, Paged: op.Paged(), op: op,
	}
	for _, m := range d.Methods(op.Path) {
		if m != op.Method {
			p.Beside = append(p.Beside, m)
		}
	}
	for _, l := range op.Limits {
		p.Limits = append(p.Limits, limitOf(l))
	}
	for _, param := range op.Params {
		p.Parameters = append(p.Parameters, paramOf(d, param))
	}
	types := &typeList{d: d, seen: map[string]bool{}}
	for _, b := range op.Bodies {
		body := Body{ContentType: b.ContentType, Type: b.Type.String(), Certainty: b.Certainty.String()}
		if b.ContentType == "application/json" {
			body.Example = Example(d, b.Type)
		}
		p.Bodies = append(p.Bodies, body)
		types.add(b.Type)
	}
	for _, a := range op.Answers {
		p.Answers = append(p.Answers, answerOf(a))
		types.add(a.Type)
	}
	for _, a := range d.Refusals {
		p.Refusals = append(p.Refusals, answerOf(a))
	}
	p.Types = types.all
	p.Uncertain = uncertain(p, op)
	read := apigo.Reads(d, op)
	p.Command = command(d, op)
	if read != nil {
		p.Command = command(d, read) + " --output body.json\n" + p.Command
	}
	p.Go = apigo.Snippet(d, op, read, exampleAccount, literal)
	return p
}

func limitOf(l apispec.OperationLimit) string {
	s := l.String()
	if l.When != "" {
		s += " with " + l.When
	}
	return s
}

func paramOf(d *apispec.Description, p apispec.Param) Field {
	return Field{
		Name: p.Name, In: p.Place.String(), Type: p.Type.String(), Required: p.Required, Secret: p.Secret, Values: valuesOf(d, p.Type),
		Default: p.Default, Text: p.Text, Certainty: p.Certainty.String(),
	}
}

func valuesOf(d *apispec.Description, t *apispec.Type) []string {
	if v := d.Values(t.Base().Name); v != nil {
		return v.List
	}
	return nil
}

func answerOf(a apispec.Answer) Answer {
	out := Answer{Statuses: a.Statuses, Certainty: a.Certainty.String()}
	if a.Type != nil {
		out.Type, out.ContentType = a.Type.String(), a.ContentType
	}
	return out
}

// TypeNamed is the object with a name, whatever its case, and those that it names, or the closed list; nil if there is none.
func TypeNamed(d *apispec.Description, name string) []Type {
	for _, s := range d.Schemas() {
		if strings.EqualFold(s.Name, name) {
			types := &typeList{d: d, seen: map[string]bool{}}
			types.add(&apispec.Type{Kind: apispec.Object, Name: s.Name})
			return types.all
		}
	}
	for _, v := range d.AllValues() {
		if strings.EqualFold(v.Name, name) {
			return []Type{{Name: v.Name, Text: v.Text, Fields: []Field{}, Values: v.List}}
		}
	}
	return nil
}

// typeList has objects in the order in which they are named.
type typeList struct {
	d    *apispec.Description
	seen map[string]bool
	all  []Type
}

func (l *typeList) add(t *apispec.Type) {
	if t == nil {
		return
	}
	wait := []string{t.Base().Name}
	for len(wait) > 0 {
		s := l.d.Schema(wait[0])
		wait = wait[1:]
		if s == nil || l.seen[s.Name] {
			continue
		}
		l.seen[s.Name] = true
		out := Type{Name: s.Name, Text: s.Text}
		for _, f := range s.Fields {
			out.Fields = append(out.Fields, Field{
				Name: f.Name, Type: f.Type.String(), Required: f.Required, ReadOnly: f.ReadOnly, WriteOnly: f.WriteOnly, Secret: f.Secret,
				Values: valuesOf(l.d, f.Type), Min: f.Min, Max: f.Max, MaxLen: f.MaxLen, Text: f.Text, Certainty: f.Certainty.String(),
			})
			wait = append(wait, f.Type.Base().Name)
		}
		l.all = append(l.all, out)
	}
}

// uncertain are the facts of a page that are not documented.
func uncertain(p *Page, op *apispec.Operation) (all []Uncertain) {
	facts := map[string][]string{}
	note := func(certainty, fact string) {
		if certainty != apispec.Documented.String() && !slices.Contains(facts[certainty], fact) {
			facts[certainty] = append(facts[certainty], fact)
		}
	}
	note(p.Certainty, "the operation")
	for _, f := range p.Parameters {
		note(f.Certainty, "the parameter "+f.Name)
	}
	for _, b := range p.Bodies {
		note(b.Certainty, "the body")
	}
	for _, a := range p.Answers {
		note(a.Certainty, "the answer "+statuses(a.Statuses))
	}
	for _, a := range p.Refusals {
		note(a.Certainty, "the refusal "+statuses(a.Statuses))
	}
	for _, l := range op.Limits {
		note(max(l.Certainty, l.Limit.Certainty).String(), "the limit "+l.String())
	}
	for _, t := range p.Types {
		for _, f := range t.Fields {
			note(f.Certainty, t.Name+"."+f.Name)
		}
	}
	for _, c := range []apispec.Certainty{apispec.Observed, apispec.Assumed} {
		if list := facts[c.String()]; list != nil {
			all = append(all, Uncertain{c.String(), list})
		}
	}
	return all
}

func statuses(all []int) string {
	var s []string
	for _, n := range all {
		s = append(s, strconv.Itoa(n))
	}
	return strings.Join(s, " ")
}

// command is a call on a command line.
func command(d *apispec.Description, op *apispec.Operation) string {
	words := []string{"ringcx", "api", op.ID}
	for _, p := range op.Params {
		switch {
		case !p.Required:
		case p.Secret:
			words = append(words, "-f", p.Name+"=…")
		default:
			words = append(words, "-f", quoted(p.Name+"="+exampleText(d, p)))
		}
	}
	switch {
	case slices.ContainsFunc(op.Bodies, func(b apispec.Body) bool { return b.ContentType == "application/json" }):
		words = append(words, "--input", "body.json")
	case len(op.Bodies) > 0:
		words = append(words, "--input", "FILE")
	}
	if op.Listed() {
		words = append(words, "--paginate")
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if strings.ContainsAny(word, " &?*'\"$;()<>|") {
		return fmt.Sprintf("'%s'", strings.ReplaceAll(word, "'", `'\''`))
	}
	return word
}
