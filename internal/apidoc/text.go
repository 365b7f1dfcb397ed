package apidoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// narrow is where what a name means goes below it, and usual the width of what is no terminal.
const narrow, usual, widest = 60, 80, 110

// writer writes pages in lines of a width. The first error is kept.
type writer struct {
	w     io.Writer
	width int
	err   error
}

// newWriter makes a writer for a terminal of a width, 0 for none.
func newWriter(w io.Writer, width int) *writer {
	if width <= 0 {
		width = usual
	}
	return &writer{w: w, width: min(width, widest)}
}

func (w *writer) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

// paragraph is text in lines that begin with an indent.
func (w *writer) paragraph(indent int, text string) {
	for _, line := range wrap(text, w.width-indent) {
		w.line("%s%s", strings.Repeat(" ", indent), line)
	}
}

// heading begins a part of a page.
func (w *writer) heading(text string) {
	w.line("")
	w.paragraph(0, text)
}

// rows are names with what they mean beside them, or below where the terminal is narrow or the name is long.
func (w *writer) rows(indent int, all [][2]string) {
	const most = 30
	column := 0
	for _, r := range all {
		if n := utf8.RuneCountInString(r[0]); n <= most {
			column = max(column, n)
		}
	}
	left := strings.Repeat(" ", indent)
	for _, r := range all {
		n := utf8.RuneCountInString(r[0])
		if w.width < narrow || n > column {
			w.line("%s%s", left, r[0])
			if w.width < narrow {
				w.paragraph(indent+2, r[1])
			} else {
				w.paragraph(indent+column+2, r[1])
			}
			continue
		}
		for i, line := range wrap(r[1], w.width-indent-column-2) {
			if i > 0 {
				r[0] = ""
			}
			w.line("%s%s", left, strings.TrimRight(fmt.Sprintf("%-*s  %s", column, r[0], line), " "))
		}
	}
}

// wrap is text in lines of a width, broken between words.
func wrap(text string, width int) (lines []string) {
	var line string
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// WriteList writes operations by section, for people whose terminal has a number of columns; 0: no one says.
func WriteList(to io.Writer, width int, all []*apispec.Operation) error {
	w := newWriter(to, width)
	var last *apispec.Section
	for i := 0; i < len(all); {
		if last != nil {
			w.line("")
		}
		last = all[i].Section
		w.line("%s", last.Name)
		var rows [][2]string
		for ; i < len(all) && all[i].Section == last; i++ {
			rows = append(rows, [2]string{all[i].ID, all[i].Text + remark(all[i])})
		}
		w.rows(2, rows)
	}
	return w.err
}

// remark says of an operation that another one is better.
func remark(op *apispec.Operation) string {
	switch {
	case op.Duplicate != "":
		return " Another path of " + op.Duplicate + "."
	case op.Source == apispec.Internal:
		return " Internal to the vendor."
	case op.Deprecated:
		return " Deprecated."
	}
	return ""
}

// Write writes a page for people whose terminal has a number of columns; 0: no one says. code is a writer to the same place
// that leaves lines as they are.
func (p *Page) Write(to, code io.Writer, width int) error {
	w := newWriter(to, width)
	w.line("%s", p.ID)
	w.paragraph(2, p.Text+remark(p.op))
	w.line("")
	w.verbatim(code, p.Method+" "+p.Path)
	w.line("")
	w.rows(0, p.facts())
	if p.Parameters != nil {
		w.heading("Parameters")
		w.fields(p.Parameters)
	}
	for i, b := range p.Bodies {
		word := "Body"
		if i > 0 {
			word = "Or"
		}
		w.heading(word + ": " + typeWords(b.Type) + ", as " + b.ContentType)
	}
	w.heading("Answers")
	w.rows(2, p.answers())
	for _, t := range p.Types {
		w.typed(t)
	}
	if p.Uncertain != nil {
		w.heading("Not documented")
		var rows [][2]string
		for _, u := range p.Uncertain {
			rows = append(rows, [2]string{u.Certainty, u.words()})
		}
		w.rows(2, rows)
	}
	w.examples(code, p)
	return w.err
}

func (w *writer) typed(t Type) {
	w.heading(t.Name)
	w.paragraph(2, t.Text)
	w.fields(t.Fields)
}

// WriteTypes writes objects, each with its fields, and closed lists with their values.
func WriteTypes(to io.Writer, width int, all []Type) error {
	w := newWriter(to, width)
	for i, t := range all {
		if i > 0 {
			w.line("")
		}
		w.line("%s", t.Name)
		w.paragraph(2, t.Text)
		w.fields(t.Fields)
		for _, v := range t.Values {
			w.line("  %s", v)
		}
	}
	return w.err
}

// verbatim writes lines that are not broken, so that they can be copied.
func (w *writer) verbatim(code io.Writer, text string) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(code, "  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
	}
}

func (w *writer) examples(code io.Writer, p *Page) {
	for _, b := range p.Bodies {
		if b.Example == nil {
			continue
		}
		w.heading("A body to fill in, as body.json; leave out what you do not need")
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(b.Example); err != nil && w.err == nil {
			w.err = err
		}
		w.verbatim(code, strings.TrimRight(out.String(), "\n"))
	}
	w.heading("On the command line")
	w.verbatim(code, p.Command)
	w.heading("In Go")
	if p.Go == "" {
		w.paragraph(2, "Package api has no method for it.")
	} else {
		w.verbatim(code, p.Go)
	}
}

// facts are what holds for the whole operation.
func (p *Page) facts() [][2]string {
	rows := [][2]string{{"Section", p.Section}}
	add := func(name, text string) {
		if text != "" {
			rows = append(rows, [2]string{name, text})
		}
	}
	add("Found in", found[p.op.Source])
	add("Signed in by", signedIn[p.op.Auth])
	permission := p.op.Permission.Sentence()
	if permission == "" {
		permission = "Not documented."
	}
	add("Permission", permission)
	for _, l := range p.op.Limits {
		add("Limit", l.Sentence())
	}
	if len(p.op.Limits) == 0 {
		add("Limit", "None is documented for it.")
	}
	add("Repeated", repeated[p.op.Effect])
	switch {
	case p.op.Listed():
		add("Pages", "Yes: --paginate gets all of them.")
	case p.Paged:
		add("Pages", "Yes: page and maxRows are for one of them.")
	}
	add("Also here", strings.Join(p.Beside, ", "))
	add("Guide", p.Guide)
	return rows
}

// found says where an operation is from, "" for the vendor's description.
var found = map[apispec.Source]string{
	apispec.Internal: "The vendor's description, as internal: it is no part of the public API.",
	apispec.Guide:    "The vendor's guide, and in no description; the name is ours.",
	apispec.Draft:    "A draft of the vendor's guide that was not published; it may not be there. The name is ours.",
	apispec.Programs: "No document; programs that work call it. The name is ours.",
}

var signedIn = map[apispec.Auth]string{
	apispec.Bearer: "The access token.", apispec.NoAuth: "Nothing, or what the parameters hold.", apispec.Cookie: "The access token, in the cookie access_token.",
	apispec.APIToken: "The access token, or an older one in X-Auth-Token.",
}

var repeated = map[apispec.Effect]string{
	apispec.Reads: "It may be: it changes nothing.",
	apispec.Sets:  "It may be: it sets the same again.",
	apispec.Acts:  "It must not be without a look at what the first request did: it does something each time.",
}

// answers are statuses with what comes with them, those with the same beside each other.
func (p *Page) answers() (rows [][2]string) {
	for _, a := range append(p.Answers[:len(p.Answers):len(p.Answers)], p.Refusals...) {
		text := "no body"
		if a.Type != "" {
			text = typeWords(a.Type) + ", as " + a.ContentType
		}
		if i := slices.IndexFunc(rows, func(r [2]string) bool { return r[1] == text }); i >= 0 && a.Statuses[0] >= 400 {
			rows[i][0] += " " + statuses(a.Statuses)
			continue
		}
		rows = append(rows, [2]string{statuses(a.Statuses), text})
	}
	return rows
}

// words are the facts in a line. Fields are marked where they are described.
func (u Uncertain) words() string {
	var all []string
	fields := false
	for _, f := range u.Facts {
		if strings.Contains(f, ".") && !strings.Contains(f, " ") {
			fields = true
			continue
		}
		all = append(all, f)
	}
	if fields {
		all = append(all, "the fields that are marked so")
	}
	return strings.Join(all, ", ")
}

// fields are parameters or fields with what is known of each.
func (w *writer) fields(all []Field) {
	var rows [][2]string
	for _, f := range all {
		rows = append(rows, [2]string{f.Name, f.words()})
	}
	w.rows(2, rows)
}

// words say what a field is, in a line.
func (f Field) words() string {
	kind := typeWords(f.Type)
	if f.Values != nil {
		kind = "one of " + strings.Join(f.Values, " ")
		if strings.HasPrefix(f.Type, "[") {
			kind = "list of " + strings.Join(f.Values, " ")
		}
	}
	marks := []string{kind}
	mark := func(on bool, text string) {
		if on {
			marks = append(marks, text)
		}
	}
	mark(f.In == "path", "in the path")
	mark(f.In == "form", "in the form")
	mark(f.Required && f.In != "path", "required")
	mark(f.ReadOnly, "only read")
	mark(f.WriteOnly, "only written")
	mark(f.Secret, "secret")
	mark(f.Min != 0 || f.Max != 0, fmt.Sprintf("%d to %d", f.Min, f.Max))
	mark(f.MaxLen != 0, fmt.Sprintf("at most %d characters", f.MaxLen))
	mark(f.Default != "", f.Default+" unless given")
	mark(f.Certainty != apispec.Documented.String(), f.Certainty)
	if f.Text == "" {
		return strings.Join(marks, ", ")
	}
	return strings.Join(marks, ", ") + ". " + f.Text
}

// typeWords is a type in words: [Agent] is list of Agent.
func typeWords(t string) string {
	null := ""
	if rest, ok := strings.CutSuffix(t, "?"); ok {
		t, null = rest, " or null"
	}
	switch {
	case strings.HasPrefix(t, "["):
		return "list of " + typeWords(t[1:len(t)-1]) + null
	case strings.HasPrefix(t, "{"):
		return "object with values of " + typeWords(t[1:len(t)-1]) + null
	}
	if word, ok := scalarWords[t]; ok {
		return word + null
	}
	return t + null
}

// scalarWords are the scalar types in words of people.
var scalarWords = map[string]string{
	"any": "any JSON", "string": "text", "uuid": "UUID", "uri": "address", "boolean": "true or false", "int32": "whole number", "int64": "whole number", "double": "number",
	"binary": "bytes", "file": "a file, in the part named file", "datetime": "time, such as 2026-01-31T08:30:00.000+0000",
	"zonedtime": "time, such as 2026-01-31T08:30:00.000-05:00", "isotime": "time, such as 2026-01-31T08:30:00Z",
	"localtime": "time, such as 2026-01-31 08:30:00, in the zone of another field", "millis": "time in milliseconds since 1970",
	"millistext": "text of a time in milliseconds since 1970", "unixtime": "time in seconds since 1970", "clock": "time of day, such as 08:30",
	"hours": "opening hours, such as 08301700",
}
