package terminal

import (
	"bytes"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// writer writes to a terminal, or to a place that is read on one later. Lines and tabs are kept. Several may
// write at once.
type writer struct {
	mu    sync.Mutex // guards what follows
	w     io.Writer
	rest  []byte     // the begin of a character, or a carriage return: what follows decides
	width func() int // columns, in which lines break between words if they are few; nil: they never do
	begun []byte     // a line that has not ended, of a narrow terminal

	prompts bool // lines that have not ended are written all the same: somebody has to answer
}

// Piece is how much is made harmless at a time, so that a large answer is not held twice.
const Piece = 32 << 10

// Write implements io.Writer.
func (t *writer) Write(p []byte) (int, error) { return t.write(p, t.width) }

func (t *writer) write(p []byte, width func() int) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for at := 0; at < len(p); at += Piece {
		clean, rest := harmless(append(t.rest, p[at:min(at+Piece, len(p))]...), false)
		t.rest = append([]byte(nil), rest...)
		if err := t.put(clean, width); err != nil {
			return at, err
		}
	}
	return len(p), nil
}

// put writes what is harmless, with lines broken between words where columns are few. t.mu is held.
func (t *writer) put(clean []byte, width func() int) error {
	columns := env.Narrow
	if width != nil && len(clean) > 0 {
		columns = width()
	}
	clean, t.begun = append(t.begun, clean...), nil
	if columns > 0 && columns < env.Narrow {
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

// Unfolded is a writer to a terminal that leaves lines as they are: of JSON, and of what came from elsewhere.
func Unfolded(w io.Writer) io.Writer {
	if t, ok := w.(*writer); ok {
		return asItIs{t}
	}
	return w
}

type asItIs struct{ *writer }

// Write implements io.Writer.
func (t asItIs) Write(p []byte) (int, error) { return t.write(p, nil) }

// end writes what waits for more.
func (t *writer) end() {
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
			clean = wording.AppendShown(clean, r)
		}
		data = next
	}
	return clean, nil
}

// Trusted is the way past a writer, for control sequences of our own: nothing from outside may take it.
func Trusted(w io.Writer) io.Writer {
	if t, ok := w.(*writer); ok {
		return past{t}
	}
	return w
}

type past struct{ *writer }

// Write implements io.Writer.
func (t past) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.put(nil, nil); err != nil {
		return 0, err
	}
	return t.w.Write(p)
}

// Guard is the environment with writers that protect terminals, what to call in the end, and what tells the first error
// of Stdout. What goes to Stderr is for people wherever it ends up; what goes to Stdout is data, unless that is a terminal.
func Guard(e *env.Env) (guarded *env.Env, failure func() error, end func()) {
	c, errs := *e, &writer{w: e.Stderr}
	if e.ErrTerminal {
		errs.width, errs.prompts = e.Columns, true
	}
	out := &sink{w: e.Stdout}
	c.Stdout, c.Stderr = out, errs
	if !e.OutTerminal {
		return &c, out.failure, errs.end
	}
	terminal := &writer{w: out, width: e.Columns}
	c.Stdout = terminal
	return &c, out.failure, func() { terminal.end(); errs.end() }
}
