package apidoc

import (
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Summary is a line of a list. Its JSON is a contract with programs.
type Summary struct {
	ID          string `json:"id"`
	Method      string `json:"method"`
	Path        string `json:"path"`
	Section     string `json:"section"`
	Text        string `json:"text"`
	Permission  string `json:"permission,omitempty"`
	Effect      string `json:"effect"`
	Source      string `json:"source"`
	Deprecated  bool   `json:"deprecated,omitempty"`
	DuplicateOf string `json:"duplicateOf,omitempty"`
}

// Summarize is an operation in a line.
func Summarize(op *apispec.Operation) Summary {
	return Summary{
		op.ID, op.Method, op.Path, op.Section.Name, op.Text, op.Permission.String(), op.Effect.String(), op.Source.String(), op.Deprecated, op.Duplicate,
	}
}

// Search are the operations that have all of the words, wherever in them and whatever their case: in the ID, the path, the
// text, the section by either of its names, and the permission; or as the method.
func Search(d *apispec.Description, words []string) (found []*apispec.Operation) {
	for _, op := range d.Operations {
		text := strings.ToLower(searched(op))
		if !slices.ContainsFunc(words, func(w string) bool {
			return !strings.Contains(text, strings.ToLower(w)) && !strings.EqualFold(w, op.Method)
		}) {
			found = append(found, op)
		}
	}
	return found
}

func searched(op *apispec.Operation) string {
	return strings.Join([]string{op.ID, op.Path, op.Text, op.Section.Name, op.Section.Service, op.Tag, op.Permission.String()}, "\n")
}

// NearWord is the word of some operation that was most likely meant by one that none has, "" if none is near.
func NearWord(d *apispec.Description, word string) string {
	var all []string
	for _, op := range d.Operations {
		all = append(all, strings.FieldsFunc(searched(op), func(c rune) bool { return strings.ContainsRune(" \n/{}.,;()", c) })...)
	}
	slices.Sort(all)
	return wording.Nearest(word, slices.Compact(all))
}

// Near are the IDs of operations that were perhaps meant by a word, the best first: at most a few.
func Near(d *apispec.Description, word string) (near []string) {
	var ids []string
	for _, op := range d.Operations {
		ids = append(ids, op.ID)
	}
	const most = 3
	for len(near) < most {
		id := wording.Nearest(word, ids)
		if id == "" {
			break
		}
		near = append(near, id)
		ids = slices.DeleteFunc(ids, func(s string) bool { return s == id })
	}
	return near
}

// AtPath are the operations of a path, with values or names in braces in it, as far as anything in front of it and a query
// behind it leave no doubt. method is "" for all.
func AtPath(d *apispec.Description, method, path string) (all []*apispec.Operation) {
	path = strings.ReplaceAll(path, `\`, "/")
	path, _, _ = strings.Cut(path, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	for path != "" && all == nil {
		for _, m := range d.Methods(path) {
			if op, _, ok := d.Match(m, path); ok && (method == "" || strings.EqualFold(m, method)) {
				all = append(all, op)
			}
		}
		next := strings.IndexByte(path[1:], '/')
		if next < 0 {
			break
		}
		path = path[next+1:]
	}
	return all
}

// Completions are what describes something and begins as word does: operations, types and methods, and behind a method the
// paths that have it.
func Completions(d *apispec.Description, args []string, word string) (all []string) {
	add := func(name, text string) {
		if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) && !slices.Contains(all, name+"\t"+text) {
			all = append(all, name+"\t"+text)
		}
	}
	switch len(args) {
	case 0:
		for _, op := range d.Operations {
			add(op.ID, op.Text)
		}
		for _, s := range d.Schemas() {
			add(s.Name, s.Text)
		}
		for _, v := range d.AllValues() {
			add(v.Name, v.Text)
		}
	case 1:
		for _, op := range d.Operations {
			if strings.EqualFold(op.Method, args[0]) {
				add(op.Path, op.Text)
			}
		}
	}
	return all
}
