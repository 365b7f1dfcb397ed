package brokercmd

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// reading is a document of TOML that is being read, and everything that is wrong with it.
type reading struct {
	file  string // as errors name it
	lines map[string]int
	wrong []*usage.Error
	at    []int // lines of wrong
}

// read reads a document, which has to be TOML.
func read(file, text string) (*reading, *table) {
	r := &reading{file: file, lines: linesOf(text)}
	values := map[string]any{}
	if _, err := toml.Decode(text, &values); err != nil {
		line, what := 0, strings.TrimPrefix(err.Error(), "toml: ")
		var at toml.ParseError
		if errors.As(err, &at) {
			line, what = at.Position.Line, at.Message
		}
		r.fail(line, "it is no TOML: "+wording.OneLine(what), "texts are in quotes, and a list of tables begins with [[name]]")
		return r, nil
	}
	return r, &table{reading: r, values: values}
}

// fail notes what is wrong in a line; 0: it has none.
func (r *reading) fail(line int, problem, remedy string) {
	where := r.file
	if line > 0 {
		where = fmt.Sprintf("%s:%d", r.file, line)
	}
	r.wrong, r.at = append(r.wrong, usage.New(where+": "+problem, remedy)), append(r.at, line)
}

// line is where a setting is, or the first thing in it, or else the nearest around it that is known.
func (r *reading) line(path string) int {
	for path != "" {
		if n := r.lines[path]; n > 0 {
			return n
		}
		first := 0 // of a table that is written in dotted keys
		for other, n := range r.lines {
			if strings.HasPrefix(other, path+".") && (first == 0 || n < first) {
				first = n
			}
		}
		if first > 0 {
			return first
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// errors is what is wrong, in the order of the lines.
func (r *reading) errors() []*usage.Error {
	order := make([]int, len(r.wrong))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return r.at[a] - r.at[b] })
	all := make([]*usage.Error, len(order))
	for i, n := range order {
		all[i] = r.wrong[n]
	}
	return all
}

// table is a table of the document. What is taken out of it is known; done tells of the rest.
type table struct {
	*reading
	path   string // "": the document
	values map[string]any
	known  []string
}

// of is the path of a setting, as people write it.
func (t *table) of(name string) string {
	if t.path == "" {
		return name
	}
	return t.path + "." + name
}

// shown is of without numbers.
func (t *table) shown(name string) string {
	parts := strings.Split(t.of(name), ".")
	for i, p := range parts {
		parts[i], _, _ = strings.Cut(p, "[")
	}
	return wording.Clip(wording.Printable(strings.Join(parts, ".")))
}

// has tells whether a setting is there.
func (t *table) has(name string) bool { return t.values[name] != nil || t.lines[t.of(name)] > 0 }

// misfit says that a setting is not what belongs there.
func (t *table) misfit(name, problem, remedy string) {
	t.fail(t.line(t.of(name)), t.shown(name)+" "+problem, remedy)
}

// take takes a setting out.
func (t *table) take(name string) any {
	t.known = append(t.known, name)
	v := t.values[name]
	delete(t.values, name)
	return v
}

func take[T any](t *table, name, belongs, such string) (value T, there bool) {
	v := t.take(name)
	if v == nil {
		return value, false
	}
	if value, there = v.(T); !there {
		t.misfit(name, "is "+kindOf(v)+", and has to be "+belongs, "such as: "+such)
	}
	return value, there
}

func (t *table) text(name, such string) string {
	v, there := take[string](t, name, "a text, in quotes", such)
	if there && strings.TrimSpace(v) == "" {
		t.misfit(name, "is empty", "give a value, or leave it out")
	}
	return v
}

// word is a text of a few.
func (t *table) word(name string, words ...string) string {
	v := t.text(name, fmt.Sprintf("%s = %q", name, words[0]))
	if v == "" {
		return words[0]
	}
	if !slices.Contains(words, v) {
		t.misfit(name, fmt.Sprintf("is %q", wording.Clip(v)), wording.HintOf(v, words))
	}
	return v
}

func (t *table) flag(name string) (value, there bool) {
	return take[bool](t, name, "true or false, without quotes", name+" = true")
}

func (t *table) number(name string, least, most int64) int64 {
	v, there := take[int64](t, name, "a number", fmt.Sprintf("%s = %d", name, least))
	if there && (v < least || v > most) {
		t.misfit(name, fmt.Sprintf("is %d", v), fmt.Sprintf("give a number from %d to %d", least, most))
		return 0
	}
	return v
}

func (t *table) duration(name, such string, most time.Duration) time.Duration {
	v := t.text(name, fmt.Sprintf("%s = %q", name, such))
	if v == "" {
		return 0
	}
	d, err := parseLife(v)
	if err != nil || d < 0 || d > most {
		t.misfit(name, fmt.Sprintf("is %q", wording.Clip(v)), fmt.Sprintf("give a time of at most %s, such as %q", wording.Span(most), such))
		return 0
	}
	return d
}

// texts is a list of texts.
func (t *table) texts(name, such string) (all []string) {
	list, _ := take[[]any](t, name, "a list of texts", such)
	for _, v := range list {
		if s, ok := v.(string); ok && strings.TrimSpace(s) != "" {
			all = append(all, s)
			continue
		}
		t.misfit(name, "holds "+kindOf(v)+", and has to hold texts", "such as: "+such)
	}
	return all
}

// names is a table of texts under names that are not ours.
func (t *table) names(name, such string) map[string]string {
	values, _ := take[map[string]any](t, name, "a table, ["+t.shown(name)+"]", such)
	all := map[string]string{}
	for key, v := range values {
		s, ok := v.(string)
		if !ok || s == "" {
			t.fail(t.line(t.of(name)+"."+key), t.shown(name)+"."+wording.Clip(wording.Printable(key))+" is "+kindOf(v)+", and has to be a text, in quotes", "such as: "+such)
			continue
		}
		all[key] = s
	}
	return all
}

// inner is a table in t; nil: there is none.
func (t *table) inner(name string) *table {
	values, there := take[map[string]any](t, name, "a table, ["+t.shown(name)+"]", "["+t.shown(name)+"]")
	if !there {
		return nil
	}
	return &table{reading: t.reading, path: t.of(name), values: values}
}

// each is a list of tables.
func (t *table) each(name string) (all []*table) {
	v := t.take(name)
	var list []map[string]any
	switch v := v.(type) {
	case nil:
	case []map[string]any:
		list = v
	case []any:
		for _, one := range v {
			if m, ok := one.(map[string]any); ok {
				list = append(list, m)
			}
		}
		if len(list) < len(v) {
			list = nil
			t.misfit(name, "is a list, and has to be tables", "write [["+name+"]] before each")
		}
	default:
		t.misfit(name, "is "+kindOf(v)+", and has to be tables", "write [["+name+"]] before each")
	}
	for i, values := range list {
		all = append(all, &table{reading: t.reading, path: fmt.Sprintf("%s[%d]", t.of(name), i), values: values})
	}
	return all
}

// done tells of what is left, which nobody knows.
func (t *table) done() {
	for _, name := range slices.Sorted(maps.Keys(t.values)) {
		near := wording.Nearest(name, t.known)
		known := slices.Sorted(slices.Values(t.known))
		t.fail(t.line(t.of(name)), t.shown(name)+" is not a setting", wording.DidYouMean(near, "known here: "+wording.Listed(known)))
	}
}

// kindOf is a value in words, without what may be a secret in the wrong place.
func kindOf(v any) string {
	switch v := v.(type) {
	case int64, float64, bool:
		return wording.Clip(fmt.Sprint(v))
	case string:
		if v == "" {
			return "an empty text"
		}
		return "a text"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// linesOf are the numbers of the lines in which the settings of a document are, by their paths: "listen[1].address".
func linesOf(text string) map[string]int {
	found, counts := map[string]int{}, map[string]int{}
	prefix := ""
	physical := strings.SplitAfter(text, "\n")
	for i := 0; i < len(physical); {
		start, whole := i, physical[i]
		keys, ok := keysOf(whole)
		for i++; !ok && i < len(physical) && i-start < longestValue; i++ {
			whole += physical[i]
			keys, ok = keysOf(whole)
		}
		if !ok {
			i = start + 1
			continue
		}
		line := start + 1
		switch head := strings.TrimSpace(whole); {
		case len(keys) == 0:
		case strings.HasPrefix(head, "[["):
			name := numbered(counts, keys[0])
			n := counts[name]
			counts[name]++
			prefix = fmt.Sprintf("%s[%d]", name, n)
			note(found, prefix, line)
		case strings.HasPrefix(head, "["):
			prefix = numbered(counts, keys[0])
			note(found, prefix, line)
		default:
			for _, key := range keys {
				path := strings.Join(key, ".")
				if prefix != "" {
					path = prefix + "." + path
				}
				note(found, path, line)
			}
			if i-start > 1 && len(keys[0]) == 1 && prefix == "" {
				elements(found, keys[0][0], physical[start:i], line)
			}
		}
	}
	return found
}

// elements notes the lines of what is in a list that takes several.
func elements(found map[string]int, name string, lines []string, first int) {
	known, begin, whole := 0, first, ""
	for i, line := range lines {
		whole += line
		var values map[string]any
		if _, err := toml.Decode(strings.TrimSpace(whole)+"\n]", &values); err != nil {
			if _, err := toml.Decode(strings.TrimSpace(whole), &values); err != nil {
				continue // a line within an element
			}
		}
		for n := lengthOf(values[name]); known < n; known++ {
			note(found, fmt.Sprintf("%s[%d]", name, known), begin)
		}
		begin = first + i + 1
	}
}

func lengthOf(list any) int {
	switch list := list.(type) {
	case []any:
		return len(list)
	case []map[string]any:
		return len(list)
	}
	return 0
}

// longestValue is how many lines a value may take, if its line is to be known.
const longestValue = 1000

// keysOf are the keys of a line, or of a value that takes several.
func keysOf(text string) ([]toml.Key, bool) {
	meta, err := toml.Decode(strings.TrimSpace(text), new(map[string]any))
	return meta.Keys(), err == nil
}

// numbered is the path of a table, in which names of lists have the number of the last table of them.
func numbered(counts map[string]int, key toml.Key) string {
	path := ""
	for i, part := range key {
		if path != "" {
			path += "."
		}
		path += part
		if n := counts[path]; n > 0 && i < len(key)-1 {
			path += fmt.Sprintf("[%d]", n-1)
		}
	}
	return path
}

func note(found map[string]int, path string, line int) {
	if found[path] == 0 {
		found[path] = line
	}
}
