package profile

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx/internal/env"
)

// document is the text of config.toml, line by line. What is changed in it is changed where it stands, so that everything
// else (comments, order, what a newer version has written) stays as people left it.
type document struct {
	mark  string // byteOrderMark or ""
	end   string // how lines end
	lines []textLine
}

// textLine is one line of a document, or the lines of a value that takes several.
type textLine struct {
	number int      // of the first
	text   string   // with its end
	table  []string // that it opens, or is in
	key    []string // that it sets, with the table; nil: none
	head   bool     // it opens a table
}

func (l textLine) blank() bool { return strings.TrimSpace(l.text) == "" }

func (l textLine) comment() bool { return strings.HasPrefix(strings.TrimSpace(l.text), "#") }

func readDocument(text string) *document {
	d := &document{end: "\n"}
	if rest, marked := strings.CutPrefix(text, env.ByteOrderMark); marked {
		d.mark, text = env.ByteOrderMark, rest
	}
	if strings.Contains(text, "\r\n") {
		d.end = "\r\n"
	}
	var table []string
	physical, tried := strings.SplitAfter(text, "\n"), 0
	for i := 0; i < len(physical) && physical[i] != ""; {
		l := textLine{number: i + 1, text: physical[i]}
		meta, err := toml.Decode(strings.TrimSpace(l.text), new(map[string]any))
		i++
		for longer := l.text; err != nil && i < len(physical) && tried < mostTried; i++ {
			longer += physical[i]
			tried += len(longer)
			if meta, err = toml.Decode(longer, new(map[string]any)); err == nil {
				l.text = longer
			}
		}
		if err != nil {
			i = l.number // nothing that could be changed
		}
		if keys := meta.Keys(); err == nil && len(keys) > 0 {
			if l.head = strings.HasPrefix(strings.TrimSpace(l.text), "["); l.head {
				table = keys[len(keys)-1]
			} else {
				l.key = append(slices.Clone(table), keys[0]...)
			}
		}
		l.table = table
		d.lines = append(d.lines, l)
	}
	return d
}

// mostTried is how many bytes are read again to find where values of several lines end.
const mostTried = 4 << 20

func (d *document) String() string {
	var b strings.Builder
	b.WriteString(d.mark)
	for _, l := range d.lines {
		b.WriteString(l.text)
	}
	return b.String()
}

// lineOf is the number of the line where a setting is, or a table begins; 0: it is not found.
func (d *document) lineOf(path ...string) int {
	for _, l := range d.lines {
		if slices.Equal(l.key, path) || l.head && isAbove(path, l.table) {
			return l.number
		}
	}
	return 0
}

// isAbove tells whether a path is that of a table or of one around it.
func isAbove(path, table []string) bool {
	return len(path) <= len(table) && slices.Equal(path, table[:len(path)])
}

// set gives a setting of a table a value, as TOML has it.
func (d *document) set(table []string, name, value string) {
	path, at := append(slices.Clone(table), name), -1
	for i, l := range d.lines {
		if slices.Equal(l.key, path) {
			d.lines[i].text = withValue(l.text, name, value)
			return
		}
		if slices.Equal(l.table, table) && !l.blank() && !l.comment() {
			at = i + 1
		}
	}
	if at < 0 && len(table) > 0 {
		d.open(table)
		at = len(d.lines)
	}
	indent := ""
	switch {
	case at < 0:
		at = d.afterHead()
	case d.lines[at-1].head:
		indent = "  "
	default:
		text := d.lines[at-1].text
		indent = text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	}
	d.endLine(at - 1)
	key := toml.Key{name}.String()
	d.lines = slices.Insert(d.lines, at, textLine{text: indent + key + " = " + value + d.end, table: table, key: path})
}

// withValue is the line of a setting with another value, and the comment that it had.
func withValue(line, name, value string) string {
	body := strings.TrimRight(line, "\r\n")
	comment := ""
	for i, c := range body {
		if c == '#' {
			if meta, err := toml.Decode(body[:i], new(map[string]any)); err == nil && len(meta.Keys()) > 0 {
				comment = " " + body[i:]
				break
			}
		}
	}
	before, _, _ := strings.Cut(body, "=")
	if strings.ContainsAny(before, `"'`) {
		before = body[:len(body)-len(strings.TrimLeft(body, " \t"))] + toml.Key{name}.String() + " "
	}
	return before + "= " + value + comment + line[len(body):]
}

// open begins a table at the end.
func (d *document) open(table []string) {
	d.endLine(len(d.lines) - 1)
	if n := len(d.lines); n > 0 && !d.lines[n-1].blank() {
		d.lines = append(d.lines, textLine{text: d.end, table: d.lines[n-1].table})
	}
	d.lines = append(d.lines, textLine{text: "[" + toml.Key(table).String() + "]" + d.end, table: table, head: true})
}

// endLine has a line end that is the last and does not.
func (d *document) endLine(i int) {
	if i >= 0 && !strings.HasSuffix(d.lines[i].text, "\n") {
		d.lines[i].text += d.end
	}
}

// afterHead is where the comment ends with which the document begins, if a blank line parts it from what follows.
func (d *document) afterHead() int {
	for i, l := range d.lines {
		if l.blank() {
			return i + 1
		}
		if !l.comment() {
			break
		}
	}
	return 0
}

// remove takes a setting out, and its table if nothing is left in that.
func (d *document) remove(table []string, name string) {
	path := append(slices.Clone(table), name)
	d.lines = slices.DeleteFunc(d.lines, func(l textLine) bool { return slices.Equal(l.key, path) })
	if len(table) > 0 && !slices.ContainsFunc(d.lines, func(l textLine) bool { return slices.Equal(l.table, table) && !l.head && !l.blank() }) {
		d.drop(table)
	}
}

// drop takes a table out, with the tables in it. A comment behind it, after a blank line, belongs to what follows.
func (d *document) drop(table []string) {
	var left []textLine
	for i := 0; i < len(d.lines); i++ {
		l := d.lines[i]
		if !isAbove(table, l.table) {
			if !isAbove(table, l.key) {
				left = append(left, l)
			}
			continue
		}
		end := i + 1
		for end < len(d.lines) && isAbove(table, d.lines[end].table) {
			end++
		}
		from := end
		for from > i && d.lines[from-1].comment() {
			from--
		}
		if from > i && d.lines[from-1].blank() {
			left = append(left, d.lines[from:end]...)
		}
		i = end - 1
	}
	for len(left) > 0 && left[len(left)-1].blank() {
		left = left[:len(left)-1]
	}
	d.lines = left
}

// rootSettings are those outside of tables, and the tables.
var rootSettings = []string{"default", "profile", "directory"}

// edited is text changed from the settings that it has to others. It reports false if the text is written in a way that
// cannot be changed where it stands; what it returns then is written anew.
func edited(text string, was, now *Settings) (string, bool) {
	d := readDocument(text)
	if now.Default != was.Default {
		d.put(nil, "default", now.Default)
	}
	for _, name := range keysOf(was.Profiles, now.Profiles) {
		table := []string{"profile", name}
		next, stays := now.Profiles[name]
		if !stays {
			d.drop(table)
			continue
		}
		before, after := fieldsOf(was.Profiles[name]), fieldsOf(next)
		if was.Unfit[name] != nil && next != was.Profiles[name] {
			d.drop(table) // with what is wrong in it
			before = fieldsOf(Profile{})
		}
		for _, f := range profileFields {
			if before[f] != after[f] {
				d.put(table, f, after[f])
			}
		}
	}
	for _, dir := range keysOf(was.Directories, now.Directories) {
		if was.Directories[dir] != now.Directories[dir] {
			d.put([]string{"directory"}, dir, now.Directories[dir])
		}
	}
	inline := slices.ContainsFunc(d.lines, func(l textLine) bool { // which TOML does not let be added to
		return !l.head && (len(l.key) == 1 && l.key[0] != "default" && slices.Contains(rootSettings, l.key[0]) || len(l.key) == 2 && l.key[0] == "profile")
	})
	if out := d.String(); !inline && says(out, now) && sameRest(text, out, now) {
		return out, true
	}
	return encoded(now), false
}

// put is set for a string, and remove for none.
func (d *document) put(table []string, name, value string) {
	if value == "" {
		d.remove(table, name)
		return
	}
	_, quoted, _ := strings.Cut(encoded(map[string]string{"x": value}), " = ")
	d.set(table, name, strings.TrimSpace(quoted))
}

func keysOf[V any](maps ...map[string]V) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// encoded is v as TOML.
func encoded(v any) string {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(v); err != nil {
		panic(err) // strings and maps of them are always TOML
	}
	return b.String()
}

// profileFields are the settings of a profile, in the order in which they are written.
var profileFields = func() (names []string) {
	for f := range reflect.TypeFor[Profile]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		names = append(names, name)
	}
	return names
}()

// fieldsOf are the settings of a profile by their names.
func fieldsOf(p Profile) map[string]string {
	fields, v := map[string]string{}, reflect.ValueOf(p)
	for i, name := range profileFields {
		fields[name] = v.Field(i).String()
	}
	return fields
}

// says tells whether a text has the settings s, and nothing else that is known.
func says(text string, s *Settings) bool {
	got, _, _, err := decodeSettings(text)
	return err == nil && encoded(got) == encoded(s)
}

// sameRest tells whether two texts have the same settings that are not known, but for those of profiles that are gone.
func sameRest(before, after string, now *Settings) bool {
	rest := func(text string) map[string]any {
		all := map[string]any{}
		_, _ = toml.Decode(text, &all)
		delete(all, "default")
		delete(all, "directory")
		profiles, _ := all["profile"].(map[string]any)
		for name, p := range profiles {
			fields, _ := p.(map[string]any)
			for _, f := range profileFields {
				delete(fields, f)
			}
			if _, stays := now.Profiles[name]; !stays || len(fields) == 0 || now.Unfit[name] != nil {
				delete(profiles, name)
			}
		}
		if len(profiles) == 0 {
			delete(all, "profile")
		}
		return all
	}
	return reflect.DeepEqual(rest(before), rest(after))
}
