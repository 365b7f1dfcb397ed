package apispec

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// Description is the API as data. It is safe for concurrent use, and nothing of it may be changed.
type Description struct {
	Sections   []*Section
	Operations []*Operation // by section, in the order of the data
	Refusals   []Answer     // what any operation may answer in place of what it is asked for
	Limits     []*Limit
	ids        map[string]*Operation // by ID in small letters
	routes     *Routes[*Operation]
	schemas    func() (*schemas, error)
}

// Read reads a description from the .txt files of a directory: common.txt, parameters.txt and fields.txt, and one for each section. It
// refuses words that it does not know, names that nothing explains and what is there twice, with file and line. Schemas
// are read when they are asked for; Check reads all.
func Read(dir fs.FS) (*Description, error) {
	r := &reader{
		d: &Description{ids: map[string]*Operation{}, routes: NewRoutes[*Operation]()}, types: map[string]*Type{},
		params: map[string]Param{}, fields: map[string]string{}, names: map[string]position{}, uses: map[string]position{}, known: map[string]Kind{},
	}
	files, err := fs.Glob(dir, "*.txt")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(order(a), order(b)) })
	for _, f := range files {
		text, err := fs.ReadFile(dir, f)
		if err != nil {
			return nil, err
		}
		r.file, r.line, r.section = f, 0, nil
		r.read(string(text))
	}
	r.finish()
	r.d.schemas = sync.OnceValues(r.readSchemas)
	return r.d, errors.Join(r.errs...)
}

// order puts first what the others need.
func order(file string) string {
	if file == "common.txt" || file == "parameters.txt" || file == "fields.txt" {
		return " " + file
	}
	return file
}

// reader reads a description.
type reader struct {
	d       *Description
	errs    []error
	file    string
	line    int
	section *Section
	op      *Operation // that lines belong to, as the next three
	limit   *Limit
	block   *block
	head    bool             // lines belong to the section
	types   map[string]*Type // by text
	params  map[string]Param
	fields  map[string]string   // what they mean
	names   map[string]position // of schemas and closed lists, in small letters: where they are
	uses    map[string]position // of types that name something
	known   map[string]Kind
	blocks  []*block
}

// position is a line of the data.
type position struct {
	file string
	line int
}

// block is a schema or a closed list that is read later.
type block struct {
	kind    Kind
	name    string
	section *Section
	position
	text string // from its second line on
}

func (r *reader) fail(format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...)))
}

func (r *reader) read(text string) {
	r.end()
	for line := ""; text != ""; {
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		r.line++
		inner, indented := strings.CutPrefix(line, "  ")
		switch {
		case line == "" || line[0] == '#':
			r.end()
		case !indented:
			r.end()
			if r.begin(line); r.block != nil {
				r.block.text = text // and what follows it
			}
		case r.block != nil: // is read later
		case r.op != nil:
			r.operationLine(inner)
		case r.head:
			r.sectionLine(inner)
		case r.limit != nil:
			r.limit.Text = r.text(inner)
		default:
			r.fail("nothing that this line belongs to: %q", line)
		}
	}
}

// end says that lines belong to nothing.
func (r *reader) end() { r.op, r.limit, r.block, r.head = nil, nil, nil, false }

// lines are those that belong to a block.
func (b *block) lines(yield func(string) bool) {
	text := b.text
	for {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		inner, indented := strings.CutPrefix(strings.TrimSuffix(line, "\r"), "  ")
		if !indented || !yield(inner) {
			return
		}
	}
}

// begin reads the first line of something.
func (r *reader) begin(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "section":
		r.section = &Section{Name: rest, File: r.file}
		r.d.Sections, r.head = append(r.d.Sections, r.section), true
	case "GET", "POST", "PUT", "PATCH", "DELETE":
		r.beginOperation(word, rest)
	case "schema":
		r.beginBlock(Object, rest)
	case "values":
		r.beginBlock(Closed, rest)
	case "parameter":
		if p, ok := r.param(rest, InQuery); ok {
			if _, there := r.params[p.Name]; there {
				r.fail("the parameter %s is there twice", p.Name)
			}
			r.params[p.Name] = p
		}
	case "field":
		name, text, _ := strings.Cut(rest, " -- ")
		if _, there := r.fields[name]; there || text == "" {
			r.fail("want what the field %s means, once", name)
		}
		r.fields[name] = text
	case "refusal":
		if a, ok := r.answer(rest); ok {
			r.d.Refusals = append(r.d.Refusals, a)
		}
	case "limit":
		r.beginLimit(rest)
	default:
		r.fail("unknown word %q", word)
	}
}

func (r *reader) sectionLine(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "service":
		r.section.Service = rest
	case "text":
		r.section.Text = rest
	case "page":
		r.section.Page = rest
	default:
		r.fail("unknown word %q of a section", word)
	}
}

func (r *reader) beginBlock(kind Kind, name string) {
	if !isName(name) || !isUpper(name[0]) {
		r.fail("%q cannot be a name in Go", name)
		return
	}
	r.unique(name)
	r.known[name] = kind
	r.block = &block{kind: kind, name: name, section: r.section, position: position{r.file, r.line}}
	r.blocks = append(r.blocks, r.block)
}

// unique refuses a name that is there already, whatever its case.
func (r *reader) unique(name string) {
	key := strings.ToLower(name)
	if at, there := r.names[key]; there {
		r.fail("the name %s is taken at %s:%d", name, at.file, at.line)
	}
	r.names[key] = position{r.file, r.line}
}

// text is what follows the word text.
func (r *reader) text(line string) string {
	rest, ok := strings.CutPrefix(line, "text ")
	if !ok {
		r.fail("want a text, not %q", line)
	}
	return rest
}

// typeNamed is the type that a word is. What it names may come later.
func (r *reader) typeNamed(word string) *Type {
	if t, ok := r.types[word]; ok {
		return t
	}
	t, err := parseType(word)
	if err != nil {
		r.fail("%v", err)
		t = &Type{Name: "any"}
	} else if t.Base().Kind == Object {
		r.uses[word] = position{r.file, r.line}
	}
	r.types[word] = t
	return t
}

// finish looks up what was named before it was there.
func (r *reader) finish() {
	r.resolve()
	for _, op := range r.d.Operations {
		if _, there := r.d.Find(op.Duplicate); op.Duplicate != "" && !there {
			r.errs = append(r.errs, fmt.Errorf("%s: %s is a duplicate of %s, which is not there", op.Section.File, op.ID, op.Duplicate))
		}
	}
}

// resolve tells closed lists from schemas in the types that were read.
func (r *reader) resolve() {
	for word, t := range r.types {
		base := t.Base()
		if base.Kind != Object {
			continue
		}
		kind, there := r.known[base.Name]
		if !there {
			r.file, r.line = r.uses[word].file, r.uses[word].line
			r.fail("nothing is called %s", base.Name)
		}
		if kind == Closed {
			base.Kind = Closed
		}
	}
}
