package console

import (
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// chooseOne is what is wrong with a choice that nobody has.
const chooseOne = "Choose one of these."

// filledIn is the form of r; the fields that are named are those that people type.
func filledIn(r *http.Request, typed ...string) view.Form {
	for _, name := range typed {
		r.PostForm.Set(name, wording.Typed(r.PostForm.Get(name)))
	}
	return view.Form{Given: r.PostForm, Wrong: map[string]string{}}
}

// checkName wants a field to have a text that fits into a line.
func checkName(f view.Form, field, wrong string) {
	if n := utf8.RuneCountInString(f.Given.Get(field)); n == 0 || n > 100 {
		f.Wrong[field] = wrong
	}
}

// choose wants a field to be one of some values.
func choose(f view.Form, field string, among ...string) {
	if !slices.Contains(among, f.Given.Get(field)) {
		f.Wrong[field] = chooseOne
	}
}

// number reads a field that may be empty.
func number(f view.Form, field string) int {
	text := f.Given.Get(field)
	n, err := strconv.Atoi(text)
	if err != nil && text != "" {
		f.Wrong[field] = "Give a number."
	}
	return n
}

// duration reads a field that may be empty, which is another duration then.
func duration(f view.Form, field string, empty wording.JSONDuration) wording.JSONDuration {
	text := f.Given.Get(field)
	if text != "" && empty.UnmarshalText([]byte(text)) != nil {
		f.Wrong[field] = "Give a duration such as 2s or 1h30m."
	}
	return empty
}
