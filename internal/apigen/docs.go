package apigen

import (
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// docs is the comment of a method.
func (g *generator) docs(m *method) string {
	op := m.op
	text := says(m.name, op.Text)
	if m.name != op.Name {
		text = says(m.name, op.Text) + " It is as " + op.Name + " with another body."
	}
	if read := apigo.Reads(g.d, op); read != nil {
		text += " " + change(op, read)
	}
	if s := result(m); s != "" {
		text += " " + s
	}
	if more := strings.Join(details(op), " "); more != "" {
		text += "\n\n" + more
	}
	if list := required(op); list != "" {
		text += "\n\n" + list
	}
	if page := op.Section.Guide(); page != "" {
		text += "\n\n[Guide]\n\n[Guide]: " + page
	}
	if op.Deprecated {
		text += "\n\nDeprecated: The vendor advises against it."
	}
	return text
}

// details are sentences about who may call an operation, how often, and how certain it is.
func details(op *apispec.Operation) (all []string) {
	if s := op.Permission.Sentence(); s != "" {
		all = append(all, s)
	}
	for _, l := range op.Limits {
		all = append(all, l.Sentence())
	}
	switch op.Auth {
	case apispec.NoAuth:
		all = append(all, "It looks at no token beside its parameters.")
	case apispec.Cookie:
		all = append(all, "It wants the token in the cookie access_token, which the client of a session sends.")
	}
	if op.Effect == apispec.Acts && op.Method != "POST" {
		all = append(all, "It is not repeated after status 429.")
	}
	if s := op.Source.Sentence(); s != "" {
		all = append(all, s)
	}
	if a := op.Answers[0]; a.Certainty == apispec.Assumed && a.Type != nil && a.Type.Name != "any" && op.Source != apispec.Programs {
		all = append(all, "What it answers is assumed.")
	}
	return all
}

// change says how something is replaced of which nothing is to be lost.
func change(op, read *apispec.Operation) string {
	name := read.Name
	if read.Section != op.Section {
		name = read.Section.Service + "." + name
	}
	if read.Answers[0].Type.Name != op.Bodies[0].Type.Name {
		return "Make the body with [As] of what " + name + " returns, so that nothing of it is lost."
	}
	return "Change what " + name + " returns, so that nothing of it is lost."
}

// result explains results that do not explain themselves.
func result(m *method) string {
	a := m.op.Answers[0]
	switch {
	case m.result == "bool" && m.op.Effect != apispec.Reads:
		return "The result is true if the API says that it was done."
	case m.result != "json.RawMessage":
		return ""
	case a.Certainty == apispec.Documented:
		return "The answer is documented as an object and no more, and is returned as it comes."
	}
	return "No document shows the answer, which is returned as it comes."
}

// required explains the parameters of a method, but for those of the path whose names do.
func required(op *apispec.Operation) string {
	var lines []string
	account := ""
	if apigo.OfAccount(op.Section) {
		account = apigo.AccountParam(op)
	}
	for _, p := range op.Params {
		if p.Required && p.Name != account && (p.Place != apispec.InPath || !plain(p)) {
			lines = append(lines, " - "+apigo.Unexported(p.Name)+": "+p.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// plain tells parameters of which no more is known than their names say: userId is The ID of a user.
func plain(p apispec.Param) bool {
	rest, ok := strings.CutPrefix(p.Text, "The ID of a")
	_, what, _ := strings.Cut(strings.ToLower(rest), " ")
	return ok && strings.ReplaceAll(strings.TrimSuffix(what, "."), " ", "")+"id" == strings.ToLower(p.Name)
}

func countDocs(m *method) string {
	text := m.name + "Count is how many rows " + m.name + " finds. That the answer is a number is assumed."
	for _, l := range m.op.Limits {
		if l.When == "count=true" {
			l.When = ""
			text += " " + l.Sentence()
		}
	}
	return text
}
