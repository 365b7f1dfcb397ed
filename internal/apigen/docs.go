package apigen

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// guide is where the pages of the vendor's guide are.
const guide = "https://developers.ringcentral.com/engage/voice/guide/"

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
	if page := op.Section.Page; page != "" {
		text += "\n\n[Guide]\n\n[Guide]: " + guide + page
	}
	if op.Deprecated {
		text += "\n\nDeprecated: The vendor advises against it."
	}
	return text
}

// details are sentences about who may call an operation, how often, and how certain it is.
func details(op *apispec.Operation) (all []string) {
	if s := needs(op.Permission); s != "" {
		all = append(all, s)
	}
	for _, l := range op.Limits {
		all = append(all, limit(l))
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
	switch op.Source {
	case apispec.Draft:
		all = append(all, "It is from a draft of the vendor's guide that was not published, and may not be there.")
	case apispec.Programs:
		all = append(all, "No document has it; programs that work call it.")
	case apispec.Guide:
		all = append(all, "The vendor's guide has it, and no description.")
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
			lines = append(lines, " - "+unexported(p.Name)+": "+p.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func countDocs(m *method) string {
	text := m.name + "Count is how many rows " + m.name + " finds. That the answer is a number is assumed."
	for _, l := range m.op.Limits {
		if l.When == "count=true" {
			l.When = ""
			text += " " + limit(l)
		}
	}
	return text
}

// needs is what a caller must have, "" if no document says.
func needs(p apispec.Permission) string {
	var s string
	switch p.Kind {
	case apispec.HasRole:
		s = "It needs the role " + join(p.Roles, " or ") + "."
	case apispec.HasRights:
		var rights []string
		for _, r := range p.Rights {
			rights = append(rights, r.Action+" "+r.Resource)
		}
		s = "It needs the right " + join(rights, " and ")
		if len(rights) > 1 {
			s = "It needs the rights " + join(rights, " and ")
		}
		if p.Override {
			s += ", or a permission of the account that stands for it"
		}
		s += "."
	case apispec.SignedIn:
		s = "Anyone who is signed in may call it."
	case apispec.Anyone:
		s = "Anyone may call it, without a token."
	}
	if p.Filtered {
		s += " What the caller may not see is left out."
	}
	return strings.TrimSpace(s)
}

func join(all []string, last string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + last + all[len(all)-1]
}

// limit is how often an operation may be called.
func limit(l apispec.OperationLimit) string {
	var all []string
	for _, w := range l.Windows {
		all = append(all, fmt.Sprintf("%d requests in %s", w.Requests, span(w.Time)))
	}
	s := "At most " + join(all, " and ")
	if l.Per != "" && l.Per != "unsaid" {
		s += " for each " + l.Per
	}
	if name, value, ok := strings.Cut(l.When, "="); ok {
		s += " if " + name + " is " + value
	}
	return s + "."
}

func span(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "a minute"
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}
