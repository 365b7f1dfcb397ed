package ringcx

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a program is given often comes with more than the value: quotation marks, blanks, marks that nobody sees. The vendor
// would call it unknown, and each try is one of five a minute, so it is named before it is sent, and never shown.

// inputError is a value that cannot be what it should be. The problem begins with a verb and holds nothing secret.
type inputError struct{ name, problem string }

func (e *inputError) Error() string { return "the " + e.name + " " + e.problem }

// Hint tells what to do about it.
func (e *inputError) Hint() string {
	switch {
	case e.name == "JWT":
		return "copy it as a whole from the Developer Portal (your name, Credentials), or make one there with Create JWT"
	case e.problem == placeholder:
		return "put the value in its place"
	}
	return "give the value alone, without quotation marks, blanks and what nobody sees; if it was pasted, type it"
}

// input is a value with its name, and what tells what is wrong with it.
type input struct {
	name, value string
	problem     func(value string) string
}

// checkInputs tells the first that something is wrong with.
func checkInputs(all ...input) error {
	for _, in := range all {
		if problem := in.problem(in.value); problem != "" {
			return &inputError{in.name, problem}
		}
	}
	return nil
}

const placeholder = "is a placeholder, or the name of a variable that nothing has replaced by its value"

// stray tells what cannot belong to a value that the vendor made: anything but visible ASCII, and quotation marks at its
// edges. "": nothing.
func stray(value string) string {
	return cmp.Or(straySecret(value), firstOfKind(value, func(r, _ rune) bool { return r == ' ' }))
}

// straySecret is stray for a client secret, which may have spaces inside (RFC 6749, appendix A.2).
func straySecret(value string) string {
	if isPlaceholder(value) {
		return placeholder
	}
	if problem := cmp.Or(foreign(value), spaceAtEdge(value)); problem != "" || value == "" {
		return problem
	}
	const marks = "\"'`"
	switch {
	case strings.IndexByte(marks, value[0]) >= 0:
		return "begins with a quotation mark"
	case strings.IndexByte(marks, value[len(value)-1]) >= 0:
		return "ends with a quotation mark"
	}
	return ""
}

// foreign tells what no token has: anything but spaces and visible ASCII. "": nothing.
func foreign(value string) string {
	return firstOfKind(value, func(r, _ rune) bool { return r < ' ' || r > '~' })
}

// unsendable tells what no header may hold (RFC 9110, section 5.5). "": nothing.
func unsendable(value string) string {
	return firstOfKind(value, func(r, _ rune) bool { return r < ' ' && r != '\t' || r == '\x7f' })
}

// unseen tells what cannot belong to a name that people chose: what nobody sees, and blanks at its edges. "": nothing.
func unseen(value string) string {
	return cmp.Or(firstOfKind(value, func(r, _ rune) bool { return isHidden(r) }), spaceAtEdge(value))
}

func spaceAtEdge(value string) string {
	switch {
	case strings.HasPrefix(value, " "):
		return "begins with a space"
	case strings.HasSuffix(value, " "):
		return "ends with a space"
	}
	return ""
}

// untyped tells what cannot belong to a password. Blanks of all kinds may, and what joins the parts of a picture.
func untyped(value string) string {
	return firstOfKind(value, func(r, before rune) bool {
		joins := before > unicode.MaxLatin1 && (r == '\u200d' || unicode.Is(unicode.Variation_Selector, r))
		return isHidden(r) && !unicode.Is(unicode.Zs, r) && !joins
	})
}

// firstOfKind tells the first rune of a kind and where it is; before is the rune before it.
func firstOfKind(value string, kind func(r, before rune) bool) string {
	n, before := 0, rune(0)
	for i, r := range value {
		n++
		if _, size := utf8.DecodeRuneInString(value[i:]); r == utf8.RuneError && size == 1 {
			return fmt.Sprintf("is not UTF-8 at its character %d", n)
		}
		if kind(r, before) {
			return fmt.Sprintf("holds %s as its character %d", nameOf(r), n)
		}
		before = r
	}
	return ""
}

// nameOf is how people know a character that they may not see.
func nameOf(r rune) string {
	name := "a character that is not ASCII"
	switch {
	case r == ' ':
		return "a space"
	case r > ' ' && r <= '~':
		return strconv.Quote(string(r))
	case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
		name = "a line break"
	case r == '\t':
		name = "a tab"
	case r == '\ufeff':
		name = "a byte order mark"
	case r == '\u200b':
		name = "a zero-width space"
	case r == '\u00ad':
		name = "a soft hyphen"
	case r == '\u00a0', r == '\u202f':
		name = "a no-break space"
	case strings.ContainsRune("“”„‟‘’‚‛«»‹›", r):
		name = "a typographic quotation mark"
	case strings.ContainsRune("‐‑‒–—―−", r):
		name = "a typographic dash"
	case unicode.IsSpace(r):
		name = "a space that is not ASCII"
	case isHidden(r):
		name = "a character that cannot be seen"
	}
	return fmt.Sprintf("%s (U+%04X)", name, r)
}

// assertionProblem tells why a text cannot be a JWT, as far as its form says. "": it can.
func assertionProblem(text string) string {
	const form = "is not of the form header.payload.signature"
	parts := strings.Split(text, ".")
	switch problem := stray(text); {
	case isPlaceholderJWT(text):
		return placeholder
	case problem != "":
		return problem
	case len(parts) == 1:
		return form + ": it has no dots, so it is another token or secret, or a piece"
	case strings.ContainsFunc(text, func(r rune) bool { return !isBase64(r) && r != '.' }):
		return firstOfKind(text, func(r, _ rune) bool { return !isBase64(r) && r != '.' })
	case len(parts) == 2, len(parts) == 3 && parts[2] == "":
		return form + ": its end is missing"
	case len(parts) == 3 && (parts[0] == "" || parts[1] == ""):
		return form + ": its beginning is missing"
	case len(parts) > 3:
		return fmt.Sprintf("%s: it has %d parts", form, len(parts))
	}
	return ""
}

// isBase64 tells what may stand in a part of a JWT.
func isBase64(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '='
}

// isPlaceholder tells what pages and programs write where a value is to come: <secret>, ${NAME}, $NAME, %NAME%, ***.
func isPlaceholder(text string) bool {
	within := func(first, last string) bool {
		return len(text) > 2 && strings.HasPrefix(text, first) && strings.HasSuffix(text, last)
	}
	name, variable := strings.CutPrefix(text, "$")
	return within("<", ">") || within("{", "}") && !strings.Contains(text, `"`) || within("${", "}") || within("%", "%") || text != "" && strings.Trim(text, "*.…") == "" ||
		variable && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == ""
}

// isPlaceholderJWT is isPlaceholder, and words such as your-jwt-here.
func isPlaceholderJWT(text string) bool {
	small := lower(text)
	return isPlaceholder(text) || len(text) < 40 && strings.Count(text, ".") != 2 &&
		(strings.Contains(small, "your") || strings.Contains(small, "jwt") || strings.Trim(small, "x") == "") && text != ""
}
