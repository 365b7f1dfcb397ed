package cli

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What comes from outside (answers of servers, files, variables, other programs) may hold escape sequences, which a
// terminal obeys, and characters that turn a line around or cannot be seen, which deceive its reader. They are shown as
// JSON writes them, such as \u001b, so JSON stays what it was. There are two places: everything that is written to a
// terminal goes through a terminalWriter, and what must stay one line, or is read by people in files too, is printable.

// deceptive says whether a character does something else than being seen: controls, separators of lines, direction marks
// and others of format, and those that are empty on purpose.
func deceptive(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// appendShown appends a character, so that it can be seen.
func appendShown(b []byte, r rune) []byte {
	switch {
	case !deceptive(r):
		return utf8.AppendRune(b, r)
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// printable is s in one line, of characters that can be seen. What is not UTF-8 becomes U+FFFD.
func printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, deceptive) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for _, r := range s {
		b = appendShown(b, r)
	}
	return string(b)
}

// inform writes to people. The format is ours and may have several lines; a value begins none.
func (a *app) inform(format string, values ...any) {
	fmt.Fprintf(a.Stderr, format, shown(values)...)
}

// shown are values as they can be written: texts printable, numbers and what is painted as they are.
func shown(values []any) []any {
	all := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case painted, int, float64:
			all[i] = v
		default:
			all[i] = printable(fmt.Sprint(v))
		}
	}
	return all
}

// maxErrorLine is how many bytes of an error are shown.
const maxErrorLine = 4000

// tokens are JWTs and whole API tokens, wherever they stand, and what may be shown of them.
var tokens = regexp.MustCompile(`(eyJ[\w-]{5})[\w-]+\.[\w.-]+|(\w+:[0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// errorLine is what an error says, in one line that fills no screen. What was given in a place where nobody expects a secret,
// such as the path of a call, is said without it.
func errorLine(s string) string {
	s = tokens.ReplaceAllString(s, "$1$2…")
	s = printable(strings.ReplaceAll(strings.TrimSpace(s), "\n", "; "))
	if len(s) > maxErrorLine {
		s = strings.ToValidUTF8(s[:maxErrorLine], "") + "…"
	}
	return s
}

// terminalWriter writes to a terminal, or to a place that is read on one later. Lines and tabs are kept. Several may
// write at once.
type terminalWriter struct {
	mu    sync.Mutex // guards what follows
	w     io.Writer
	rest  []byte     // the begin of a character, or a carriage return: what follows decides
	width func() int // columns, in which lines break between words if they are few; nil: they never do
	begun []byte     // a line that has not ended, of a narrow terminal

	prompts bool // lines that have not ended are written all the same: somebody has to answer
}

// piece is how much is made harmless at a time, so that a large answer is not held twice.
const piece = 32 << 10

// Write implements io.Writer.
func (t *terminalWriter) Write(p []byte) (int, error) { return t.write(p, t.width) }

func (t *terminalWriter) write(p []byte, width func() int) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for at := 0; at < len(p); at += piece {
		clean, rest := harmless(append(t.rest, p[at:min(at+piece, len(p))]...), false)
		t.rest = append([]byte(nil), rest...)
		if err := t.put(clean, width); err != nil {
			return at, err
		}
	}
	return len(p), nil
}

// put writes what is harmless, with lines broken between words where columns are few. t.mu is held.
func (t *terminalWriter) put(clean []byte, width func() int) error {
	columns := narrow
	if width != nil && len(clean) > 0 {
		columns = width()
	}
	clean, t.begun = append(t.begun, clean...), nil
	if columns > 0 && columns < narrow {
		whole := bytes.LastIndexByte(clean, '\n') + 1
		if t.prompts {
			whole = len(clean)
		}
		t.begun = bytes.Clone(clean[whole:])
		clean = []byte(fold(string(clean[:whole]), columns))
	}
	_, err := t.w.Write(clean)
	return err
}

// unfolded is a writer to a terminal that leaves lines as they are: of JSON, and of what came from elsewhere.
func unfolded(w io.Writer) io.Writer {
	if t, ok := w.(*terminalWriter); ok {
		return asItIs{t}
	}
	return w
}

type asItIs struct{ *terminalWriter }

// Write implements io.Writer.
func (t asItIs) Write(p []byte) (int, error) { return t.write(p, nil) }

// end writes what waits for more.
func (t *terminalWriter) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clean, _ := harmless(t.rest, true)
	t.rest = nil
	_ = t.put(clean, nil)
}

// harmless is data as a terminal may have it, without a rest of which only more can tell what it is; at the last there is
// no more.
func harmless(data []byte, last bool) (clean, rest []byte) {
	clean = make([]byte, 0, len(data)+16)
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		next := data[size:]
		switch {
		case !last && r == utf8.RuneError && !utf8.FullRune(data), !last && r == '\r' && len(next) == 0:
			return clean, data
		case r == '\n', r == '\t', r == '\r' && len(next) > 0 && next[0] == '\n':
			clean = append(clean, data[0])
		default:
			clean = appendShown(clean, r)
		}
		data = next
	}
	return clean, nil
}

// trusted is the way past a terminalWriter, for control sequences of our own: nothing from outside may take it.
func trusted(w io.Writer) io.Writer {
	if t, ok := w.(*terminalWriter); ok {
		return past{t}
	}
	return w
}

type past struct{ *terminalWriter }

// Write implements io.Writer.
func (t past) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.put(nil, nil); err != nil {
		return 0, err
	}
	return t.w.Write(p)
}

// guarded is the environment with writers that protect terminals, what to call in the end, and what keeps the errors of
// Stdout. What goes to Stderr is for people wherever it ends up; what goes to Stdout is data, unless that is a terminal.
func (e *Env) guarded() (guarded *Env, out *sink, end func()) {
	c, errs := *e, &terminalWriter{w: e.Stderr}
	if e.ErrTerminal {
		errs.width, errs.prompts = e.columns, true
	}
	out = &sink{w: e.Stdout}
	c.Stdout, c.Stderr = out, errs
	if !e.OutTerminal {
		return &c, out, errs.end
	}
	terminal := &terminalWriter{w: out, width: e.columns}
	c.Stdout = terminal
	return &c, out, func() { terminal.end(); errs.end() }
}
