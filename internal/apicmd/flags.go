package apicmd

import (
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cmdline"
)

// AddFlags gives a command a flag for each parameter of an operation, and for each field at the top of its body that is a
// single value, one of a closed list, or a list of those; their names are those on the wire in kebab case. What cannot be
// shown, such as a password, has none, nor have parameters that are found out late and what a flag of the command or of others is called: -F and -f are for these.
// What the flags are given is part of the call.
func (c *Call) AddFlags(cmd *cobra.Command, op *apispec.Operation, others ...*pflag.FlagSet) {
	taken := func(name string) bool {
		return name == "help" || cmd.Flags().Lookup(name) != nil || slices.ContainsFunc(others, func(s *pflag.FlagSet) bool { return s.Lookup(name) != nil })
	}
	for _, o := range optionsOf(op) {
		name := kebab(o.name)
		if o.secret || taken(name) || c.Late[o.name] != nil {
			continue
		}
		flag := cmd.Flags().VarPF(&value{call: c, option: o}, name, "", o.usage())
		if o.typ.Base().Name == "boolean" {
			flag.NoOptDefVal = "true"
			cmdline.Complete(cmd, name, cobra.FixedCompletions([]string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp))
			continue
		}
		words := o.values()
		cmdline.Complete(cmd, name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
}

// option is what a flag of an operation stands for.
type option struct {
	name             string // on the wire
	typ              *apispec.Type
	required, secret bool
	text, standard   string
}

// optionsOf are the parameters of an operation, those that it needs first, and the fields of its body.
func optionsOf(op *apispec.Operation) (all []option) {
	for _, p := range op.Params {
		all = append(all, option{p.Name, p.Type, p.Required, p.Secret, p.Text, p.Default})
	}
	for _, b := range op.Bodies {
		schema := apispec.Default().Schema(b.Type.Name)
		if b.Type.Kind != apispec.Object || schema == nil {
			continue
		}
		for _, f := range schema.Fields {
			if isFlag(f.Type) && !f.ReadOnly && op.Param(f.Name) == nil {
				all = append(all, option{f.Name, f.Type, f.Required && op.Method != "PATCH", f.Secret, f.Text, ""})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b option) int {
		switch {
		case a.required == b.required:
			return 0
		case a.required:
			return -1
		}
		return 1
	})
	return all
}

// isFlag tells types that fit behind a flag.
func isFlag(t *apispec.Type) bool {
	if t.Kind == apispec.Array {
		t = t.Elem
	}
	return t.Kind == apispec.Scalar && t.Name != "any" || t.Kind == apispec.Closed
}

// usage is the line of the flag in the help: whether it is needed, and what it means.
func (o option) usage() string {
	var b strings.Builder
	if o.required {
		b.WriteString("(required) ")
	}
	b.WriteString(strings.TrimSuffix(o.text, "."))
	if words := o.values(); words != nil {
		b.WriteString(": " + either(words))
	}
	if o.typ.Kind == apispec.Array {
		b.WriteString("; may be given several times")
	}
	if o.standard != "" {
		b.WriteString(" (default " + o.standard + ")")
	}
	return strings.TrimPrefix(strings.TrimSpace(b.String()), ": ")
}

func (o option) values() []string {
	if list := apispec.Default().Values(o.typ.Base().Name); list != nil && o.typ.Base().Kind == apispec.Closed {
		return list.List
	}
	return nil
}

// kind is the kind of the value in a word.
func (o option) kind() string {
	t := o.typ.Base()
	s, _ := apispec.ScalarNamed(t.Name)
	switch {
	case t.Kind == apispec.Closed:
		return "word"
	case s.Name == "int32", s.Name == "int64", s.Name == "double":
		return "number"
	case s.Name == "uuid", s.Name == "uri":
		return s.Name
	case s.JSON == "boolean":
		return "bool" // for which package pflag shows no word
	case s.Name == "clock", s.Name == "hours":
		return s.Name
	case s.Pattern != "" || s.JSON == "integer" || s.Name == "isotime":
		return "time"
	}
	return "text"
}

// value is the value of a flag of an operation. What it is given is checked with all else.
type value struct {
	call *Call
	option
	last string
}

// Set implements pflag.Value.
func (v *value) Set(text string) error {
	v.last = text
	v.call.flags = append(v.call.flags, field{v.name, text})
	return nil
}

// String implements pflag.Value.
func (v *value) String() string { return v.last }

// Type implements pflag.Value: the word that the help shows.
func (v *value) Type() string { return v.kind() }

// kebab is a name of the wire as a flag has it: dialGroupId is dial-group-id.
func kebab(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r == '_':
			r = '-'
		case unicode.IsUpper(r):
			begins := i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
			if begins && runes[i-1] != '_' && runes[i-1] != '-' {
				b.WriteByte('-')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// About is what there is to know of an operation before it is called.
func About(op *apispec.Operation) string {
	facts := []string{op.Method + " " + op.Path}
	if p := op.Permission.String(); p != "" {
		facts = append(facts, "Permission: "+p)
	}
	for _, l := range op.Limits {
		fact := "Limit: " + l.String()
		if l.When != "" {
			fact += " with " + l.When
		}
		facts = append(facts, fact)
	}
	if op.Effect == apispec.Acts {
		facts = append(facts, "Each call does it once more.")
	}
	if op.Deprecated {
		facts = append(facts, "The vendor advises against it.")
	}
	text := op.Text + "\n\n  " + strings.Join(facts, "\n  ")
	if rest := others(op); rest != "" {
		text += "\n\n" + rest
	}
	return text
}

// others says how the fields are given for which there is no flag.
func others(op *apispec.Operation) string {
	var secret, deep []string
	for _, o := range optionsOf(op) {
		if o.secret {
			secret = append(secret, "-F "+o.name+"=@FILE")
		}
	}
	for _, b := range op.Bodies {
		schema := apispec.Default().Schema(b.Type.Name)
		switch {
		case b.ContentType == kindParts:
			deep = append(deep, "The file is that of --input FILE.")
		case b.Type.Kind == apispec.Array:
			deep = append(deep, "The body is a list, given as JSON with --input FILE.")
		case schema != nil:
			var names []string
			for _, f := range schema.Fields {
				if !isFlag(f.Type) && !f.ReadOnly {
					names = append(names, f.Name)
				}
			}
			if names != nil {
				deep = append(deep, "Fields that are objects or lists, given with -f name.field=…, -f name[].field=… or as JSON with -F: "+strings.Join(names, ", ")+".")
			}
		}
	}
	if secret != nil {
		deep = append(deep, "Secrets, which are no flags: "+strings.Join(secret, ", ")+" (a file, or - for standard input).")
	}
	return strings.Join(deep, "\n\n")
}

// Completions are the operations whose names begin so, with what they do. Those that are no public API are left out.
func Completions(word string) (all []string) {
	word = strings.ToLower(word)
	for _, op := range apispec.Default().Operations {
		if op.Source != apispec.Internal && strings.HasPrefix(strings.ToLower(op.ID), word) {
			all = append(all, op.ID+"\t"+op.Text)
		}
	}
	return all
}

// FieldCompletions are what may follow -f, or -F if typed, so far as word has it: the names of fields with an equals sign, and
// behind that the values of closed lists, true and false. The operation is op, or nil: then the arguments say it. What is secret
// is a field of -F alone.
func FieldCompletions(op *apispec.Operation, args []string, word string, typed bool) (all []string) {
	if op == nil {
		c := &Call{Args: args}
		if len(args) == 0 || len(args) > 2 || c.target(args) != nil {
			return nil
		}
		path, _, _ := strings.Cut(c.path, "?")
		if op = c.op; op == nil {
			op, _, _ = apispec.Match(c.method, path)
		}
	}
	if op == nil {
		return nil
	}
	given, _, values := strings.Cut(word, "=")
	for _, o := range optionsOf(op) {
		switch {
		case o.secret && !typed, values && o.name != given, !strings.HasPrefix(o.name, given):
		case !values:
			all = append(all, o.name+"=\t"+o.usage())
		case o.typ.Base().Name == "boolean":
			all = append(all, given+"=true", given+"=false")
		case !typed:
			for _, v := range o.values() {
				all = append(all, given+"="+v)
			}
		}
	}
	return all
}
