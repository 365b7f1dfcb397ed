package shell

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Form is a way to write variables down for what reads them.
type Form struct {
	name  string
	set   func(vars [][2]string) (string, error) // "" sets a variable to nothing
	unset func(names []string) (string, error)   // takes variables away, as far as the reader can
	stop  string
}

// forms are those that there are; the first is the usual one.
var forms = []Form{
	{"sh", Export, eachName("unset %s\n", ""), "false\n"},
	{"fish", inLines("fish", Unfit, fishLine), eachName("set -eg %s\n", "true\n"), "false\n"},
	{"powershell", inLines("PowerShell", Unfit, powerShellLine), eachName("$env:%s = $null\n", ""), "throw 'no variables of a sandbox'\n"},
	{"dotenv", inLines("a .env file", unfitDotenv, dotenvLine), noUnset, ""},
	{"json", jsonObject, jsonNulls, ""},
	{"github", inLines("GITHUB_ENV", Unfit, func(name, value string) string { return name + "=" + value }), eachName("%s=\n", ""), ""},
}

// Forms are the names of all forms, the usual one first.
func Forms() (names []string) {
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

// Named is the form of that name; the usual one if there is none.
func Named(name string) Form {
	return forms[max(0, slices.Index(Forms(), name))]
}

// Set are lines that set variables, each a name and its value, of which "" sets it to nothing. A value that the reader would not
// read as it is is refused.
func (f Form) Set(vars [][2]string) (string, error) { return f.set(vars) }

// Unset are lines that take variables away, as far as the reader can; ErrNoUnset if it cannot.
func (f Form) Unset(names []string) (string, error) { return f.unset(names) }

// Stop has a shell that evaluates it stop; "": what reads the form is no shell, and gets nothing.
func (f Form) Stop() string { return f.stop }

// ErrNoUnset says that a form has no way to take a variable away.
var ErrNoUnset = errors.New("a .env file takes no variables away")

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
	case value == "" || !strings.ContainsFunc(value, isOdd):
		return name + "=" + value
	case !strings.Contains(value, "'"):
		return name + "='" + value + "'"
	}
	return name + `="` + value + `"`
}

// unfitDotenv is what keeps a value from being read as it was written: the readers of such files agree on little.
func unfitDotenv(value string) string {
	switch {
	case Unfit(value) != "":
		return Unfit(value)
	case strings.Contains(value, `\\`):
		return "there are two backslashes in a row in it"
	case strings.HasSuffix(value, `\`):
		return "it ends in a backslash, and some readers would not see the quotation mark after that"
	case strings.Contains(value, "'") && strings.ContainsAny(value, "\"\\$`"):
		return "there is a single quote in it, and one of \" \\ $ `"
	}
	return ""
}

func noUnset([]string) (string, error) { return "", ErrNoUnset }

func jsonObject(vars [][2]string) (string, error) {
	object := map[string]any{}
	for _, v := range vars {
		if why := Unfit(v[1]); why != "" {
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
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.String(), err
}
