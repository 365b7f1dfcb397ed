package leads

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// maxRow is how many bytes a row may have. A quotation mark that is never closed costs its row, and not the memory of all
// that follows.
const maxRow = 1 << 20

// Row is a row of a file.
type Row struct {
	Line   int      // where it begins, counted from 1
	Last   int      // where it ends
	From   int      // where it was in the file that it was rejected from; 0: it was in none
	Cells  []string // what it has; of a broken one the line as it is, if no cells can be read
	Broken string   // why it is no row, "" if it is one
}

// original is the line that a row had first.
func (r *Row) original() int {
	if r.From > 0 {
		return r.From
	}
	return r.Line
}

// Rows reads the rows of a file with delimiters as RFC 4180 has them: cells that hold delimiters, quotation marks or line
// ends stand in quotation marks. A row that is broken costs itself: reading goes on in the line after the one it begins in.
// Empty lines are no rows. What a file has takes no more memory than its longest row.
type Rows struct {
	in    *bufio.Reader
	comma byte
	line  int // of what is read next
}

// NewRows begins to read a file, of which a byte order mark is left out. delimiter is "" for the one of , ; and tab that its
// first line has most of. Files that are no UTF-8 at all, or whose lines do not end, are refused.
func NewRows(in io.Reader, delimiter string) (*Rows, error) {
	r := &Rows{in: bufio.NewReaderSize(in, maxRow), line: 1}
	const hint = "save it as UTF-8 (CSV UTF-8 in Excel), with lines that end"
	begin, err := r.in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")), len(begin) > 1 && bytes.IndexByte(begin[:2], 0) >= 0:
		return nil, usage.New("the file is UTF-16", hint)
	case bytes.Count(begin, []byte{0})*8 > len(begin): // a few cost their rows
		return nil, usage.New("the file holds bytes that no text has", "a spreadsheet is exported as CSV first")
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return nil, usage.New("the file is a spreadsheet, or another archive", "export it as CSV first")
	case bytes.IndexByte(begin, '\n') < 0 && bytes.Count(begin, []byte("\r")) > 1:
		return nil, usage.New("the lines of the file end with CR alone, as those of old Macs", hint)
	case bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")):
		_, _ = r.in.Discard(3) // they are in the buffer
		begin = begin[3:]
	}
	if said := separator(begin); said > 0 {
		if delimiter == "" {
			delimiter = string(begin[len("sep=")])
		}
		r.skip(begin[:said])
		begin = begin[said:]
	}
	r.comma, err = delimiterOf(delimiter, begin)
	return r, err
}

// separator is the length of a first line such as sep=; which tells Excel the delimiter and is no row, 0 if there is none.
func separator(begin []byte) int {
	line, _, found := bytes.Cut(begin, []byte("\n"))
	if text := bytes.TrimSuffix(line, []byte("\r")); found && len(text) == len("sep=")+1 && bytes.EqualFold(text[:4], []byte("sep=")) {
		return len(line) + 1
	}
	return 0
}

// delimiters are the words for delimiters that are hard to write, and those that are found by themselves.
var delimiters = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', `\t`: '\t', "pipe": '|'}

func delimiterOf(word string, begin []byte) (byte, error) {
	if c, ok := delimiters[strings.ToLower(word)]; ok {
		return c, nil
	}
	if len(word) == 1 && (word == "\t" || word[0] > ' ' && word[0] < 0x7f && !isWordByte(word[0]) && word[0] != '"') {
		return word[0], nil
	}
	if word != "" {
		return 0, usage.New(fmt.Sprintf("%q is not a delimiter", wording.Clip(word)), "give one character, or comma, semicolon, tab or pipe")
	}
	counts, quoted := map[byte]int{}, false
	for _, b := range begin {
		if b == '"' {
			quoted = !quoted
		} else if b == '\n' && !quoted {
			break
		} else if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t") {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best, nil
}

func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// Next is the next row, io.EOF after the last.
func (r *Rows) Next() (Row, error) {
	for want := 4096; ; want *= 2 {
		want = min(want, maxRow)
		data, err := r.in.Peek(want)
		if err != nil && !errors.Is(err, io.EOF) {
			return Row{}, err
		}
		atEnd := err != nil
		if len(data) == 0 {
			return Row{}, io.EOF
		}
		if n := lineEnd(data); n > 0 { // an empty line
			r.skip(data[:n])
			want = 2048
			continue
		}
		cells, n, wrong := parseRow(data, r.comma, atEnd)
		switch {
		case n > 0:
			return r.taken(data[:n], cells), nil
		case wrong == "" && want < maxRow && !atEnd:
			continue
		case wrong == "" && !atEnd && bytes.IndexByte(data, '"') < 0:
			wrong = "it has more than 1 MiB"
		case wrong == "" && !atEnd:
			wrong = "it has more than 1 MiB, or a quotation mark opens a cell and is not closed"
		case wrong == "":
			wrong = "a quotation mark opens a cell and is not closed"
		}
		return r.broken(wrong), nil
	}
}

// taken takes a row that was read.
func (r *Rows) taken(data []byte, cells []string) Row {
	row := Row{Line: r.line, Last: r.line + bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")), Cells: cells}
	if !valid(cells) {
		row.Broken = "it holds bytes that are no UTF-8, or no text"
	}
	r.skip(data)
	return row
}

// broken takes the line that a broken row begins in.
func (r *Rows) broken(why string) Row {
	row := Row{Line: r.line, Last: r.line, Broken: why}
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if line == nil {
			line = bytes.Clone(part[:min(len(part), 4096)])
		}
		if err == nil || !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
	}
	r.line++
	row.Cells = []string{strings.ToValidUTF8(string(bytes.TrimRight(line, "\r\n")), "?")}
	return row
}

// skip leaves behind what has been read.
func (r *Rows) skip(data []byte) {
	r.line += bytes.Count(data, []byte("\n"))
	_, _ = r.in.Discard(len(data)) // it is in the buffer
}

// lineEnd is the length of the line end that data begins with, 0 if it begins with none.
func lineEnd(data []byte) int {
	switch {
	case data[0] == '\n':
		return 1
	case data[0] == '\r' && len(data) > 1 && data[1] == '\n':
		return 2
	}
	return 0
}

func valid(cells []string) bool {
	for _, c := range cells {
		if !utf8.ValidString(c) || strings.IndexByte(c, 0) >= 0 {
			return false
		}
	}
	return true
}

// parseRow reads the row that data begins with: its cells, and how long it is with its line end. n is 0 if data ends before
// the row does, or if what is wrong is said. atEnd says that nothing follows data.
func parseRow(data []byte, comma byte, atEnd bool) (cells []string, n int, wrong string) {
	cells = make([]string, 0, 16)
	for {
		cell, used, more, wrong := parseCell(data[n:], comma, atEnd)
		if wrong != "" || used < 0 {
			return nil, 0, wrong
		}
		cells = append(cells, cell)
		n += used
		if !more {
			return cells, n, ""
		}
	}
}

// parseCell reads a cell with what ends it: a delimiter, after which more follow, a line end, or the end. used is -1 if data
// ends before that.
func parseCell(data []byte, comma byte, atEnd bool) (cell string, used int, more bool, wrong string) {
	if len(data) > 0 && data[0] == '"' {
		return parseQuoted(data, comma, atEnd)
	}
	for i, b := range data {
		switch b {
		case '"':
			return "", 0, false, "a quotation mark stands in a cell that does not begin with one"
		case comma:
			return string(data[:i]), i + 1, true, ""
		case '\n':
			return strings.TrimSuffix(string(data[:i]), "\r"), i + 1, false, ""
		}
	}
	if !atEnd {
		return "", -1, false, ""
	}
	return strings.TrimSuffix(string(data), "\r"), len(data), false, ""
}

func parseQuoted(data []byte, comma byte, atEnd bool) (cell string, used int, more bool, wrong string) {
	var b strings.Builder
	for i := 1; ; {
		end := bytes.IndexByte(data[i:], '"')
		if end < 0 {
			return "", -1, false, ""
		}
		b.Write(data[i : i+end])
		i += end + 1
		rest := data[i:]
		switch {
		case len(rest) == 0 && !atEnd, len(rest) == 1 && rest[0] == '\r' && !atEnd:
			return "", -1, false, ""
		case len(rest) == 0:
			return b.String(), i, false, ""
		case rest[0] == '"':
			b.WriteByte('"')
			i++
		case rest[0] == comma:
			return b.String(), i + 1, true, ""
		case rest[0] == '\n':
			return b.String(), i + 1, false, ""
		case rest[0] == '\r' && (len(rest) == 1 || rest[1] == '\n'):
			return b.String(), i + min(len(rest), 2), false, ""
		default:
			return "", 0, false, "something stands between a closing quotation mark and the end of its cell"
		}
	}
}
