package apispec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// schemas are the schemas and closed lists of a description by name.
type schemas struct {
	objects map[string]*Schema
	closed  map[string]*Values
	all     []*Schema // in the order of the data
	lists   []*Values
}

// readSchemas reads what Read put aside.
func (r *reader) readSchemas() (*schemas, error) {
	s := &schemas{objects: map[string]*Schema{}, closed: map[string]*Values{}}
	r.errs, r.types = nil, map[string]*Type{}
	for _, b := range r.blocks {
		r.file, r.line = b.file, b.line
		if b.kind == Closed {
			v := r.values(b)
			s.closed[v.Name], s.lists = v, append(s.lists, v)
			continue
		}
		o := r.schema(b)
		s.objects[o.Name], s.all = o, append(s.all, o)
	}
	r.resolve()
	return s, errors.Join(r.errs...)
}

func (r *reader) values(b *block) *Values {
	v := &Values{Name: b.name, Section: b.section}
	seen := map[string]bool{}
	for line := range b.lines {
		r.line++
		if text, ok := strings.CutPrefix(line, "text "); ok && v.Text == "" {
			v.Text = text
			continue
		}
		if line == "" || strings.ContainsAny(line, " ~") || seen[line] {
			r.fail("%q cannot be a value, or is there twice", line)
		}
		seen[line] = true
		v.List = append(v.List, line)
	}
	return v
}

func (r *reader) schema(b *block) *Schema {
	s := &Schema{Name: b.name, Section: b.section}
	for line := range b.lines {
		r.line++
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "text":
			s.Text = rest
		case "key":
			s.Key, s.PathKey, _ = strings.Cut(rest, " as ")
			if s.PathKey == "" {
				s.PathKey = s.Key
			}
		case "field":
			if f, ok := r.field(rest); ok {
				if s.Field(f.Name) != nil {
					r.fail("the field %s is there twice", f.Name)
				}
				s.Fields = append(s.Fields, f)
			}
		default:
			r.fail("unknown word %q of a schema", word)
		}
	}
	if s.Key != "" && s.Field(s.Key) == nil {
		r.fail("%s has no field %s", s.Name, s.Key)
	}
	return s
}

// field reads NAME TYPE [required] [readonly] [writeonly] [secret] [min=N] [max=N] [maxlen=N] [~CERTAINTY] [-- TEXT].
func (r *reader) field(line string) (Field, bool) {
	line, text, _ := strings.Cut(line, " -- ")
	words, certainty := r.certainty(strings.Fields(line))
	if len(words) < 2 {
		r.fail("want name and type of a field")
		return Field{}, false
	}
	if text == "" {
		text = r.fields[words[0]]
	}
	f := Field{Name: words[0], Type: r.typeNamed(words[1]), Text: text, Certainty: certainty}
	for _, w := range words[2:] {
		if err := f.flag(w); err != nil {
			r.fail("%v", err)
		}
	}
	return f, true
}

func (f *Field) flag(word string) error {
	name, number, _ := strings.Cut(word, "=")
	n, err := strconv.ParseInt(number, 10, 64)
	if number == "" {
		err = nil
	}
	switch name {
	case "required":
		f.Required = true
	case "readonly":
		f.ReadOnly = true
	case "writeonly":
		f.WriteOnly = true
	case "secret":
		f.Secret = true
	case "min":
		f.Min = n
	case "max":
		f.Max = n
	case "maxlen":
		f.MaxLen = int(n)
	default:
		return fmt.Errorf("unknown word %q of a field", word)
	}
	return err
}

// Schema is the schema with a name, nil if there is none.
func (d *Description) Schema(name string) *Schema { return d.known().objects[name] }

// Values is the closed list with a name, nil if there is none.
func (d *Description) Values(name string) *Values { return d.known().closed[name] }

// Schemas are all schemas, by section.
func (d *Description) Schemas() []*Schema { return d.known().all }

// AllValues are all closed lists, by section.
func (d *Description) AllValues() []*Values { return d.known().lists }

// known reads the schemas once. What they have wrong is told by Check.
func (d *Description) known() *schemas {
	s, _ := d.schemas()
	return s
}
