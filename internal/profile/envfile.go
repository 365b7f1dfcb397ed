package profile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// ReadEnvFile takes the account from the file that --env-file names, and other variables that the environment lacks.
func (a *Accounts) ReadEnvFile() error {
	return a.ReadEnvFileFor("--env-file names a file of NAME=value lines")
}

// ReadEnvFileFor is ReadEnvFile with a purpose of its own, which is the hint if the file cannot be read.
func (a *Accounts) ReadEnvFileFor(purpose string) error {
	if a.EnvFile == "" {
		return nil
	}
	values, err := a.parseEnvFile(a.EnvFile, purpose)
	if err != nil {
		return err
	}
	outer := a.Getenv
	a.Passed = a.Variable("RINGCX_ACCOUNT")
	a.Getenv = func(name string) string {
		if slices.Contains(env.AccountVariables, name) && name != "RINGCX_PROFILE" {
			return values[name]
		}
		return wording.First(outer(name), values[name])
	}
	a.AccountFile, a.fileProfile, a.EnvFile = a.EnvFile, env.Pasted(values["RINGCX_PROFILE"]), ""
	return nil
}

func (a *Accounts) parseEnvFile(name, purpose string) (map[string]string, error) {
	if name == "-" {
		name = "./-"
	}
	text, _, err := a.ReadSecret(name, purpose, env.MaxInput)
	if err != nil {
		return nil, err
	}
	values, err := ParseEnv(text)
	if err != nil {
		return nil, usage.New(fmt.Sprintf("%s: %s", name, err), wording.First(usage.Hint(err), "each line is NAME=value, NAME='value' or export NAME=value"))
	}
	return values, nil
}

// ParseEnv reads NAME=value lines as a shell does, and takes what dotenv files may have besides: spaces around the equals
// sign, a colon in its place, text of several words without quotes. A dollar sign stands for itself, as secrets may hold
// one. Of two lines with one name the last counts. Errors name the line, and nothing of a value.
func ParseEnv(text string) (map[string]string, error) {
	r := &envReader{rest: strings.ReplaceAll(strings.TrimPrefix(text, env.ByteOrderMark), "\r\n", "\n"), line: 1}
	values := make(map[string]string)
	for r.skipBlank(); r.rest != ""; r.skipBlank() {
		name, value, err := r.assignment()
		if err != nil {
			return nil, err
		}
		if name != "" {
			values[name] = value
		}
	}
	return values, nil
}

// envReader is what is left of a file of NAME=value lines.
type envReader struct {
	rest string
	line int // in which rest begins, from 1
}

// envError is what is wrong in a line.
type envError struct {
	line    int
	problem string
	hint    string // "": the usual one
}

func (e *envError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.problem) }

// Hint tells what to do about it.
func (e *envError) Hint() string { return e.hint }

// take takes n bytes.
func (r *envReader) take(n int) string {
	taken := r.rest[:n]
	r.line += strings.Count(taken, "\n")
	r.rest = r.rest[n:]
	return taken
}

// skipBlank takes what says nothing: blank lines and comments.
func (r *envReader) skipBlank() {
	for {
		r.take(len(r.rest) - len(strings.TrimLeftFunc(r.rest, unicode.IsSpace)))
		if !strings.HasPrefix(r.rest, "#") {
			return
		}
		r.take(r.lineEnd())
	}
}

// lineEnd is where the line ends.
func (r *envReader) lineEnd() int {
	if end := strings.IndexAny(r.rest, "\n\r"); end >= 0 {
		return end
	}
	return len(r.rest)
}

// isBlank tells what parts words within a line.
func isBlank(c rune) bool { return c != '\n' && c != '\r' && unicode.IsSpace(c) }

// assignment reads a line; name is "" if it sets nothing.
func (r *envReader) assignment() (name, value string, err error) {
	line := r.rest[:r.lineEnd()]
	text, exports := line, false
	if after, found := strings.CutPrefix(text, "export"); found && strings.TrimLeftFunc(after, isBlank) != after {
		text, exports = strings.TrimLeftFunc(after, isBlank), true
	}
	end := strings.IndexFunc(text, func(c rune) bool {
		return c != '_' && c != '.' && !(c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c)))
	})
	if end < 0 {
		end = len(text)
	}
	name = text[:end]
	after := strings.TrimLeftFunc(text[end:], isBlank)
	switch {
	case exports && !strings.ContainsAny(text, "=:"): // of variables that other lines set
		r.take(len(line))
		return "", "", nil
	case strings.HasPrefix(r.rest, "{"):
		return "", "", &envError{r.line, "it begins as JSON does", "write a line NAME=value for each variable"}
	case name == "" || end < len(text) && after != "" && after[0] != '=' && after[0] != ':':
		return "", "", &envError{r.line, "it does not begin with the name of a variable and an equals sign", ""}
	case after == "":
		return "", "", &envError{r.line, "there is no equals sign", ""}
	}
	after = strings.TrimLeftFunc(after[1:], isBlank)
	r.take(len(line) - len(after))
	if after != "" && (after[0] == '\'' || after[0] == '"') {
		value, err = r.quoted(name)
		return name, value, err
	}
	if spaced := line[:len(line)-len(after)]; strings.HasPrefix(after, "#") && strings.TrimRightFunc(spaced, isBlank) != spaced {
		return name, "", nil // a comment, which is skipped
	}
	r.take(len(after))
	return name, unquoted(after), nil
}

// unquoted is a value without quotes, up to a comment.
func unquoted(text string) string {
	blank := false
	for i, c := range text {
		if c == '#' && blank {
			text = text[:i]
			break
		}
		blank = isBlank(c)
	}
	return strings.TrimRightFunc(text, isBlank)
}

// quoted reads a value that begins with a quotation mark, up to the end of its line. It may have several lines.
func (r *envReader) quoted(name string) (string, error) {
	var value strings.Builder
	for {
		part, err := r.quotedPart(name)
		if err != nil {
			return "", err
		}
		value.WriteString(part)
		for strings.HasPrefix(r.rest, `\'`) { // the way of shells to write a quotation mark: 'a'\''b'
			value.WriteByte('\'')
			r.take(2)
		}
		if !strings.HasPrefix(r.rest, "'") && !strings.HasPrefix(r.rest, `"`) {
			break
		}
	}
	rest := r.rest[:r.lineEnd()]
	trimmed := strings.TrimLeftFunc(rest, isBlank)
	if trimmed != "" && (trimmed[0] != '#' || trimmed == rest) {
		return "", &envError{r.line, "there is more behind the closing quotation mark of " + wording.Clip(name), `inside of single quotes a single quote is written '\'', inside of double quotes a double quote is written \"`}
	}
	return value.String(), nil
}

// quotedPart reads from one quotation mark to the next. Inside of single quotes everything is as it is.
func (r *envReader) quotedPart(name string) (string, error) {
	begin, quote := r.line, r.rest[0]
	if quote == '\'' {
		end := strings.IndexByte(r.rest[1:], '\'')
		if end < 0 {
			return "", unclosed(begin, name)
		}
		text := r.take(end + 2)
		return text[1 : len(text)-1], nil
	}
	var value strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			r.take(i + 1)
			return value.String(), nil
		case c == '\\' && i+1 < len(r.rest):
			i++
			value.WriteString(escaped(r.rest[i]))
		default:
			value.WriteByte(c)
		}
	}
	return "", unclosed(begin, name)
}

// escaped is what a character stands for behind a backslash inside of double quotes.
func escaped(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case '"', '\\', '$', '`', '\'':
		return string(c)
	}
	return string([]byte{'\\', c})
}

func unclosed(line int, name string) error {
	return &envError{line, "the quotation mark that begins the value of " + wording.Clip(name) + " is not closed", ""}
}

// ImportFile has the file that --import names stand for everything that a login needs.
func (a *Accounts) ImportFile(name string) error {
	if name == "" {
		return nil
	}
	if a.EnvFile != "" {
		return usage.New("--import and --env-file both name a file with the account", "give one of them")
	}
	values, err := a.parseEnvFile(name, "--import names a file of NAME=value lines")
	if err != nil {
		return err
	}
	known := false
	for _, v := range env.AccountVariables {
		known = known || values[v] != "" && v != "RINGCX_ACCOUNT" && v != "RINGCX_PROFILE"
	}
	if !known {
		return usage.New(name+" holds none of the variables that a login needs", "such as RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT")
	}
	outer := a.Getenv
	a.Passed = a.Variable("RINGCX_ACCOUNT")
	a.Getenv = func(variable string) string {
		if slices.Contains(env.AccountVariables, variable) && variable != "RINGCX_PROFILE" {
			return values[variable]
		}
		return outer(variable)
	}
	a.AccountFile = name
	return nil
}
