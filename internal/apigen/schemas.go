package apigen

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// typesOf writes the schemas and closed lists that stand beside a section, nil for those of several.
func (g *generator) typesOf(s *apispec.Section) {
	for _, schema := range g.d.Schemas() {
		if schema.Section == s && g.used[schema.Name] {
			g.schema(schema)
		}
	}
	for _, values := range g.d.AllValues() {
		if values.Section == s && g.used[values.Name] {
			g.values(values)
		}
	}
}

func (g *generator) schema(s *apispec.Schema) {
	name := apigo.TypeName(s.Name)
	g.comment(means(name, s.Text))
	g.p("type %s struct {\nDocument `json:\"-\"`\n", name)
	seen := map[string]bool{"Document": true, "Put": true, "Omit": true, "Field": true, "MarshalJSON": true, "UnmarshalJSON": true}
	for _, f := range s.Fields {
		field := apigo.Exported(f.Name)
		if seen[field] {
			g.fail("%s.%s is there twice, or a method", name, field)
		}
		seen[field] = true
		g.comment(fieldText(f))
		g.p("%s %s %s", field, g.typed(f.Type, apigo.Type), tag(f))
	}
	g.p("}\n")
	g.p("// MarshalJSON writes v as [Document] says.\nfunc (v %s) MarshalJSON() ([]byte, error) { return marshal(v) }\n", name)
	g.p("// UnmarshalJSON reads v and keeps the document.\nfunc (v *%s) UnmarshalJSON(data []byte) error { return unmarshalCopy(data, v) }\n", name)
}

// tag is the tag of a field. Times have their form on the wire in it.
func tag(f apispec.Field) string {
	s := `json:"` + f.Name
	if f.Required {
		s += ",required"
	}
	s += `"`
	if base := f.Type.Base(); apigo.IsTime(base) {
		s += ` time:"` + base.Name + `"`
	}
	return "`" + s + "`"
}

// fieldText is the comment of a field, "" if its name says as much.
func fieldText(f apispec.Field) string {
	all := []string{f.Text}
	if f.Required {
		all = append(all, "Requests must have it.")
	}
	if f.ReadOnly {
		all = append(all, "Requests need not have it, and what they say is not taken.")
	}
	if f.WriteOnly {
		all = append(all, "Answers do not have it.")
	}
	if f.Secret {
		all = append(all, "It is a secret.")
	}
	if f.Min != 0 || f.Max != 0 {
		all = append(all, fmt.Sprintf("From %d to %d.", f.Min, f.Max))
	}
	if f.MaxLen != 0 {
		all = append(all, fmt.Sprintf("At most %d characters.", f.MaxLen))
	}
	if base := f.Type.Base(); base.Kind == apispec.Scalar {
		switch base.Name {
		case "localtime":
			all = append(all, "Its clock is written as it is, without an offset.")
		case "clock", "hours", "uuid":
			s, _ := apispec.ScalarNamed(base.Name)
			all = append(all, s.Text)
		}
	}
	if f.Type.Nullable {
		all = append(all, "It may be null.")
	}
	switch f.Certainty {
	case apispec.Observed:
		all = append(all, "Not documented; it was observed.")
	case apispec.Assumed:
		if base := f.Type.Base(); !apigo.IsTime(base) {
			all = append(all, "Its form is assumed.")
		}
	}
	return strings.TrimSpace(strings.Join(all, " "))
}

func (g *generator) values(v *apispec.Values) {
	g.comment(means(v.Name, v.Text) + " Other values than those that are known may be read and written.")
	g.p("type %s string\n", v.Name)
	g.p("// Known values of [%s].\nconst (", v.Name)
	seen := map[string]bool{}
	for _, value := range v.List {
		name := v.Name + apigo.ValueName(value)
		if seen[name] {
			g.fail("%s is there twice", name)
		}
		seen[name] = true
		g.p("%s %s = %q", name, v.Name, value)
	}
	g.p(")\n")
}

// comment writes a comment, wrapped. An empty line is kept.
func (g *generator) comment(text string) {
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if text == "" {
			return
		}
		for {
			cut := len(line)
			if cut > 118 && !strings.HasPrefix(line, "[") {
				cut = max(strings.LastIndex(line[:118], " "), 1)
			}
			g.p("%s", strings.TrimRight("// "+line[:cut], " "))
			if line = strings.TrimSpace(line[cut:]); line == "" {
				break
			}
			if strings.HasPrefix(text, " - ") {
				line = "   " + line
			}
		}
	}
}
