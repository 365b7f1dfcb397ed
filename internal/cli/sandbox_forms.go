package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// form is a way to write variables down for what reads them.
type form struct {
	name  string
	set   func(vars [][2]string) (string, error) // "" sets a variable to nothing
	unset func(names []string) (string, error)   // takes variables away, as far as the reader can
	stop  string                                 // has a shell that evaluates it stop; "": what reads it is no shell, and gets nothing
}

// forms are those of 'ringcx sandbox env'; the first is the usual one.
var forms = []form{
	{"sh", exportLines, eachName("unset %s\n", ""), "false\n"},
	{"fish", inLines("fish", unfit, fishLine), eachName("set -eg %s\n", "true\n"), "false\n"},
	{"powershell", inLines("PowerShell", unfit, powerShellLine), eachName("$env:%s = $null\n", ""), "throw 'no variables of a sandbox'\n"},
	{"dotenv", inLines("a .env file", unfitDotenv, dotenvLine), noUnset, ""},
	{"json", jsonObject, jsonNulls, ""},
	{"github", inLines("GITHUB_ENV", unfit, func(name, value string) string { return name + "=" + value }), eachName("%s=\n", ""), ""},
}

func formNames() (names []string) {
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

// formNamed is the form of that name, or of the one that was probably meant, or the usual one.
func formNamed(name string) form {
	for _, wanted := range []string{name, wording.NearWord(name, formNames())} {
		if i := slices.Index(formNames(), wanted); i >= 0 {
			return forms[i]
		}
	}
	return forms[0]
}

// formAmong is the form that arguments ask for, whether or not they are understood.
func formAmong(args []string) form {
	name := forms[0].name
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--format="); ok {
			name = value
		} else if arg == "--format" && i+1 < len(args) {
			name = args[i+1]
		}
	}
	return formNamed(name)
}

// inLines writes each variable in a line. A value that the reader would read otherwise is refused.
func inLines(reader string, problem func(value string) string, line func(name, value string) string) func([][2]string) (string, error) {
	return func(vars [][2]string) (string, error) {
		var b strings.Builder
		for _, v := range vars {
			if why := problem(v[1]); why != "" {
				return "", fmt.Errorf("the value of %s cannot be written for %s: %s", v[0], reader, why)
			}
			b.WriteString(line(v[0], v[1]) + "\n")
		}
		return b.String(), nil
	}
}

// eachName writes a line for each name, and one more in the end.
func eachName(line, end string) func([]string) (string, error) {
	return func(names []string) (string, error) {
		var b strings.Builder
		for _, name := range names {
			fmt.Fprintf(&b, line, name)
		}
		return b.String() + end, nil
	}
}

func fishLine(name, value string) string {
	return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'"
}

// powerShellLine quotes what PowerShell takes for a single quote, which are five characters. A variable that is set to
// nothing is taken away: until version 7.5 it knows no other.
func powerShellLine(name, value string) string {
	if value == "" {
		return "$env:" + name + " = $null"
	}
	var b strings.Builder
	for _, r := range value {
		if strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return "$env:" + name + " = '" + b.String() + "'"
}

// dotenvLine leaves quotes out where it can, because some programs, such as docker run, take them for a part of the value.
func dotenvLine(name, value string) string {
	switch {
	case value == "" || !strings.ContainsFunc(value, wording.IsOdd):
		return name + "=" + value
	case !strings.Contains(value, "'"):
		return name + "='" + value + "'"
	}
	return name + `="` + value + `"`
}

// unfitDotenv is what keeps a value from being read as it was written: the readers of such files agree on little.
func unfitDotenv(value string) string {
	switch {
	case unfit(value) != "":
		return unfit(value)
	case strings.Contains(value, `\\`):
		return "there are two backslashes in a row in it"
	case strings.HasSuffix(value, `\`):
		return "it ends in a backslash, and some readers would not see the quotation mark after that"
	case strings.Contains(value, "'") && strings.ContainsAny(value, "\"\\$`"):
		return "there is a single quote in it, and one of \" \\ $ `"
	}
	return ""
}

func noUnset([]string) (string, error) {
	return "", usage.New("a .env file takes no variables away", "leave the file out, or choose another --format")
}

func jsonObject(vars [][2]string) (string, error) {
	object := map[string]any{}
	for _, v := range vars {
		if why := unfit(v[1]); why != "" {
			return "", fmt.Errorf("the value of %s cannot be written as JSON: %s", v[0], why)
		}
		object[v[0]] = v[1]
	}
	return jsonText(object)
}

func jsonNulls(names []string) (string, error) {
	object := map[string]any{}
	for _, name := range names {
		object[name] = nil
	}
	return jsonText(object)
}

func jsonText(v any) (string, error) {
	var b strings.Builder
	err := terminal.WriteJSON(&b, v)
	return b.String(), err
}
