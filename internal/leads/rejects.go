package leads

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// rejects is the file of the rows that are not in. A nil one takes nothing. Its rows are kept without a name until the end, so
// that what is at its path stays unless there is something to say, and a process that is killed leaves nothing behind.
type rejects struct {
	path    string
	spool   *source
	csv     *csv.Writer
	columns int
	kept    bool // the file is to be written
}

// rejectTitles are the first columns of such a file, by which it is known when it is imported itself.
var rejectTitles = []string{"line", "reason", "broken row"}

func newRejects(path, dir string) (*rejects, error) {
	const hint = "--rejects names a file, which may be new"
	if path == "-" {
		return nil, usage.New("rows that are not in are not written to standard output, where the report goes", hint)
	}
	f, err := outfile.New(path) // it could be written
	if err != nil {
		return nil, usage.New(err.Error(), hint)
	}
	f.Discard()
	s, err := spool(strings.NewReader(""), path, dir)
	if err != nil {
		return nil, err
	}
	return &rejects{path: path, spool: s, csv: csv.NewWriter(s.file)}, nil
}

// distinct refuses to replace the file that is imported, under whatever name, by its rejects.
func distinct(path string, stdin io.Reader, rejects string) error {
	there, err := os.Stat(rejects)
	if rejects == "" || err != nil {
		return nil
	}
	read, err := os.Stat(path)
	if f, ok := stdin.(*os.File); ok && path == "-" {
		read, err = f.Stat()
	}
	if err == nil && os.SameFile(there, read) {
		return usage.New(rejects+" is the file that is imported", "--rejects names another file")
	}
	return nil
}

func (r *rejects) begin(l *layout) error {
	if r == nil {
		return nil
	}
	titles := slices.Clone(rejectTitles)
	for _, c := range l.columns {
		titles = append(titles, shielded(c.said))
	}
	r.columns = len(l.columns)
	return r.csv.Write(titles)
}

func (r *rejects) add(row *Row, why string) error {
	if r == nil {
		return nil
	}
	record := []string{"", shielded(wording.OneLine(why)), ""}
	if line := row.original(); line > 0 {
		record[0] = strconv.Itoa(line)
	}
	if row.Broken != "" || len(row.Cells) != r.columns {
		record[2] = shielded(asLine(row.Cells))
		record = append(record, make([]string, r.columns)...)
	} else {
		for _, cell := range row.Cells {
			record = append(record, shielded(cell))
		}
	}
	if err := r.csv.Write(record); err != nil {
		return fmt.Errorf("the rows for %s cannot be kept: %w", r.path, err)
	}
	return nil
}

// asLine is a broken row as a text that can be read again.
func asLine(cells []string) string {
	line := strings.Join(cells, "")
	if len(cells) > 1 {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(cells) // into memory
		w.Flush()
		line = strings.TrimSuffix(b.String(), "\n")
	}
	return strings.ReplaceAll(strings.ToValidUTF8(line, "?"), "\x00", "?")
}

// keepIf has the file written at the end.
func (r *rejects) keepIf(known bool) {
	if r != nil {
		r.kept = known
	}
}

// isNew says whether nothing is replaced by the file.
func (r *rejects) isNew() bool {
	if r == nil {
		return false
	}
	_, err := os.Lstat(r.path)
	return errors.Is(err, fs.ErrNotExist)
}

func (r *rejects) end() error {
	if r == nil {
		return nil
	}
	defer r.spool.close()
	r.csv.Flush()
	if !r.kept {
		return nil
	}
	_, err := r.spool.file.Seek(0, io.SeekStart)
	if err = errors.Join(r.csv.Error(), err); err == nil {
		err = r.write()
	}
	if err != nil {
		return usage.WithHint(fmt.Errorf("the rows that are not in could not be written to %s, which is as it was: %v", r.path, usage.PlainPath(err)), //nolint:errorlint // it is no mistake of the caller any more
			"make room there, or name a new FILE with --rejects: the same command writes them again, with --resume if rows were sent")
	}
	return nil
}

// write puts what was kept into the file.
func (r *rejects) write() error {
	f, err := outfile.New(r.path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := io.Copy(f, r.spool.file); err != nil {
		return err
	}
	return f.Commit()
}

// isFormula tells what a spreadsheet would take for a formula, with apostrophes before it or without.
func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return rows.Harmless(cell) != cell
}

// shielded is a cell that no spreadsheet takes for a formula. bare makes of it what it was.
func shielded(cell string) string {
	if isFormula(cell) {
		return "'" + cell
	}
	return cell
}

func bare(cell string) string {
	if rest, found := strings.CutPrefix(cell, "'"); found && isFormula(rest) {
		return rest
	}
	return cell
}

// areRejects tells the first line of a file of rejects.
func areRejects(titles []string) bool {
	return len(titles) > len(rejectTitles) && slices.Equal(titles[:len(rejectTitles)], rejectTitles)
}

// fromRejects makes of a row of such a file the row that was rejected.
func fromRejects(row *Row) {
	n := len(rejectTitles)
	switch {
	case row.Broken != "":
		return
	case len(row.Cells) < n:
		row.Broken = fmt.Sprintf("it has %d cells", len(row.Cells))
		return
	case row.Cells[n-1] != "":
		row.Broken = `it is still broken: put its cells into their columns, and empty that of "` + rejectTitles[n-1] + `"`
		row.Cells = []string{bare(row.Cells[n-1])}
		return
	}
	row.From, _ = strconv.Atoi(row.Cells[0]) // 0: it is not known
	row.Cells = bareAll(row.Cells[n:])
}

func bareAll(cells []string) []string {
	for i, cell := range cells {
		cells[i] = bare(cell)
	}
	return cells
}
