package apigen

import (
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// docs is the comment of a method.
func docs(m *method) string {
	op := m.op
	text := says(m.name, op.Text)
	if m.name != op.Name {
		text = says(m.name, op.Text) + " It is as " + op.Name + " with another body."
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
	if op.Answers[0].Certainty == apispec.Assumed && op.Answers[0].Type != nil && op.Source != apispec.Programs {
		all = append(all, "What it answers is assumed.")
	}
	return all
}

// required explains the required parameters that are not in the path.
func required(op *apispec.Operation) string {
	var lines []string
	for _, p := range op.Params {
		if p.Required && p.Place != apispec.InPath {
			lines = append(lines, " - "+apigo.Unexported(p.Name)+": "+p.Text)
		}
	}
	return strings.Join(lines, "\n")
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
