package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// spoken is the value in force as part of a sentence.
func (s *Setting) spoken(r *Rules) string {
	text := fmt.Sprint(s.read(r))
	switch s.Kind() {
	case "duration":
		d, _ := time.ParseDuration(text)
		return wording.SpokenDuration(d)
	case "text":
		return "`" + text + "`"
	}
	return text
}

// Markdown is the contract as a document: docs/protocol.md, if all values are the defaults.
func (d *Document) Markdown() string {
	var b strings.Builder
	b.WriteString(documentStart)
	for _, s := range d.Sources {
		fmt.Fprintf(&b, "| %s | %s |\n", s.Letter, s.Says)
	}
	b.WriteString(documentSettings)
	for _, p := range d.Profiles {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, p.Says, overridesInWords(p.Values))
	}
	subject := ""
	for _, l := range d.Lines {
		if l.Subject != subject {
			subject = l.Subject
			fmt.Fprintf(&b, "\n## %s\n\n| fact | certainty | source | switch |\n|---|---|---|---|\n", subject)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(l.Says), cell(l.Known), l.Sources, cell(l.switchInWords()))
	}
	return b.String()
}

// cell is a text inside a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func overridesInWords(values map[string]string) string {
	var out []string
	for _, s := range settings() {
		if v, ok := values[s.name]; ok {
			out = append(out, fmt.Sprintf("`%s=%s`", s.name, v))
		}
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, ", ")
}

// switchInWords names the setting of a line, its value, and what else it can be.
func (l Line) switchInWords() string {
	switch s := l.Setting; {
	case s == nil && l.Fixed != "":
		return "none: " + l.Fixed
	case s == nil:
		return ""
	case s.Choices != nil:
		return fmt.Sprintf("`%s`: `%v`; %s", s.Name, s.Value, s.Possible)
	default:
		return fmt.Sprintf("`%s`: `%v`", s.Name, s.Value)
	}
}
