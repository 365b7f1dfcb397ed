package leads

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// maxBody is how many bytes of leads a request has at most. The vendor documents no limit.
const maxBody = 4 << 20

// source is a file that is read twice: once to find out what is wrong with it, once to send it. What cannot be read twice,
// such as standard input, is kept in a file meanwhile.
type source struct {
	file    *os.File
	name    string // for people
	spooled bool   // close removes it
	size    int64
	changed time.Time
}

// open opens a file, "-" for stdin. What cannot be read twice is kept in dir.
func open(path string, stdin io.Reader, dir string) (*source, error) {
	if path == "-" {
		return spool(stdin, "standard input", dir)
	}
	f, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, usage.New(fmt.Sprintf("cannot read %s: %s", path, usage.PlainPath(err)), "name a CSV file, or - for standard input")
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		defer func() { _ = f.Close() }()
		if err == nil && info.IsDir() {
			return nil, usage.New(path+" is a directory", "name a CSV file, or - for standard input")
		}
		return spool(f, path, dir)
	}
	return &source{file: f, name: path, size: info.Size(), changed: info.ModTime()}, nil
}

// spool keeps what is read in a private file. It has no name any more where a file that is open may lose it, so that nothing is
// left of it however the process ends; else close removes it.
func spool(in io.Reader, name, dir string) (*source, error) {
	f, err := os.CreateTemp(dir, "input-*.csv")
	if err != nil {
		return nil, unkept(name, dir, err)
	}
	s := &source{file: f, name: name, spooled: os.Remove(f.Name()) != nil}
	if s.size, err = io.Copy(f, in); err != nil {
		s.close()
		return nil, unkept(name, dir, err)
	}
	info, err := f.Stat()
	if err != nil {
		s.close()
		return nil, err
	}
	s.changed = info.ModTime()
	return s, nil
}

func unkept(name, dir string, err error) error {
	return usage.WithHint(fmt.Errorf("%s cannot be kept in %s meanwhile: %w", name, dir, usage.PlainPath(err)), "nothing was sent; make room there, or name another directory with --state DIR")
}

func (s *source) close() {
	_ = s.file.Close()
	if s.spooled {
		_ = os.Remove(s.file.Name())
	}
}

var errChanged = errors.New("the file was changed while it was read")

// same fails if the file was written to since it was opened.
func (s *source) same() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != s.size || !info.ModTime().Equal(s.changed) {
		return usage.WithHint(fmt.Errorf("%s: %w", s.name, errChanged), "leave it as it is until the import has ended; what was sent is known to --resume if the file is put back")
	}
	return nil
}

// batch is the leads of one request.
type batch struct {
	number int   // from 1
	lines  []int // where each row begins
	rows   []Row
	ids    []ident
	leads  bytes.Buffer // as JSON, with commas between them
	layout *layout
}

func (b *batch) add(row *Row, lead *lead) {
	if len(b.lines) > 0 {
		b.leads.WriteByte(',')
	}
	b.leads.Write(lead.json)
	b.ids = append(b.ids, lead.id)
	b.lines = append(b.lines, row.Line)
	b.rows = append(b.rows, *row)
}

// idsBut are the idents of rows but those that were rejected.
func (b *batch) idsBut(rejected []Fault) []ident {
	ids := make([]ident, 0, len(b.ids))
	for i, id := range b.ids {
		if !slices.ContainsFunc(rejected, func(f Fault) bool { return f.Line == b.lines[i] }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// lineOf is the line of the row that the vendor speaks of, found by its ID, or else by its phone number; 0 if none is, or
// several are.
func (b *batch) lineOf(data []json.RawMessage) int {
	said, digits := map[string]bool{}, map[string]bool{}
	for _, v := range data {
		text := string(v)
		_ = json.Unmarshal(v, &text) // a number stands for itself
		text = strings.TrimSpace(text)
		said[text] = text != ""
		if d := onlyDigits(text); len(d) >= 7 {
			digits[d] = true
		}
	}
	var byID, byPhone []int
	for i := range b.rows {
		row := &b.rows[i]
		id := b.layout.externID(row)
		phone := onlyDigits(b.layout.cell(row, "leadPhone"))
		isPhone := phone != "" && (digits[phone] || digits[strings.TrimPrefix(phone, "1")])
		if said[id] {
			byID = append(byID, row.Line)
		}
		if isPhone {
			byPhone = append(byPhone, row.Line)
		}
		if said[id] && isPhone {
			return row.Line
		}
	}
	for _, lines := range [][]int{byID, byPhone} {
		if len(lines) == 1 {
			return lines[0]
		}
	}
	return 0
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// reading is one way through a file.
type reading struct {
	src     *source
	comma   string
	columns *Columns
	rules   rules
	size    int           // leads of a batch
	without map[ident]int // rows that are left out, and how often each is

	started func(l *layout) error            // the columns are known
	reject  func(row *Row, why string) error // a row is no lead
	valid   func(row *Row, lead *lead)       // a row is one
	full    func(b *batch) error             // a batch is whole
}

// run reads all of the file, and says how many rows it has and what its content is known by.
func (r *reading) run() (rows int, sum string, err error) {
	if _, err := r.src.file.Seek(0, io.SeekStart); err != nil {
		return 0, "", err
	}
	hash := sha256.New()
	in, err := NewRows(io.TeeReader(r.src.file, hash), r.comma)
	if err != nil {
		return 0, "", err
	}
	titles, rejected := r.columns.Names, false
	if titles == nil {
		row, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return 0, "", usage.New(r.src.name+" is empty", "its first line has the names of the columns")
		case err != nil:
			return 0, "", err
		case row.Broken != "":
			return 0, "", usage.New("the first line of "+r.src.name+" has no names of columns: "+row.Broken, "mend it, or give another --delimiter")
		}
		if titles, rejected = row.Cells, areRejects(row.Cells); rejected {
			titles = bareAll(titles[len(rejectTitles):])
		}
	}
	l, err := r.columns.layout(titles, r.rules)
	if err == nil && r.started != nil {
		err = r.started(l)
	}
	if err != nil {
		return 0, "", err
	}
	rows, err = r.rows(in, l, rejected)
	return rows, hex.EncodeToString(hash.Sum(nil)), err
}

func (r *reading) rows(in *Rows, l *layout, rejected bool) (rows int, err error) {
	b, out := &batch{number: 1, layout: l}, maps.Clone(r.without)
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rows, err
		}
		if rejected {
			fromRejects(&row)
		}
		if row.Broken == "" && !slices.ContainsFunc(row.Cells, func(c string) bool { return c != "" }) {
			continue // delimiters alone, as spreadsheets leave them
		}
		rows++
		lead, why := l.lead(&row)
		if why != "" {
			if err := r.reject(&row, why); err != nil {
				return rows, err
			}
			continue
		}
		if r.valid != nil {
			r.valid(&row, &lead)
		}
		if out[lead.id] > 0 {
			out[lead.id]--
			continue
		}
		if len(b.lines) == r.size || len(b.lines) > 0 && b.leads.Len()+len(lead.json) > maxBody {
			if err := r.full(b); err != nil {
				return rows, err
			}
			b = &batch{number: b.number + 1, layout: l}
		}
		b.add(&row, &lead)
	}
	if len(b.lines) > 0 {
		return rows, r.full(b)
	}
	return rows, nil
}
