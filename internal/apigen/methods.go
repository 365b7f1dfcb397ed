package apigen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func (g *generator) section(s *apispec.Section) {
	name := s.Service + "Service"
	of := "Get it from a [Client]."
	if apigo.OfAccount(s) {
		of = "Get it from an [Account]."
	}
	text := fmt.Sprintf("%s calls the operations of the section %s. %s %s", name, s.Name, s.Text, of)
	if page := s.Guide(); page != "" {
		text += "\n\nThe vendor's guide: [" + s.Name + "]\n\n[" + s.Name + "]: " + page
	}
	g.comment(text)
	g.p("type %s service\n", name)
	for _, op := range s.Operations {
		if !apigo.Offered(op) {
			continue
		}
		var first *apispec.Body
		if len(op.Bodies) > 0 {
			first = &op.Bodies[0]
		}
		g.method(s, op, first, op.Name)
		for i := range op.Bodies[min(1, len(op.Bodies)):] {
			g.method(s, op, &op.Bodies[i+1], op.Name+"JSON")
		}
	}
	g.typesOf(s)
}

// method is one method in the making.
type method struct {
	op      *apispec.Operation
	body    *apispec.Body
	name    string
	service string
	options string   // the type, "" if there is none
	in      []string // parameters of Go
	result  string   // "": only an error
	call    []string // statements that make the request r
	counts  bool     // an option asks for a number in place of the list
	rows    string   // the type of a row, if the list has pages
	key     string   // the field of a row that tells rows apart, "" if none does
	list    string   // the field of the answer that has them, "" if it is the list itself
}

func (g *generator) method(s *apispec.Section, op *apispec.Operation, body *apispec.Body, name string) {
	m := &method{op: op, body: body, name: name, service: s.Service + "Service", in: []string{"ctx context.Context"}}
	if t := op.Answers[0].Type; t != nil {
		m.result = g.typed(t, apigo.AnswerType)
		m.counts = t.Kind == apispec.Array && op.Param("count") != nil
		if list, rows, ok := apigo.ListField(g.d, t); ok && op.Paged() {
			m.list, m.rows = list, g.typed(rows, apigo.Type)
			if s := g.d.Schema(rows.Name); s != nil {
				m.key = s.Key
			}
		}
	}
	g.path(s, m)
	optional := g.params(m)
	if body != nil {
		name := apigo.BodyName(body.Type, m.in)
		m.in = append(m.in, name+" "+g.typed(body.Type, apigo.Type))
		m.call = append(m.call, "r.body = "+name)
	}
	if len(optional) > 0 {
		m.options = s.Service + op.Name + "Options"
		m.in = append(m.in, "opts "+m.options)
		for _, p := range optional {
			put := "option"
			if p.Place == apispec.InForm {
				put = "formOption"
			}
			m.call = append(m.call, fmt.Sprintf("r.%s(%q, opts.%s)", put, p.Name, apigo.Exported(p.Name)))
		}
	}
	if reads := op.Effect != apispec.Acts; reads != (op.Method != "POST") {
		m.call = append(m.call, fmt.Sprintf("r.repeats = %t", reads))
	}
	g.write(m, m.name, g.docs(m), "")
	if m.counts {
		g.count(m, optional)
	}
	if m.rows != "" {
		g.iterator(m)
	}
	if m.options != "" && name == op.Name {
		g.options(m, optional)
	}
}

// count writes the method that asks for the number of rows alone.
func (g *generator) count(m *method, optional []apispec.Param) {
	count := *m
	count.result = "int"
	paging := func(p apispec.Param) bool { return p.Name == "page" || p.Name == "maxRows" }
	if !slices.ContainsFunc(optional, func(p apispec.Param) bool { return !paging(p) }) {
		count.in = count.in[:len(count.in)-1]
		count.call = slices.DeleteFunc(slices.Clone(count.call), func(line string) bool { return strings.HasPrefix(line, "r.option(") })
	}
	g.write(&count, m.name+"Count", countDocs(m), `r.param("count", true)`)
}

// path writes the call with the values of the path.
func (g *generator) path(s *apispec.Section, m *method) {
	account := ""
	if apigo.OfAccount(s) {
		account = apigo.AccountParam(m.op)
	}
	args := []string{fmt.Sprintf("%q", m.op.Method), fmt.Sprintf("%q", m.op.Path)}
	for p := range m.op.In(apispec.InPath) {
		if p.Name == account {
			args = append(args, "s.account")
			continue
		}
		name := apigo.Unexported(p.Name)
		m.in = append(m.in, name+" "+g.typed(p.Type, apigo.Type))
		args = append(args, name)
	}
	m.call = append(m.call, "r := s.client.call("+strings.Join(args, ", ")+")")
}

// params writes the required parameters, and is the optional ones.
func (g *generator) params(m *method) (optional []apispec.Param) {
	for _, p := range m.op.Params {
		switch {
		case p.Place == apispec.InPath, m.counts && p.Name == "count":
		case !p.Required:
			optional = append(optional, p)
		default:
			name := apigo.Unexported(p.Name)
			put := "param"
			if p.Place == apispec.InForm {
				put = "field"
			}
			m.in = append(m.in, name+" "+g.typed(p.Type, apigo.Type))
			m.call = append(m.call, fmt.Sprintf("r.%s(%q, %s)", put, p.Name, name))
		}
	}
	return optional
}

// write writes a method.
func (g *generator) write(m *method, name, doc, more string) {
	g.comment(doc)
	g.p("func (s *%s) %s(%s) %s {", m.service, name, parameters(m.in), results(m.result))
	for _, line := range m.call {
		g.p("%s", line)
	}
	if more != "" {
		g.p("%s", more)
	}
	if m.result == "" {
		g.p("return r.send(ctx, nil)\n}\n")
		return
	}
	g.p("var out %s\nerr := r.send(ctx, &out)\nreturn out, err\n}\n", m.result)
}

// parameters is a list of parameters, in which neighbours share a type: a, b int.
func parameters(all []string) string {
	var list []string
	for i, p := range all {
		name, of, _ := strings.Cut(p, " ")
		if i+1 < len(all) && strings.HasSuffix(all[i+1], " "+of) && strings.Count(all[i+1], " ") == 1 {
			p = name
		}
		list = append(list, p)
	}
	return strings.Join(list, ", ")
}

func results(result string) string {
	if result == "" {
		return "error"
	}
	return "(" + result + ", error)"
}

// iterator writes the method that asks for page after page.
func (g *generator) iterator(m *method) {
	text := fmt.Sprintf("%sAll is %s with all pages, from opts.Page on. Each page is asked for when its first row is, with opts.MaxRows rows if that is more than 0, or else 100. "+
		"An error is the last pair.", m.name, m.name)
	call := slices.Clone(m.call)
	file := slices.Index(call, "r.body = file")
	if file >= 0 {
		text += " The file is kept in memory, since each page is asked for with it."
		call[file] = "kept.put(r)"
	}
	g.comment(text)
	g.p("func (s *%s) %sAll(%s) iter.Seq2[%s, error] {", m.service, m.name, parameters(m.in), m.rows)
	if file >= 0 {
		g.p("kept := &keptFile{file: file}")
	}
	g.p("return pages[%s](ctx, opts.Page, opts.MaxRows, %q, %q, func(page, rows int) *request {\nopts.Page, opts.MaxRows = page, rows", m.rows, m.list, m.key)
	for _, line := range call {
		g.p("%s", line)
	}
	g.p("return r\n})\n}\n")
}

func (g *generator) options(m *method, optional []apispec.Param) {
	text := fmt.Sprintf("%s are the optional parameters of %s. What is zero is not sent", m.options, m.name)
	if slices.ContainsFunc(optional, func(p apispec.Param) bool {
		return p.Type.Kind == apispec.Scalar && p.Type.Name == "int32" && p.Name != "page" && p.Name != "maxRows"
	}) {
		text += "; [Zero] is sent as 0"
	}
	g.comment(text + ".")
	g.p("type %s struct {", m.options)
	for _, p := range optional {
		text := p.Text
		if p.Default != "" && p.Default != "false" {
			text += " Unless it is set, the API takes " + p.Default + "."
		}
		if p.Certainty == apispec.Assumed {
			text += " It is assumed."
		}
		g.comment(text)
		t := g.typed(p.Type, apigo.Type)
		if t == "bool" && p.Default != "false" {
			t = "Switch"
		}
		g.p("%s %s", apigo.Exported(p.Name), t)
	}
	g.p("}\n")
}
